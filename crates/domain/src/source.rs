use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{Labels, SourceId};

/// A watched folder as the person set it up.
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
}

/// A named group of sources with labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// Its name.
    pub name: String,
    /// Labels that everything in it inherits.
    pub labels: Labels,
}
