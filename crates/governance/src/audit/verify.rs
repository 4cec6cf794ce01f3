use std::io::BufRead;

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
    /// A head was signed with a key that may not.
    #[error("the head that names it was signed with another key, {0}")]
    OtherKey(String),
    /// A head was changed after it was signed.
    #[error("the head that names it does not bear its signature")]
    Signature,
}

/// Checks a chain, row by row.
#[derive(Debug, Default)]
pub struct Verifier {
    head: Head,
    /// Heads that were signed and not yet met, the highest first, each with what is wrong with itself.
    signed: Vec<(Head, Option<Why>)>,
}

impl Verifier {
    /// One that goes on after a row that is known to hold.
    pub fn after(head: Head) -> Self {
        Self {
            head,
            signed: Vec::new(),
        }
    }

    /// One that also expects the rows that were signed, with one of these keys; without any, each with the key it names.
    pub fn with_heads<'a>(heads: impl IntoIterator<Item = &'a SignedHead>, keys: &[String]) -> Self {
        let mut signed: Vec<(Head, Option<Why>)> = heads
            .into_iter()
            .map(|head| (head.head(), head.wrong(keys)))
            .collect();
        signed.sort_by_key(|(head, _)| std::cmp::Reverse(head.seq));
        Self {
            head: Head::default(),
            signed,
        }
    }

    /// The last row that held.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Whether a row's hash is what its own contents say. It says nothing of its place among others.
    pub fn row_holds(row: &Row) -> bool {
        link(row.prev, row.seq, row.body.as_bytes()) == row.hash
    }

    /// Takes the next row.
    ///
    /// # Errors
    /// When it does not hold.
    pub fn row(&mut self, row: &Row) -> Result<(), Broken> {
        self.take(&Line {
            seq: row.seq,
            body: row.body.as_bytes(),
            prev: row.prev,
            hash: row.hash,
        })
    }

    fn take(&mut self, row: &Line<'_>) -> Result<(), Broken> {
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
        if link(row.prev, row.seq, row.body) != row.hash {
            return broken(Why::Content);
        }
        while let Some((signed, wrong)) = self.signed.pop_if(|(signed, _)| signed.seq <= row.seq) {
            if let Some(why) = wrong {
                return Err(Broken { row: signed.seq, why });
            }
            // Number 0 was signed while there were no rows yet.
            if signed.seq > 0 && signed.hash != row.hash {
                return broken(Why::Replaced);
            }
        }
        self.head = Head {
            seq: row.seq,
            hash: row.hash,
        };
        Ok(())
    }

    /// The chain's head, when there are no more rows.
    ///
    /// # Errors
    /// When a row that was signed did not come.
    pub fn end(&self) -> Result<Head, Broken> {
        for (signed, wrong) in self.signed.iter().rev() {
            if let Some(why) = wrong.clone() {
                return Err(Broken { row: signed.seq, why });
            }
            if signed.seq > self.head.seq {
                return Err(Broken {
                    row: self.head.seq + 1,
                    why: Why::Missing,
                });
            }
        }
        Ok(self.head)
    }
}

/// Checks an exported file, one row a line ([`Row::to_line`]), with a verifier that has seen nothing yet. Every byte
/// counts: a line that means the same but is written otherwise does not hold.
///
/// # Errors
/// The first row that does not hold; the outer error is the system's.
pub fn verify_file(verifier: &mut Verifier, mut file: impl BufRead) -> std::io::Result<Result<Head, Broken>> {
    let mut line = Vec::new();
    // How the hash of the row before is written: what is written the same needs not be read again.
    let mut last = verifier.head.hash.to_string().into_bytes();
    loop {
        line.clear();
        let mut limited = std::io::Read::take(&mut file, LONGEST);
        if limited.read_until(b'\n', &mut line)? == 0 {
            return Ok(verifier.end());
        }
        let number = verifier.head.seq + 1;
        let broken = |form: &str| Broken {
            row: number,
            why: Why::Form(form.to_owned()),
        };
        let taken = match parts(&line) {
            Err(form) => Err(broken(form)),
            Ok(parts) => {
                let prev = if parts.prev == last {
                    Some(verifier.head.hash)
                } else {
                    Digest::of_hex(parts.prev)
                };
                match prev.zip(Digest::of_hex(parts.hash)) {
                    None => Err(broken("its hashes are not 64 lower-case hexadecimal digits")),
                    Some((prev, hash)) => {
                        last.copy_from_slice(parts.hash);
                        verifier.take(&Line {
                            seq: parts.seq,
                            body: parts.body,
                            prev,
                            hash,
                        })
                    }
                }
            }
        };
        if let Err(broken) = taken {
            return Ok(Err(broken));
        }
    }
}

/// A row.
struct Line<'a> {
    seq: u64,
    body: &'a [u8],
    prev: Digest,
    hash: Digest,
}

/// What a line of a file consists of.
struct Parts<'a> {
    seq: u64,
    body: &'a [u8],
    prev: &'a [u8],
    hash: &'a [u8],
}

/// Takes a line apart without building anything. The body is not looked into: the hash covers each of its bytes, so that
/// one that is no JSON is not what was written. Of the rest there is one form, that of [`Row::to_line`].
fn parts(line: &[u8]) -> Result<Parts<'_>, &'static str> {
    let line = line.strip_suffix(b"\n").ok_or("the line does not end")?;
    taken_apart(line).ok_or("it is written otherwise than rows are")
}

fn taken_apart(line: &[u8]) -> Option<Parts<'_>> {
    let rest = line.strip_prefix(b"{\"body\":")?.strip_suffix(b"}")?;
    let digits = rest.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let (rest, digits) = rest.split_at_checked(rest.len() - digits)?;
    let rest = rest.strip_suffix(b",\"seq\":")?;
    let seq: u64 = std::str::from_utf8(digits).ok()?.parse().ok()?;
    // One way to write a number: no zeros before it.
    let plain = digits == b"0" || !digits.starts_with(b"0");
    let (rest, prev) = digest_at_end(rest, b",\"prev\":\"")?;
    let (body, hash) = digest_at_end(rest, b",\"hash\":\"")?;
    (plain && body.starts_with(b"{")).then_some(Parts {
        seq,
        body,
        prev,
        hash,
    })
}

fn digest_at_end<'a>(text: &'a [u8], name: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let text = text.strip_suffix(b"\"")?;
    let (rest, digest) = text.split_at_checked(text.len().checked_sub(64)?)?;
    Some((rest.strip_suffix(name)?, digest))
}
