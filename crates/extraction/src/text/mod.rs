//! Formats that are text themselves.

pub(crate) mod csv;
pub(crate) mod decode;
pub(crate) mod html;
pub(crate) mod json;
pub(crate) mod markdown;
pub(crate) mod plain;
pub(crate) mod xml;
