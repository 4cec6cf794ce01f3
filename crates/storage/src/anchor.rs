use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use governance::audit::{Anchor, AnchorTrouble, SignedHead};

/// An anchor that is a file: a JSON object a line, only ever added to, for example on a drive that others keep.
pub struct FileAnchor(pub PathBuf);

#[async_trait]
impl Anchor for FileAnchor {
    async fn keep(&self, heads: &[SignedHead]) -> Result<(), AnchorTrouble> {
        let trouble = |why: String| AnchorTrouble {
            place: self.0.display().to_string(),
            why,
        };
        let mut lines = String::new();
        for head in heads {
            lines += &head.to_line().map_err(|error| trouble(error.to_string()))?;
            lines.push('\n');
        }
        let path = self.0.clone();
        let written = tokio::task::spawn_blocking(move || add(&path, &lines)).await;
        let written = written.unwrap_or_else(|error| Err(std::io::Error::other(error)));
        written.map_err(|error| trouble(error.to_string()))
    }
}

/// Adds lines at the end of a file, which is made if it is not there, and waits for the disk.
fn add(path: &Path, lines: &str) -> std::io::Result<()> {
    let new = match std::fs::symlink_metadata(path) {
        // A pipe or a device would take what is written and keep nothing.
        Ok(found) if !found.is_file() => return Err(std::io::Error::other("it is not an ordinary file")),
        Ok(_) => false,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
        Err(error) => return Err(error),
    };
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // Whoever may write into the folder could put a link to another file of the person there.
        options
            .mode(0o600)
            .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    }
    let mut file = options.open(path)?;
    let mut text = String::new();
    if !ends_a_line(&mut file)? {
        // Writing was cut off there once.
        text.push('\n');
    }
    text += lines;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    if new && let Some(folder) = path.parent() {
        // Its name has to be on the disk too. Not every system can wait for a folder.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

fn ends_a_line(file: &mut File) -> std::io::Result<bool> {
    if file.seek(SeekFrom::End(0))? == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

#[cfg(test)]
mod tests {
    use governance::audit::{Anchored, Head, Signer};

    use super::*;

    fn signed(at: i64) -> SignedHead {
        Signer::of(&[1; 32]).sign(Head::default(), at)
    }

    #[tokio::test]
    async fn heads_are_added_line_by_line_also_after_a_line_that_was_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("anchor.jsonl");
        let anchor = FileAnchor(path.clone());
        anchor.keep(&[signed(1), signed(2)]).await.unwrap();
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"{\"at\":3,\"ha").unwrap();
        anchor.keep(&[signed(4)]).await.unwrap();
        let read = Anchored::read(&std::fs::read_to_string(&path).unwrap());
        assert_eq!(read.heads, [signed(1), signed(2), signed(4)]);
        assert_eq!(read.unreadable, [3]);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_the_person_may_read_it_and_a_link_is_not_followed() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("anchor.jsonl");
        FileAnchor(path.clone()).keep(&[signed(1)]).await.unwrap();
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let other = folder.path().join("mine.txt");
        std::fs::write(&other, "mine").unwrap();
        let link = folder.path().join("link.jsonl");
        for target in [&other, &folder.path().join("nothing")] {
            std::os::unix::fs::symlink(target, &link).unwrap();
            let refused = FileAnchor(link.clone()).keep(&[signed(1)]).await.unwrap_err();
            assert!(refused.to_string().contains("link.jsonl"), "{refused}");
            std::fs::remove_file(&link).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&other).unwrap(), "mine");
        assert!(!folder.path().join("nothing").exists());
    }
}
