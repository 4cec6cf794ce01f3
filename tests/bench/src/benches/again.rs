use super::{Bench, Show, middle};
use crate::Outcome;
use crate::corpus::PAGE_WORDS;
use crate::figure::{Figure, Goal};
use crate::library::Indexed;
use crate::machine;
use crate::part::{self, Part};

const NAME: &str = "again";

/// What is cheap because it was done before.
pub fn run(bench: &Bench, show: &mut Show<'_>) -> Outcome<()> {
    let folder = bench.folder("again/documents")?;
    let files = bench.size(300, 12);
    bench.author(3)?.fill(&folder, files, 800)?;
    let first = bench.index_with_program("again/home", &folder, false)?;
    let mut rescans = Vec::new();
    for _ in 0..bench.size(5, 2) {
        rescans.push(machine::run(bench.attache("again/home", false)?.arg("index"))?);
    }
    let cpu = middle(&rescans, |cost| cost.cpu);
    show(Figure::new(
        NAME,
        format!("`attache index` again on {files} unchanged files, start of the program included"),
        format!("{cpu:.2} CPU-s"),
        format!("{:.1} CPU-s of the first run, embedding included", first.cpu),
        (100.0 * cpu / first.cpu, "%"),
        Goal::AtMost(0.5),
    ))?;
    edit(bench, show)
}

fn edit(bench: &Bench, show: &mut Show<'_>) -> Outcome<()> {
    let folder = bench.folder("again/manual")?;
    let pages = bench.size(200, 30);
    let mut author = bench.author(4)?;
    let file = folder.join("manual.md");
    std::fs::write(&file, author.document("Operating manual", pages * PAGE_WORDS))?;
    let place = bench.place("again/edit", &folder, Some(bench.model()?));
    part::run::<Indexed>(&Part::Index { place: place.clone() })?;
    let paragraph = author.paragraph(60);
    let (embedded, passages): (u64, u64) = part::run(&Part::Edit {
        place,
        file,
        paragraph,
    })?;
    if embedded == 0 {
        return Err("the edit was not noticed".into());
    }
    show(Figure::new(
        NAME,
        format!("one paragraph changed in a Markdown document of {pages} pages of {PAGE_WORDS} words"),
        format!("{embedded} passages embedded again"),
        format!("{passages} passages"),
        (100.0 * embedded as f64 / passages as f64, "%"),
        Goal::AtMost(2.0),
    ))
}
