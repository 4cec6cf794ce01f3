//! The two indexes: words and vectors. Both are made from the store and hold nothing else.

mod keywords;
mod packed;
mod vectors;

pub use keywords::{Entry, KeywordHit, KeywordReader, Keywords, Weights};
pub use packed::{PACKING, pack};
pub use vectors::{Built, LOOSE, Vectors};
