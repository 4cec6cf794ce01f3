//! `attache`: the copilot without a window.
//!
//! Each subcommand is one command of `experience`, shown as text for people or, with `--json`, as one JSON value (with
//! `ask` and `index` too: progress goes to standard error). It decides nothing itself.

mod acting;
mod arguments;
mod audit;
mod connecting;
mod connector;
mod index;
mod policy;
mod show;

use std::process::ExitCode;

use app::{Home, Workspace, doctor};
use arguments::{Arguments, AuditDo, Do, SourceDo, SystemDo};
use clap::Parser;
use experience::commands::{self, Command};
use experience::{Copilot, Failure};
use orchestration::AskEvent;
use retrieval::search::Query;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

fn main() -> ExitCode {
    app::no_telemetry();
    let arguments = Arguments::parse();
    let level = if arguments.verbose { "debug" } else { "warn" };
    app::logging::start(level);
    let json = arguments.json;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(run(arguments)),
        Err(error) => Err(Failure::environment(
            format!("The program can't start: {error}."),
            "Close other programs.",
        )),
    };
    show::end(match done {
        Ok(code) => code,
        Err(failure) => {
            show::failure(&app::logging::clean(failure), json);
            ExitCode::from(2)
        }
    })
}

async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let home = Home::new(arguments.home.as_deref())?;
    let json = arguments.json;
    if let Do::Doctor = arguments.what {
        let checks = doctor::examine(&home);
        let well = checks.iter().all(|check| check.ok);
        show::value(&checks, json, show::doctor);
        return Ok(if well {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        });
    }
    if let Do::Audit {
        what: AuditDo::Verify {
            file: Some(file),
            against,
        },
    } = &arguments.what
    {
        return audit::verify_file(file, against.clone(), json);
    }
    if let Do::Policy { what } = &arguments.what {
        return policy::policy(what, json);
    }
    if let Do::Connector { what } = &arguments.what {
        return connector::connector(what, json);
    }
    let doing = format!("attache {}", arguments.what.name());
    let workspace = app::open(&home, &doing).await?;
    let stop = show::silent().child_token();
    stop_on_ctrl_c(stop.clone());
    let done = perform(&workspace, arguments.what, json, stop).await;
    workspace.close().await;
    done
}

async fn perform(
    workspace: &Workspace,
    what: Do,
    json: bool,
    stop: CancellationToken,
) -> Result<ExitCode, Failure> {
    let copilot = &workspace.copilot;
    match what {
        Do::Source { what } => match what {
            SourceDo::Add {
                path,
                collection,
                labels,
            } => {
                let labels = labels.into_iter().collect();
                let request = commands::AddRequest {
                    path,
                    collection,
                    labels,
                };
                say::<commands::SourceAdd>(copilot, request, json, show::added).await
            }
            SourceDo::List => {
                say::<commands::SourceList>(copilot, commands::Nothing {}, json, show::sources).await
            }
            SourceDo::Remove { path } => {
                say::<commands::SourceRemove>(copilot, commands::RemoveRequest { path }, json, show::sources)
                    .await
            }
        },
        Do::Index { watch } => index::index(copilot, watch, json, stop).await,
        Do::Status { files } if files => {
            say::<commands::Files>(copilot, commands::Nothing {}, json, show::files).await
        }
        Do::Status { .. } => {
            say::<commands::GetStatus>(copilot, commands::Nothing {}, json, show::status).await
        }
        Do::Why { file, question } => {
            say::<commands::Explain>(
                copilot,
                commands::ExplainRequest { file, question },
                json,
                show::why,
            )
            .await
        }
        Do::Extract {
            file,
            boxes: Some(page),
        } => {
            let request = commands::BoxesRequest { path: file, page };
            say::<commands::Boxes>(copilot, request, json, show::boxes).await
        }
        Do::Extract { file, boxes: None } => {
            say::<commands::Extract>(
                copilot,
                commands::ExtractRequest { path: file },
                json,
                show::extracted,
            )
            .await
        }
        Do::Search {
            text,
            most,
            mode,
            scope,
        } => {
            let new = Query::new(text, most);
            let query = Query {
                mode: mode.into(),
                filter: scope.filter()?,
                ..new
            };
            say::<commands::Search>(copilot, query, json, show::found).await
        }
        Do::Ask { question, scope } => {
            let request = commands::AskRequest {
                question,
                filter: scope.filter()?,
            };
            ask(copilot, request, json, stop).await
        }
        Do::Eval {
            questions,
            level,
            run_out,
        } => {
            let request = commands::EvaluateRequest {
                questions,
                level: level.into(),
                run_out,
            };
            say::<commands::Evaluate>(copilot, request, json, show::evaluated).await
        }
        Do::Audit { what } => audit::audit(copilot, what, json).await,
        Do::System { what } => acting::system(copilot, what, json).await,
        Do::Connect(what) => connecting::connect(copilot, *what, json).await,
        Do::Sync(keeping) => connecting::sync(copilot, keeping, json, stop).await,
        Do::Connections => acting::system(copilot, SystemDo::List, json).await,
        Do::Call(what) => connecting::call(copilot, what, json).await,
        Do::Propose(proposal) => acting::propose(copilot, proposal, json).await,
        Do::Approvals { what } => acting::approvals(copilot, what, json).await,
        Do::Grants { what } => acting::grants(copilot, what, json).await,
        Do::Undo { ids } => acting::undo(copilot, ids, json).await,
        Do::Receipt { what } => acting::receipt(copilot, what, json).await,
        // Done before a workspace is opened.
        Do::Doctor | Do::Policy { .. } | Do::Connector { .. } => Ok(ExitCode::SUCCESS),
    }
}

/// Runs a command and shows what it gives.
async fn say<C: Command>(
    copilot: &Copilot,
    request: C::Request,
    json: bool,
    show: impl Fn(&C::Response),
) -> Result<ExitCode, Failure> {
    let response = C::run(copilot, request).await?;
    show::value(&response, json, show);
    Ok(ExitCode::SUCCESS)
}

/// Shows an answer as it grows; with `--json` only the whole of it.
async fn ask(
    copilot: &Copilot,
    request: commands::AskRequest,
    json: bool,
    stop: CancellationToken,
) -> Result<ExitCode, Failure> {
    let (events, mut told) = mpsc::channel::<AskEvent>(16);
    let run = commands::ask(copilot, request, &events, stop);
    tokio::pin!(run);
    let mut shown = show::Growing::default();
    let answered = loop {
        tokio::select! {
            Some(event) = told.recv(), if !json => shown.event(&event),
            done = &mut run => break done?,
        }
    };
    while let (false, Ok(event)) = (json, told.try_recv()) {
        shown.event(&event);
    }
    show::value(&answered, json, |answered| shown.end(answered));
    Ok(ExitCode::SUCCESS)
}

/// The first Ctrl-C ends the work in an orderly way, the second at once.
fn stop_on_ctrl_c(stop: CancellationToken) {
    tokio::spawn(async move {
        for orderly in [true, false] {
            if tokio::signal::ctrl_c().await.is_err() {
                return;
            }
            if orderly {
                stop.cancel();
            } else {
                std::process::exit(130);
            }
        }
    });
}
