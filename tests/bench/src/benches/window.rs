use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde::Deserialize;

use super::{Bench, Show, checkout, questions};
use crate::figure::{Figure, Goal, median};
use crate::{Outcome, machine};

const NAME: &str = "window";
/// The home with the large library, below the folder for temporary files.
const HOME: &str = "window/home";

/// The real window on a screen of its own: what `tests/window/figures.mjs` tells, a group of figures at a time.
pub fn run(bench: &Bench, show: &mut Show<'_>) -> Outcome<()> {
    script(show)?;
    if let Some((program, script)) = missing() {
        let why = format!("`{program}` is not installed; `{script}` installs it");
        return show(Figure::not_run(
            NAME,
            "the window: its start, views, scrolling, answers and memory",
            why,
        ));
    }
    let mut failed = Vec::new();
    for (group, work) in GROUPS {
        if let Err(error) = work(bench, show) {
            show(Figure::not_run(
                NAME,
                format!("the window: {group}"),
                format!("failed: {error}"),
            ))?;
            failed.push(*group);
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("no figures of {}", failed.join(", ")).into())
    }
}

type Group = fn(&Bench, &mut Show<'_>) -> Outcome<()>;

/// What is measured in the window, by the names that `tests/window/figures.mjs` has for it.
const GROUPS: &[(&str, Group)] = &[
    ("start", start),
    ("switch", switch),
    ("words", words),
    ("scroll", scroll),
    ("memory", memory),
];

/// The first program that is missing, and the script that installs it.
fn missing() -> Option<(&'static str, &'static str)> {
    let (setup, bench_setup) = ("scripts/setup.sh", "scripts/bench-setup.sh");
    let programs = [
        ("Xvfb", setup),
        ("WebKitWebDriver", setup),
        ("dbus-run-session", setup),
        ("openbox", setup),
        ("xdotool", setup),
        ("node", setup),
        ("sqlite3", bench_setup),
    ];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_there = |name: &str| std::env::split_paths(&path).any(|folder| folder.join(name).is_file());
    programs.into_iter().find(|(name, _)| !is_there(name))
}

/// A line that `tests/window/figures.mjs` tells.
#[derive(Clone, Debug, Deserialize)]
struct Taken {
    what: String,
    middle: f64,
    values: Vec<f64>,
    /// Passages of the library that was asked.
    #[serde(default)]
    passages: u64,
    /// Milliseconds until it was painted too.
    #[serde(default)]
    painted: Vec<f64>,
    #[serde(default)]
    p95: f64,
    #[serde(default)]
    longest: f64,
    #[serde(default)]
    above_20_ms: String,
}

impl Taken {
    /// How often it was taken, and the least and the most.
    fn spread(&self, unit: &str) -> String {
        let most = self.values.iter().copied().fold(f64::MIN, f64::max);
        let least = self.values.iter().copied().fold(f64::MAX, f64::min);
        format!("median of {}, {least:.0} to {most:.0} {unit}", self.values.len())
    }
}

/// The figures of a group. A run that fails after it told some of them gives these; the rest is missed by who looks for it.
fn take(bench: &Bench, group: &str, more: &[(&str, &Path)], question: Option<&str>) -> Outcome<Vec<Taken>> {
    let program =
        std::env::current_exe()?.with_file_name(format!("attache-window{}", std::env::consts::EXE_SUFFIX));
    if !program.exists() {
        return Err(format!("`{}` is missing: run `make bench`", program.display()).into());
    }
    let mut command = Command::new(checkout().join("scripts/window-tests.sh"));
    command
        .arg("tests/window/figures.mjs")
        .env("ATTACHE_WINDOW", program)
        .env("ATTACHE_FIGURES_ONLY", group)
        .env("ATTACHE_FIGURES_RUNS", bench.size(5, 1).to_string())
        .envs(more.iter().copied())
        .envs(question.map(|question| ("ATTACHE_FIGURES_ASK", question)));
    if let Some(runtime) = &bench.parts.runtime {
        command.env("ATTACHE_RUNTIME", runtime);
    }
    let output = output(&mut command)?;
    machine::reap();
    let printed = String::from_utf8_lossy(&output.stdout);
    let taken: Vec<Taken> = printed.lines().filter_map(read).collect();
    if !output.status.success() {
        eprintln!(
            "bench: `{command:?}` ended with {}:\n{printed}{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
    if taken.is_empty() {
        return Err(format!("{} told nothing; its own words are above", output.status).into());
    }
    Ok(taken)
}

/// A figure, if the line is one.
fn read(line: &str) -> Option<Taken> {
    line.starts_with('{')
        .then(|| serde_json::from_str(line).ok())
        .flatten()
}

fn output(command: &mut Command) -> Outcome<Output> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{:?} could not be started: {error}", command.get_program()))?;
    Ok(output)
}

fn find<'a>(taken: &'a [Taken], what: &str) -> Outcome<&'a Taken> {
    let found = taken.iter().find(|one| one.what == what);
    Ok(found.ok_or_else(|| format!("no figure of: {what}"))?)
}

