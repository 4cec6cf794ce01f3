use serde::{Deserialize, Serialize};

use super::{Access, BOTH, Cache, Command, MAIN, Nothing, Window};
use crate::settings::Settings;
use crate::{Copilot, Failure};

/// Gives the settings.
pub struct GetSettings;

impl Command for GetSettings {
    const NAME: &'static str = "settings_get";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = BOTH;
    type Request = Nothing;
    type Response = Settings;

    async fn run(copilot: &Copilot, _request: Nothing) -> Result<Settings, Failure> {
        copilot.preferences.get().await
    }
}

/// Changes the settings.
pub struct SetSettings;

impl Command for SetSettings {
    const NAME: &'static str = "settings_set";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[Cache::Settings];
    const WINDOWS: &'static [Window] = MAIN;
    type Request = Settings;
    type Response = Settings;

    async fn run(copilot: &Copilot, request: Settings) -> Result<Settings, Failure> {
        let checked = request.checked()?;
        copilot.preferences.set(&checked).await?;
        Ok(checked)
    }
}

/// What this program is and what it has.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct About {
    /// Its version.
    pub version: String,
    /// The folder in which everything is kept.
    pub home: String,
    /// Id of the embedding model; absent if there is none.
    pub model: Option<String>,
    /// Why there is no model.
    pub model_problem: Option<String>,
    /// What answers questions.
    pub engine: String,
    /// What was read from the files, in bytes on the disk.
    pub index_bytes: u64,
    /// What the person decided and asked, in bytes on the disk.
    pub ledger_bytes: u64,
    /// What was looked at on this machine.
    pub checks: Vec<Check>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Check {
    /// What was looked at.
    pub name: String,
    /// It is as it should be.
    pub ok: bool,
    /// What was found.
    pub found: String,
    /// What does not work without it, and how to get it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub fix: Option<String>,
}

/// Loads the model to see whether it can be, so that it takes a moment.
impl Command for About {
    const NAME: &'static str = "about";
    const ACCESS: Access = Access::Read;
    const WINDOWS: &'static [Window] = MAIN;
    type Request = Nothing;
    type Response = Self;

    async fn run(copilot: &Copilot, _request: Nothing) -> Result<Self, Failure> {
        let (facts, status) = tokio::join!(copilot.machine.facts(), copilot.library.status());
        let (facts, status) = (facts?, status?);
        Ok(Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            home: facts.home,
            model: status.model,
            model_problem: status.model_problem,
            engine: orchestration::engine_label(),
            index_bytes: facts.index_bytes,
            ledger_bytes: facts.ledger_bytes,
            checks: facts.checks,
        })
    }
}

/// Deletes everything that Attaché keeps; the person's own files stay where they are.
pub struct Erase;

/// The person's word that they mean it.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EraseRequest {
    /// Must be the word `erase`.
    pub typed: String,
}

impl Command for Erase {
    const NAME: &'static str = "erase_everything";
    const ACCESS: Access = Access::Write;
    const STALES: &'static [Cache] = &[
        Cache::Sources,
        Cache::Files,
        Cache::Conversations,
        Cache::Settings,
        Cache::Actions,
        Cache::Grants,
        Cache::Systems,
    ];
    const WINDOWS: &'static [Window] = MAIN;
    type Request = EraseRequest;
    type Response = Nothing;

    async fn run(copilot: &Copilot, request: EraseRequest) -> Result<Nothing, Failure> {
        if request.typed.trim() != "erase" {
            return Err(Failure::user(
                format!("Nothing was erased: `{}` is not the word `erase`.", request.typed),
                "Type the word `erase`.",
            ));
        }
        copilot.machine.erase().await?;
        Ok(Nothing {})
    }
}
