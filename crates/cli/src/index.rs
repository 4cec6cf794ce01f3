use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use experience::commands::{Command, GetStatus, Nothing};
use experience::{Copilot, Failure};
use indicatif::{ProgressBar, ProgressStyle};
use retrieval::{Progress, Until};
use tokio_util::sync::CancellationToken;

use crate::show;

/// Indexes until idle, or until stopped, with progress on a terminal.
pub async fn index(
    copilot: &Copilot,
    watch: bool,
    json: bool,
    stop: CancellationToken,
) -> Result<ExitCode, Failure> {
    let until = if watch { Until::Stopped } else { Until::Idle };
    if watch && !json {
        show::line("Watching your folders. Ctrl-C stops.");
    }
    run(copilot, until, json, stop.clone()).await?;
    let status = GetStatus::run(copilot, Nothing {}).await?;
    show::value(&status, json, show::status);
    Ok(if stop.is_cancelled() && !watch {
        ExitCode::from(130)
    } else {
        ExitCode::SUCCESS
    })
}

/// The same without telling how it is afterwards.
pub async fn run(
    copilot: &Copilot,
    until: Until,
    json: bool,
    stop: CancellationToken,
) -> Result<(), Failure> {
    let mut progress = copilot.library.progress();
    let bar = bar(json);
    let mut told: Vec<String> = Vec::new();
    let run = copilot.library.index(until, stop);
    tokio::pin!(run);
    loop {
        tokio::select! {
            done = &mut run => {
                done?;
                break;
            }
            Ok(()) = progress.changed() => {
                let progress = progress.borrow_and_update();
                if !json {
                    let new = progress.notices.iter().filter(|notice| !told.contains(notice));
                    new.for_each(|notice| bar.suspend(|| show::line(notice)));
                    told.clone_from(&progress.notices);
                }
                tell(&bar, &progress);
            }
        }
    }
    bar.finish_and_clear();
    Ok(())
}

fn bar(json: bool) -> ProgressBar {
    if json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:24} {pos} of {len} {prefix}  {wide_msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_secs(1));
    bar
}

fn tell(bar: &ProgressBar, progress: &Progress) {
    let reading = progress.files_done < progress.files;
    let (done, all, what) = if reading {
        (progress.files_done, progress.files, "files")
    } else {
        (progress.passages_embedded, progress.passages, "passages")
    };
    bar.set_length(all);
    bar.set_position(done);
    bar.set_prefix(what);
    let left = progress
        .seconds_left
        .map(|seconds| format!(", {} left", show::duration(seconds)))
        .unwrap_or_default();
    bar.set_message(format!("{}{left}", progress.now));
}