/// What the page loads before it can be used.
fn script(show: &mut Show<'_>) -> Outcome<()> {
    let what = "script that the page loads before it can be used, compressed";
    let mut command = Command::new("node");
    command.arg(checkout().join("ui/scripts/size.mjs"));
    let Ok(output) = output(&mut command) else {
        let why = "`node` is not installed; `scripts/setup.sh` says how to get it";
        return show(Figure::not_run(NAME, what, why));
    };
    // It fails above its limit, which is the goal here; then it has told the size all the same.
    let printed = String::from_utf8_lossy(&output.stdout);
    let Some((size, rest)) = sizes(&printed) else {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`ui/scripts/size.mjs` told no size: {}", said.trim()).into());
    };
    show(Figure::new(
        NAME,
        what,
        rest,
        "",
        (size, "KB"),
        Goal::AtMost(250.0),
    ))
}

/// Kilobytes, and the files and the styles in words, of `initial script 1.0 KB gzip in 2 files, …; styles 3.0 KB gzip`.
fn sizes(printed: &str) -> Option<(f64, String)> {
    let (_, rest) = printed.split_once("initial script ")?;
    let (size, rest) = rest.split_once(" KB gzip in ")?;
    let (files, rest) = rest.split_once(',')?;
    let (_, styles) = rest.split_once("styles ")?;
    let (styles, _) = styles.split_once(" gzip")?;
    Some((size.parse().ok()?, format!("{files}; styles {styles}")))
}

fn start(bench: &Bench, show: &mut Show<'_>) -> Outcome<()> {
    let taken = take(bench, "start", &[], None)?;
    for (kind, goal) in [("cold", 1_500.0), ("warm", 700.0)] {
        let what = format!("{kind} start until the question field is there");
        let Ok(field) = find(&taken, &what) else {
            let why = "files can't be dropped from memory here, which an administrator may do";
            show(Figure::not_run(NAME, what, why))?;
            continue;
        };
        let rest = find(&taken, &format!("{kind} start until everything is as at rest"))?;
        let beside = match find(&taken, &format!("{kind} start of WebKit's own MiniBrowser")) {
            Ok(least) => format!(
                "{:.0} ms: the webview alone, WebKit's MiniBrowser with an empty page",
                least.middle
            ),
            Err(_) => "WebKit's MiniBrowser is not installed".to_owned(),
        };
        let measured = format!(
            "{}; {:.0} ms until all is as at rest",
            field.spread("ms"),
            rest.middle
        );
        show(Figure::new(
            NAME,
            what,
            measured,
            beside,
            (field.middle, "ms"),
            Goal::AtMost(goal),
        ))?;
    }
    Ok(())
}

fn switch(bench: &Bench, show: &mut Show<'_>) -> Outcome<()> {
    for taken in take(bench, "switch", &[], None)? {
        let measured = taken.spread("ms");
        show(Figure::new(
            NAME,
            format!("{}, until it is painted", taken.what),
            measured,
            "",
            (taken.middle, "ms"),
            Goal::AtMost(100.0),
        ))?;
    }
    Ok(())
}

