//! The page's view of the types is the one Rust has.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test stops where something is not as it must be

use journeys::root;

/// Writes the file instead of comparing it.
const WRITE: &str = "ATTACHE_WRITE_TYPES";

#[test]
fn the_types_of_the_page_are_those_of_rust() {
    let file = root().join("ui/src/host/generated.ts");
    let made = experience::typescript::page();
    if std::env::var_os(WRITE).is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, made).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == made,
        "`{}` is not what the Rust types say: run `make types`",
        file.display()
    );
}
