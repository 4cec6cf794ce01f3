use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Bench, Show, checkout, middle};
use crate::figure::{Figure, Goal};
use crate::machine::{self, Cost};
use crate::{Outcome, corpus};

const NAME: &str = "recoll";

/// CPU time, user and system, of all processes, from nothing until everything is found by words. Runs take turns.
pub fn run(bench: &Bench, show: &mut Show<'_>) -> Outcome<()> {
    let (markdown, what) = match &bench.markdown {
        Some(folder) => (folder.canonicalize()?, "Markdown documents of the given folder"),
        None => {
            let folder = bench.folder("recoll/markdown")?;
            bench.author(2)?.fill(&folder, bench.size(800, 40), 2_000)?;
            (folder, "made-up Markdown documents")
        }
    };
    compare(bench, show, &markdown, what, Goal::AtLeast(6.0))?;
    let (pdf, what) = match &bench.pdf {
        Some(folder) => (folder.canonicalize()?, "PDF documents of the given folder"),
        None => (demo_pdfs(bench)?, "copies of the demo's PDF documents"),
    };
    compare(bench, show, &pdf, what, Goal::AtLeast(1.5))
}

fn compare(bench: &Bench, show: &mut Show<'_>, folder: &Path, what: &str, goal: Goal) -> Outcome<()> {
    let files = corpus::files(folder)?.len();
    let what = format!("CPU until {files} {what} are found by words");
    if Command::new("recollindex").arg("-h").output().is_err() {
        let why = "recoll is not installed; `scripts/bench-setup.sh` installs it";
        return show(Figure::not_run(NAME, what, why));
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for turn in 0..bench.size(3, 1) {
        let name = format!(
            "recoll/{}-{turn}",
            folder.file_name().unwrap_or_default().to_string_lossy()
        );
        ours.push(bench.index_with_program(&name, folder, true)?);
        theirs.push(recoll(bench, &name, folder)?);
    }
    let (cpu, other) = (
        middle(&ours, |cost| cost.cpu),
        middle(&theirs, |(cost, _)| cost.cpu),
    );
    let (seconds, found) = (
        middle(&ours, |cost| cost.seconds),
        middle(&theirs, |(_, found)| *found),
    );
    show(Figure::new(
        NAME,
        what,
        format!("{cpu:.2} CPU-s ({seconds:.1} s)"),
        format!(
            "{other:.2} CPU-s ({:.1} s) of recoll, which then knows {found:.0} documents",
            middle(&theirs, |(cost, _)| cost.seconds)
        ),
        (other / cpu, "× less"),
        goal,
    ))
}

/// Indexes with recoll as it is after installation; what it cost and how many documents it knows then.
fn recoll(bench: &Bench, name: &str, folder: &Path) -> Outcome<(Cost, f64)> {
    let settings = bench.folder(&format!("{name}/recoll"))?;
    let quoted = folder.to_string_lossy().replace('"', "\\\"");
    std::fs::write(
        settings.join("recoll.conf"),
        format!("topdirs = \"{quoted}\"\nloglevel = 1\n"),
    )?;
    let at_home = |program: &str| {
        let mut command = Command::new(program);
        command
            .env("HOME", &settings)
            .env_remove("XDG_CONFIG_HOME")
            .arg("-c")
            .arg(&settings);
        command
    };
    let cost = machine::run(&mut at_home("recollindex"))?;
    let asked = machine::run(at_home("recollq").arg("mime:text/* OR mime:application/*"))?;
    let found = asked
        .printed
        .lines()
        .find_map(|line| line.strip_suffix(" results")?.trim().parse().ok());
    Ok((
        cost,
        found.ok_or("recoll did not say how many documents it knows")?,
    ))
}

fn demo_pdfs(bench: &Bench) -> Outcome<PathBuf> {
    let folder = bench.folder("recoll/pdf")?;
    let demo = corpus::files(&checkout().join("demo/documents"))?;
    let pdfs = demo
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "pdf"));
    for path in pdfs {
        for copy in 0..bench.size(12, 2) {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            std::fs::copy(path, folder.join(format!("{name} {copy:02}.pdf")))?;
        }
    }
    Ok(folder)
}