fn words(bench: &Bench, show: &mut Show<'_>) -> Outcome<()> {
    let (home, question) = library(bench)?;
    let taken = take(
        bench,
        "words",
        &[("ATTACHE_FIGURES_HOME", &home)],
        Some(&question),
    )?;
    for (what, goal) in [
        ("first words of an answer", Goal::AtMost(300.0)),
        ("first words of the first answer after a start", Goal::None),
    ] {
        let one = find(&taken, what)?;
        let measured = format!(
            "{}; painted after {:.0} ms",
            one.spread("ms"),
            median(&one.painted)
        );
        show(Figure::new(
            NAME,
            format!("{what}, {} passages", one.passages),
            measured,
            "",
            (one.middle, "ms"),
            goal,
        ))?;
    }
    let again = find(&taken, "read again at a start")?;
    show(Figure::new(
        NAME,
        format!(
            "files read and passages embedded when the window opens, {} passages whose files have not changed",
            again.passages
        ),
        "compared with a copy of the index from before",
        "",
        (again.middle, ""),
        Goal::AtMost(0.0),
    ))
}

/// A home whose library was read to its end by `attache`, and a question that it answers. Vectors of passages are made up
/// as in the benchmark `questions`; the model that makes them bears the name of the real one, which is asked.
fn library(bench: &Bench) -> Outcome<(PathBuf, String)> {
    let mut made = questions::collection(bench, "window", bench.size(100_000, 2_000))?;
    let add = ["source".as_ref(), "add".as_ref(), made.folder.as_os_str()];
    for arguments in [&add[..], &["index".as_ref()]] {
        let mut attache = bench.attache(HOME, false)?;
        machine::run(attache.env(app::MODEL_VARIABLE, &made.words).args(arguments))?;
    }
    for question in made.author.questions(&made.all, 30) {
        let asked = machine::run(bench.attache(HOME, false)?.args(["--json", "ask"]).arg(&question))?;
        let answered: serde_json::Value = serde_json::from_str(&asked.printed)?;
        if answered["answer"]
            .as_array()
            .is_some_and(|sentences| !sentences.is_empty())
        {
            return Ok((bench.work.join(HOME), question));
        }
    }
    Err("none of 30 made-up questions is answered".into())
}

fn scroll(bench: &Bench, show: &mut Show<'_>) -> Outcome<()> {
    for taken in take(bench, "scroll", &[], None)? {
        let (what, goal, measured) = if taken.what.starts_with("frames") {
            let rest = format!("p95 {:.1} ms, longest {:.0} ms", taken.p95, taken.longest);
            let measured = format!("{} of frames above 20 ms; {rest}", taken.above_20_ms);
            (
                format!("{}, median between two", taken.what),
                Goal::AtMost(16.9),
                measured,
            )
        } else {
            (taken.what.clone(), Goal::None, taken.spread("ms"))
        };
        show(Figure::new(NAME, what, measured, "", (taken.middle, "ms"), goal))?;
    }
    Ok(())
}

fn memory(bench: &Bench, show: &mut Show<'_>) -> Outcome<()> {
    let taken = take(bench, "memory", &[], None)?;
    let ours = find(&taken, "memory of the whole app")?;
    let what = "memory of the whole app, all its processes, each page by its share";
    let Ok(other) = find(&taken, "memory of the same page in Chromium") else {
        let why = format!(
            "{:.0} MB; `chromium` is not installed, which would stand beside it",
            ours.middle
        );
        return show(Figure::not_run(NAME, what, why));
    };
    show(Figure::new(
        NAME,
        what,
        format!("{:.0} MB; {}", ours.middle, ours.spread("MB")),
        format!(
            "{:.0} MB: Chromium with the same page and core; not Electron",
            other.middle
        ),
        (ours.middle / other.middle, "×"),
        Goal::AtMost(1.0),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_figures_is_told_from_what_the_tests_say_besides() {
        let line = r#"{"what":"first words of an answer","middle":353,"unit":"ms","values":[303,367,353],"how":"…","load":["0.3","1.0"]}"#;
        let taken = read(line).unwrap();
        assert_eq!(taken.spread("ms"), "median of 3, 303 to 367 ms");
        assert!(find(&[taken], "memory of the whole app").is_err());
        assert!(read("✔ words (28312.476632ms)").is_none());
    }

    #[test]
    fn the_size_of_the_script_is_read_from_what_its_own_check_prints() {
        let printed = "initial script 151.4 KB gzip in 3 files, limit 250.0 KB; styles 9.1 KB gzip\n";
        let (size, rest) = sizes(printed).unwrap();
        assert_eq!(size, 151.4);
        assert_eq!(rest, "3 files; styles 9.1 KB");
    }
}
