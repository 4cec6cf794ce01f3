use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::{Confidentiality, Integrity, Readers, SourceRef, SystemId, Taint, Target};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::description::{EditedFields, Layout, digest};

/// So many fields are named to tell a record from others, each of so many characters at most.
const ABOUT: usize = 3;
const SHORT: usize = 40;

/// A record as a system showed it.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The system.
    pub system: SystemId,
    /// Its kind: `crm.deals`.
    pub kind: String,
    /// Its id there.
    pub id: String,
    /// Its version, where the system has versions: the `ETag`, without quotes where it is a strong one, else the field
    /// `version`.
    pub version: Option<String>,
    /// Everything it says.
    pub fields: Map<String, Value>,
    pub(crate) integrity: BTreeMap<String, Integrity>,
    pub(crate) edited: EditedFields,
    pub(crate) layout: Arc<Layout>,
}

/// Who changed a record last and when, as its system says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edited {
    /// Who: a name or an address.
    pub by: Option<String>,
    /// When, as the system writes it.
    pub at: Option<String>,
}

impl Record {
    /// What people call it: its name, subject or title; else nothing.
    pub fn title(&self) -> Option<&str> {
        let named = (self.layout.title.iter()).filter_map(|field| self.fields.get(field)?.as_str());
        named.map(str::trim).find(|title| !title.is_empty())
    }

    /// The same for the same fields and version, in whichever order the system tells them.
    pub fn digest(&self) -> String {
        let whole = json!({"version": self.version, "fields": self.fields});
        // A number that JSON can't carry exactly: then the order counts, and the record is taken for changed more often.
        digest(&whole).unwrap_or_else(|_| whole.to_string())
    }

    /// Who changed it last and when, where the system's description names fields that say so.
    pub fn edited(&self) -> Option<Edited> {
        let said = |name: &Option<String>| {
            let value = self.fields.get(name.as_deref()?)?;
            value
                .as_str()
                .map(str::trim)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let edited = Edited {
            by: said(&self.edited.by),
            at: said(&self.edited.at),
        };
        (edited != Edited::default()).then_some(edited)
    }

    /// What tells it from others of the same title: its first few short words, by field.
    pub(crate) fn about(&self) -> Vec<(String, String)> {
        let kept = [&self.edited.by, &self.edited.at].map(Option::as_deref);
        let plain = |name: &str| name == "id" || name == "version" || kept.contains(&Some(name));
        let short = |text: &&str| !text.is_empty() && text.chars().count() <= SHORT;
        let fields = self.fields.iter().filter(|(name, _)| !plain(name));
        let words = fields.filter_map(|(name, value)| {
            let text = value.as_str().map(str::trim).filter(short)?;
            (Some(text) != self.title()).then(|| (name.clone(), text.to_owned()))
        });
        words.take(ABOUT).collect()
    }

    /// What is known of where a field's value comes from. A field that the description does not vouch for may have been
    /// written by anybody; who may see it is not known, so only those who are named.
    pub fn taint(&self, field: &str) -> Taint {
        let source = SourceRef {
            kind: "record".to_owned(),
            object: format!("{}/{}/{}#/{field}", self.system, self.kind, self.id),
            revision: self.version.clone().unwrap_or_default(),
            span: None,
        };
        Taint {
            integrity: self.integrity.get(field).copied().unwrap_or(Integrity::Text),
            confidentiality: Confidentiality::Confidential,
            readers: Readers::Everyone,
            sources: BTreeSet::from([source]),
        }
    }

    /// The record, in the state that was looked at.
    pub fn target(&self) -> Target {
        Target {
            kind: self.kind.clone(),
            id: self.id.clone(),
            version: self.version.clone(),
        }
    }
}

/// A version as `If-Match` and `If-None-Match` take it.
pub(crate) fn tag_of(version: &str) -> String {
    if version.starts_with("W/\"") {
        version.to_owned()
    } else {
        format!("\"{version}\"")
    }
}
