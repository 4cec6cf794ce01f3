use std::io::Read;

use data_encoding::HEXLOWER;
use flate2::read::MultiGzDecoder;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::yaml;

/// The largest description, unpacked, in bytes. The largest known one has 35 MB.
pub const LARGEST: u64 = 64 << 20;

/// Why a file is no description that can be read. What to do about it stands in [`Unreadable::hint`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is larger than [`LARGEST`].
    #[error("It is larger than {} MB.", LARGEST >> 20)]
    Large,
    /// It can't be unpacked.
    #[error("It can't be unpacked: {0}.")]
    Packed(String),
    /// It is no text.
    #[error("It is no text in UTF-8; the first wrong byte is number {0}.")]
    Text(usize),
    /// It is neither JSON nor YAML.
    #[error("Line {line}: {why}.")]
    Form {
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        why: String,
    },
    /// It describes no system.
    #[error("It is no OpenAPI description: it has neither `openapi` nor `swagger` at its top.")]
    Other,
    /// A version that is not known.
    #[error("It is written in `{0}`, which is not known here.")]
    Version(String),
    /// It has no paths.
    #[error("It has no `paths`, so that nothing can be asked.")]
    Empty,
}

impl Unreadable {
    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Large => {
                "Take the part of the description that you need, for example with its vendor's filter."
            }
            Self::Packed(_) => "Unpack it first, or fetch it again.",
            Self::Text(_) => "Save it as UTF-8.",
            Self::Form { .. } => {
                "Put this line right, or fetch the file again: it may be a page that only links to it."
            }
            Self::Other => {
                "Give the description itself: a file that begins with `openapi: 3.…` or `swagger: \"2.0\"`, JSON or YAML."
            }
            Self::Version(_) => "Convert it to OpenAPI 3.1, 3.0 or Swagger 2.0.",
            Self::Empty => "If its paths stand in files of their own, put it together into one file first.",
        }
    }
}

/// A file that is a description.
pub(super) struct File {
    /// What stands in it.
    pub(super) value: Value,
    /// Its form: `OpenAPI 3.0.3`.
    pub(super) form: String,
    /// SHA-256 of the text, unpacked, in hex.
    pub(super) digest: String,
}

/// Reads JSON or YAML, packed or not.
pub(super) fn read(bytes: &[u8]) -> Result<File, Unreadable> {
    let mut unpacked = Vec::new();
    let bytes = if bytes.starts_with(&[0x1f, 0x8b]) {
        let unpacking = MultiGzDecoder::new(bytes)
            .take(LARGEST + 1)
            .read_to_end(&mut unpacked);
        unpacking.map_err(|error| Unreadable::Packed(error.to_string()))?;
        unpacked.as_slice()
    } else {
        bytes
    };
    if bytes.len() as u64 > LARGEST {
        return Err(Unreadable::Large);
    }
    let digest = HEXLOWER.encode(&Sha256::digest(bytes));
    let text = std::str::from_utf8(bytes).map_err(|error| Unreadable::Text(error.valid_up_to() + 1))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value = value(text)?;
    let version = ["openapi", "swagger"].into_iter().find_map(|name| {
        let version = value.get(name)?;
        // `swagger: 2.0` without quotes is a number.
        Some((
            name,
            version
                .as_str()
                .map_or_else(|| version.to_string(), str::to_owned),
        ))
    });
    let form = match version {
        None => return Err(Unreadable::Other),
        Some(("openapi", version)) if version.starts_with("3.0") || version.starts_with("3.1") => {
            format!("OpenAPI {version}")
        }
        Some(("swagger", version)) if version.starts_with("2.") || version == "2" => "Swagger 2.0".to_owned(),
        Some((name, version)) => {
            let version: String = version.chars().take(40).collect();
            return Err(Unreadable::Version(format!("{name} {version}")));
        }
    };
    if !value.get("paths").is_some_and(Value::is_object) {
        return Err(Unreadable::Empty);
    }
    Ok(File { value, form, digest })
}

fn value(text: &str) -> Result<Value, Unreadable> {
    if !text.trim_start().starts_with('{') {
        return yaml::read(text).map_err(|wrong| Unreadable::Form {
            line: wrong.line,
            why: wrong.why,
        });
    }
    serde_json::from_str(text).or_else(|error| {
        // A YAML document may begin with a brace too.
        let json = Unreadable::Form {
            line: error.line(),
            why: format!("{error}"),
        };
        if error.is_syntax() {
            yaml::read(text).map_err(|_| json)
        } else {
            Err(json)
        }
    })
}
