use std::io::BufRead;

use ed25519_dalek::VerifyingKey;
use serde::Deserialize;
use serde_json::Value;

use super::{Digest, Head, Row, SignedHead, link};

/// The longest line of a file that is read, in bytes; rows are far shorter.
const LONGEST: u64 = 1 << 20;

/// The first row that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("row {row} of the audit does not hold: {why}")]
pub struct Broken {
    /// Its number, as its place in the chain says.
    pub row: u64,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// Rows were taken out, put in or put elsewhere.
    #[error("its number is {0}")]
    Number(u64),
    /// It does not follow the row before it.
    #[error("it does not follow the row before it")]
    Order,
    /// Its content is not what was written.
    #[error("its content was changed")]
    Content,
    /// It is not in the form in which rows are written.
    #[error("it can't be read: {0}")]
    Form(String),
    /// A signed head says that there was such a row.
    #[error("it is missing, although its number was signed")]
    Missing,
    /// A signed head says that it was another one.
    #[error("another row with this number was signed")]
    Replaced,
    /// A head was not signed with the key of this audit.
    #[error("the head that names it was not signed by this installation")]
    Signature,
}

/// Checks a chain, row by row.
#[derive(Debug, Default)]
pub struct Verifier {
    head: Head,
    /// Heads that were signed and not yet met, by number, the highest first.
    anchors: Vec<Head>,
}

impl Verifier {
    /// One that also expects the rows that were signed.
    ///
    /// # Errors
    /// When a head was not signed by `key`.
    pub fn with_anchors(anchors: &[SignedHead], key: &VerifyingKey) -> Result<Self, Broken> {
        if let Some(forged) = anchors.iter().find(|anchor| !anchor.is_by(key)) {
            return Err(Broken {
                row: forged.head.seq,
                why: Why::Signature,
            });
        }
        let mut anchors: Vec<Head> = anchors.iter().map(|anchor| anchor.head).collect();
        anchors.sort_by_key(|head| std::cmp::Reverse(head.seq));
        // An empty chain may have been signed too.
        anchors.retain(|head| head.seq > 0);
        Ok(Self {
            head: Head::default(),
            anchors,
        })
    }

    /// The last row that held.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Whether a row's hash is what its own contents say. It says nothing of its place among others.
    pub fn row_holds(row: &Row) -> bool {
        link(row.prev, row.seq, &row.body) == row.hash
    }

    /// Takes the next row.
    ///
    /// # Errors
    /// When it does not hold.
    pub fn row(&mut self, row: &Row) -> Result<(), Broken> {
        let broken = |why| {
            Err(Broken {
                row: self.head.seq + 1,
                why,
            })
        };
        if row.seq != self.head.seq + 1 {
            return broken(Why::Number(row.seq));
        }
        if row.prev != self.head.hash {
            return broken(Why::Order);
        }
        if link(row.prev, row.seq, &row.body) != row.hash {
            return broken(Why::Content);
        }
        while let Some(anchor) = self.anchors.pop_if(|anchor| anchor.seq == row.seq) {
            if anchor.hash != row.hash {
                return broken(Why::Replaced);
            }
        }
        self.head = row.head();
        Ok(())
    }

    /// The chain's head, when there are no more rows.
    ///
    /// # Errors
    /// When a row that was signed did not come.
    pub fn end(&self) -> Result<Head, Broken> {
        match self.anchors.last() {
            Some(_) => Err(Broken {
                row: self.head.seq + 1,
                why: Why::Missing,
            }),
            None => Ok(self.head),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    seq: u64,
    prev: Digest,
    hash: Digest,
    body: Value,
}

/// Checks an exported file, one row a line ([`Row::to_line`]), with a verifier that has seen nothing yet. Every byte
/// counts: a line that means the same but is written otherwise does not hold.
///
/// # Errors
/// The first row that does not hold; the outer error is the system's.
pub fn verify_file(verifier: &mut Verifier, mut file: impl BufRead) -> std::io::Result<Result<Head, Broken>> {
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut limited = std::io::Read::take(&mut file, LONGEST);
        if limited.read_until(b'\n', &mut line)? == 0 {
            return Ok(verifier.end());
        }
        let number = verifier.head.seq + 1;
        let read = match read(&line) {
            Ok(row) => verifier.row(&row),
            Err(form) => Err(Broken {
                row: number,
                why: Why::Form(form),
            }),
        };
        if let Err(broken) = read {
            return Ok(Err(broken));
        }
    }
}

fn read(line: &[u8]) -> Result<Row, String> {
    let Some(line) = line.strip_suffix(b"\n") else {
        return Err("the line does not end".to_owned());
    };
    let line = std::str::from_utf8(line).map_err(|error| error.to_string())?;
    let parsed: Line = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let row = Row {
        seq: parsed.seq,
        body: serde_json_canonicalizer::to_string(&parsed.body).map_err(|error| error.to_string())?,
        prev: parsed.prev,
        hash: parsed.hash,
    };
    if row.to_line().map_err(|error| error.to_string())? != line {
        return Err("it is written otherwise than rows are".to_owned());
    }
    Ok(row)
}
