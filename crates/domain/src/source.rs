use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{Labels, SourceId, SystemId};

/// A watched folder as the person set it up, or one in which copies of a system's records are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Source {
    /// Its id, never used again after it is removed.
    pub id: SourceId,
    /// Absolute path.
    pub root: PathBuf,
    /// Name of the collection it belongs to.
    pub collection: String,
    /// Labels of the collection, inherited by every passage.
    pub labels: Labels,
    /// The connected system of which it holds copies of records; none for a folder of the person.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(as = "Option<String>"))]
    pub system: Option<SystemId>,
}

/// A named group of sources with labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// Its name.
    pub name: String,
    /// Labels that everything in it inherits.
    pub labels: Labels,
}
