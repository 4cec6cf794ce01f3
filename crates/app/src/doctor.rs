//! What is missing on this machine and how to get it.

use experience::Failure;
pub use experience::commands::Check;
use governance::SecretTrouble;
use governance::policy::Layer;

use crate::{Home, Parts, keys, policy};

/// Name of the check of the home folder.
pub const HOME: &str = "home folder";

/// Looks at everything Attaché needs. Changes nothing.
pub fn examine(home: &Home) -> Vec<Check> {
    let parts = Parts::find();
    let get = "Run `make run` in the source folder, which prepares it, or install Attaché again.";
    let part = |name: &str, found: &Option<std::path::PathBuf>, without: &str| Check {
        name: name.to_owned(),
        ok: found.is_some(),
        found: found
            .as_ref()
            .map_or("not found".to_owned(), |path| path.display().to_string()),
        fix: found.is_none().then(|| format!("{without} {get}")),
    };
    let model = parts.model().map_err(|reason| vec![reason]).and_then(|files| {
        let card = files.card().map_err(|error| vec![error.to_string()])?;
        retrieval::embed::Embedder::load(&files, 1).map_err(|error| vec![error.to_string()])?;
        Ok(card)
    });
    let model = Check {
        name: "embedding model".to_owned(),
        ok: model.is_ok(),
        found: match &model {
            Ok(card) => format!("{}, {} dimensions", card.id, card.dimensions),
            Err(reasons) => reasons.join(" "),
        },
        fix: model
            .is_err()
            .then(|| format!("Without it search goes by words only. {get}")),
    };
    vec![
        folder(home),
        part("file reader", &parts.reader, "Without it no file can be read."),
        part(
            "PDF library",
            &parts.pdfium,
            "Without it PDF files can't be read.",
        ),
        part(
            "model runtime",
            &parts.onnxruntime,
            "Without it search goes by words only.",
        ),
        model,
        notifications(),
        keyring(home),
        rules(home),
    ]
}

/// Whether the rules are as they were meant, the company's among them.
fn rules(home: &Home) -> Check {
    let name = "rules".to_owned();
    let folders = policy::folders(home);
    match policy::of_company(&folders) {
        Ok(policies) => {
            let own = policies
                .rules()
                .iter()
                .filter(|rule| rule.layer == Layer::Company);
            Check {
                name,
                ok: true,
                found: match own.count() {
                    0 => "those that come with Attaché".to_owned(),
                    count => format!("those that come with Attaché, and {count} of your company"),
                },
                fix: None,
            }
        }
        Err(faults) => Check {
            name,
            ok: false,
            found: faults.to_string(),
            fix: Some(format!(
                "Until then nothing is done in your systems. Put the files in `{}` and `{}` right; \
                 `attache policy check` says what is wrong with them.",
                folders[0].display(),
                folders[1].display()
            )),
        },
    }
}

fn folder(home: &Home) -> Check {
    let path = home.path().display().to_string();
    // The lock is what every command takes first; it is let go at once.
    match home.lock("attache doctor") {
        Ok(_) => Check {
            name: HOME.to_owned(),
            ok: true,
            found: path,
            fix: None,
        },
        Err(Failure {
            code: Some(_),
            message,
            ..
        }) => Check {
            name: HOME.to_owned(),
            ok: true,
            found: message,
            fix: None,
        },
        Err(failure) => Check {
            name: HOME.to_owned(),
            ok: false,
            found: failure.message,
            fix: failure.hint,
        },
    }
}

/// Whether there is a keyring, and whether this home has its key in it.
fn keyring(home: &Home) -> Check {
    let name = "keyring".to_owned();
    match keys::has(home.identity().as_deref().unwrap_or("doctor")) {
        Ok(has) => Check {
            name,
            ok: true,
            found: match has {
                true => "holds the key that signs the audit".to_owned(),
                false => "answers; the key that signs the audit is made when it is first needed".to_owned(),
            },
            fix: None,
        },
        Err(trouble) => Check {
            name,
            // Whoever turned it off knows.
            ok: matches!(trouble, SecretTrouble::Off(_)),
            found: trouble.to_string(),
            fix: Some(format!(
                "Without it no head of the audit is signed, and a cut end of it can't be seen; and once it holds the key \
                 that seals what you approve, nothing can be approved or sent. {}",
                trouble.fix()
            )),
        },
    }
}

/// Linux grants each person a number of watched folders.
fn notifications() -> Check {
    let limit = std::fs::read_to_string("/proc/sys/fs/inotify/max_user_watches").ok();
    let limit = limit.and_then(|text| text.trim().parse::<u64>().ok());
    let low = limit.is_some_and(|limit| limit < 65_536);
    Check {
        name: "folder notification".to_owned(),
        ok: !low,
        found: limit.map_or("offered by the system".to_owned(), |limit| {
            format!("up to {limit} folders")
        }),
        fix: low.then(|| {
            "With more folders than that, changes are seen after a while and not at once. \
             `sudo sysctl fs.inotify.max_user_watches=524288` raises the limit."
                .to_owned()
        }),
    }
}
