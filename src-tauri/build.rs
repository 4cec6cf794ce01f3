//! Tells Tauri which commands there are, so that a window can call none that its capability does not name.

#[path = "src/names.rs"]
mod names;

use std::path::Path;

/// What a build without the page shows. The page is made by `make run` and `make test`.
const NO_PAGE: &str = "<!doctype html><title>Attaché</title><p>The page is not built. Run `make run`.\n";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let page = Path::new("../ui/dist/index.html");
    if !page.exists() {
        std::fs::create_dir_all("../ui/dist")?;
        std::fs::write(page, NO_PAGE)?;
    }
    let manifest = tauri_build::AppManifest::new().commands(names::COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))?;
    Ok(())
}
