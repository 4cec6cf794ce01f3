//! Spreadsheets: XLSX, XLSB, XLS and ODS.

mod binary;
mod grid;
mod ods;
mod xlsx;

use domain::{Document, Format};

use crate::{Limits, Stop};

pub(crate) fn read(bytes: &[u8], format: Format, limits: &Limits) -> Result<Document, Stop> {
    match format {
        Format::Ods => ods::read(bytes, limits),
        Format::Xlsb => binary::read_xlsb(bytes, limits),
        Format::Xls => binary::read_xls(bytes, limits),
        _ => xlsx::read(bytes, limits),
    }
}
