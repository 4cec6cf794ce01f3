//! Office documents: Office Open XML (ISO/IEC 29500), OpenDocument (ISO/IEC 26300), RTF and the old binary formats.

pub(crate) mod docx;
mod drawing;
pub(crate) mod legacy;
pub(crate) mod odf;
pub(crate) mod parts;
pub(crate) mod pptx;
pub(crate) mod rtf;
pub(crate) mod sheets;
mod table;
mod xml;

use domain::Document;

use crate::{Limits, Stop, package::Package};

/// First bytes of a compound file, in which old office documents and encrypted new ones are kept ([MS-CFB] 2.2).
const COMPOUND: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// Opens a document that is a ZIP file. Office keeps encrypted ones in a compound file instead ([MS-OFFCRYPTO] 2.3.1).
fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Package<'a>, Stop> {
    if bytes.starts_with(&COMPOUND) {
        Err(Stop::encrypted())
    } else {
        Package::open(bytes, limits)
    }
}

/// Says in the document that parts of its file were broken.
fn note_damage(document: &mut Document, package: &Package, damaged: bool) {
    if damaged || package.damaged() {
        document
            .notices
            .push("The file is damaged. What could be read of it is here; text may be missing.".to_owned());
    }
}
