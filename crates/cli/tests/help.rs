//! The command line explains itself. (That this file exists also makes cargo build `attache` for every test run.)

#[test]
fn every_command_is_listed_with_one_line() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_attache"))
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for command in [
        "source",
        "index",
        "status",
        "why",
        "extract",
        "search",
        "ask",
        "eval",
        "connector",
        "doctor",
    ] {
        let line = help
            .lines()
            .find(|line| line.trim_start().starts_with(&format!("{command} ")));
        assert!(
            line.is_some_and(|line| line.trim().len() > command.len() + 10),
            "`{command}` in:\n{help}"
        );
    }
}
