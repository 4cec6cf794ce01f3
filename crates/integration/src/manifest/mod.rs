//! A connector for a business system, as a file: what the system can be asked, how, and what each of it does to the world.
//!
//! A new system is such a file and no code. It is YAML of a published form ([`schema`]), and becomes the same
//! [`Description`] as any other: the governed path does not know the difference. Each mistake is told with its line
//! ([`Mistake`]), all of them at once. Where the vendor publishes a description of the system, [`compared`] says what of a
//! manifest it does not bear out.
//!
//! What a manifest does not say is read as the strictest: it is done twice when it is sent twice, can't be taken back, and
//! every field may hold words that somebody else wrote.

mod check;
mod compile;
mod form;
mod signing;
mod statement;
mod vendor;

use std::collections::BTreeMap;

use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::Value;

use crate::description::Description;
use crate::import::yaml;

pub(crate) use compile::act;
pub(crate) use form::Form;
pub use form::{Dialect, Manifest, SignIn};
pub use signing::{Place, provider};
pub use vendor::compared;

/// The largest manifest, in bytes.
pub const LARGEST: usize = 1 << 20;

/// A mistake in a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// Its line, from 1.
    pub line: usize,
    /// Its place, as a JSON pointer.
    pub at: String,
    /// What is wrong and what to do, in a sentence without its end.
    pub why: String,
}

/// The form of a manifest, as JSON Schema.
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(Manifest).to_value();
    if let Some(fields) = schema.as_object_mut() {
        fields.insert("title".to_owned(), "Attaché connector manifest".into());
    }
    schema
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// Every mistake, by its line.
    pub fn read(text: &str) -> Result<Self, Vec<Mistake>> {
        let at_line = |line: usize, why: String| {
            vec![Mistake {
                line,
                at: String::new(),
                why,
            }]
        };
        if text.len() > LARGEST {
            return Err(at_line(1, format!("a manifest has at most {LARGEST} bytes")));
        }
        let (value, lines) = yaml::read_with_lines(text).map_err(|wrong| at_line(wrong.line, wrong.why))?;
        let line = |pointer: &str| {
            // What is missing has no line; where it should stand has one.
            let mut pointer = pointer;
            loop {
                match (lines.get(pointer), pointer.rsplit_once('/')) {
                    (Some(line), _) => return *line,
                    (None, Some((above, _))) => pointer = above,
                    (None, None) => return 1,
                }
            }
        };
        let mut wrong = check::form(&value);
        let read: Option<Self> = match serde_json::from_value(value) {
            Ok(read) => Some(read),
            Err(error) if wrong.is_empty() => {
                wrong.push((String::new(), error.to_string()));
                None
            }
            Err(_) => None,
        };
        if let Some(read) = &read {
            wrong.extend(check::sense(read));
        }
        match read {
            Some(read) if wrong.is_empty() => Ok(read),
            _ => {
                let told = wrong.into_iter().map(|(at, why)| Mistake {
                    line: line(&at),
                    at,
                    why,
                });
                let mut told: Vec<Mistake> = told.collect();
                told.sort_by(|one, other| (one.line, &one.at).cmp(&(other.line, &other.at)));
                Err(told)
            }
        }
    }

    /// What the system can be asked.
    pub fn describe(&self, system: &domain::SystemId) -> Result<Description, String> {
        compile::description(self, system)
    }

    /// The headers that go with every request to this address.
    pub fn headers(&self, base: &Url) -> Result<Vec<(HeaderName, HeaderValue)>, String> {
        let origin = base.origin().ascii_serialization();
        let header = |(name, value): (&String, &String)| {
            let wrong = |_| format!("the header `{name}` can't be sent");
            let name_of =
                HeaderName::from_bytes(name.as_bytes()).map_err(|error| wrong(error.to_string()))?;
            let value = HeaderValue::from_str(&value.replace("{origin}", &origin));
            Ok((name_of, value.map_err(|error| wrong(error.to_string()))?))
        };
        self.headers.iter().map(header).collect()
    }
}

/// The manifests that come with Attaché, by name.
pub fn shipped() -> BTreeMap<&'static str, &'static str> {
    SHIPPED.iter().copied().collect()
}

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        const SHIPPED: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../connectors/", $name, ".yaml")))),*];
    };
}

shipped![
    "asana",
    "confluence",
    "directus",
    "django-helpdesk",
    "freshdesk",
    "gmail",
    "google-calendar",
    "google-drive",
    "hubspot",
    "intercom",
    "jira",
    "microsoft-graph",
    "notion",
    "pipedrive",
    "redmine",
    "request-tracker",
    "roundup",
    "salesforce",
    "servicenow",
    "slack",
    "zendesk",
];
