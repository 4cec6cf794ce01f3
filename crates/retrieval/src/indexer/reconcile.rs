use std::collections::{BTreeSet, HashMap};
use std::time::Instant;

use domain::{DocumentId, Source, SourceId};

use super::Loop;
use super::Walk;
use crate::IndexError;
use crate::watch::{Changes, GONE, Reach, Scan, Stamp, scan};

impl Loop {
    /// Compares what is in the folders with what is stored. Files that are new or changed wait to be read; documents
    /// whose file is gone are deleted; the rest stays untouched.
    pub async fn look_at(&mut self, changes: Changes) -> Result<(), IndexError> {
        // At start everything is old news; later a change is what the person works on now.
        let sources = self.inner.sources();
        for (id, paths) in changes {
            let Some(source) = sources.all.get(&id) else {
                continue;
            };
            for below in shortest(paths) {
                let urgent = !below.is_empty();
                self.compare(source, below, urgent).await?;
            }
        }
        Ok(())
    }

    async fn compare(&mut self, source: &Source, below: String, urgent: bool) -> Result<(), IndexError> {
        let (root, part) = (source.root.clone(), below.clone());
        let begun = Instant::now();
        let found = tokio::task::spawn_blocking(move || scan(&root, &part))
            .await
            .map_err(|_| IndexError::Stopped)?;
        if below.is_empty() {
            self.walked.insert(source.id, Walk::since(begun));
        }
        if found.reach == Reach::Away {
            let mut away = self.inner.sources().away.clone();
            if away.insert(source.id) {
                self.set_away(away);
            }
            return Ok(());
        }
        let unreadable: Vec<_> = found
            .unreadable
            .iter()
            .filter(|(_, why)| why != GONE)
            .cloned()
            .collect();
        let store = &self.inner.store;
        store
            .set_unreadable(source.id, &below, &unreadable, super::now())
            .await?;
        let known = store.known(source.id, &below).await?;
        let (new, gone) = difference(&found, known.iter().map(|k| (k.path.as_str(), k.id, k.stamp)));
        self.make_wait(source.id, new, urgent).await?;
        self.inner.forget(&gone).await?;
        if !gone.is_empty() {
            self.reading.mind_deletions();
            self.untidy = true;
        }
        Ok(())
    }

    async fn make_wait(
        &mut self,
        source: SourceId,
        files: Vec<(String, Stamp)>,
        urgent: bool,
    ) -> Result<(), IndexError> {
        for files in files.chunks(5_000) {
            let waiting = self.inner.store.make_wait(source, files, urgent).await?;
            self.inner
                .change_catalog(|catalog| waiting.iter().for_each(|id| catalog.remove(*id)));
            self.reading.more(urgent);
            self.untidy |= !waiting.is_empty();
        }
        Ok(())
    }
}

/// Paths of which none lies below another one.
fn shortest(paths: BTreeSet<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for path in paths {
        let covered = |over: &String| {
            over.is_empty()
                || path
                    .strip_prefix(over.as_str())
                    .is_some_and(|r| r.starts_with('/'))
        };
        if !out.iter().any(covered) {
            out.push(path);
        }
    }
    out
}

/// Files to read, and documents whose file is gone. What lies below something unreadable counts as still there.
fn difference<'a>(
    found: &Scan,
    known: impl Iterator<Item = (&'a str, DocumentId, Stamp)>,
) -> (Vec<(String, Stamp)>, Vec<DocumentId>) {
    let mut files: HashMap<&str, Stamp> = found
        .files
        .iter()
        .map(|(path, stamp)| (path.as_str(), *stamp))
        .collect();
    let mut new = Vec::new();
    let mut gone = Vec::new();
    let hidden = |path: &str| {
        found.unreadable.iter().any(|(over, _)| {
            over.is_empty()
                || path == over
                || path
                    .strip_prefix(over.as_str())
                    .is_some_and(|rest| rest.starts_with('/'))
        })
    };
    for (path, id, stamp) in known {
        match files.remove(path) {
            Some(now) if now == stamp => {}
            Some(now) => new.push((path.to_owned(), now)),
            None if hidden(path) => {}
            None => gone.push(id),
        }
    }
    new.extend(files.into_iter().map(|(path, stamp)| (path.to_owned(), stamp)));
    (new, gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(size: u64) -> Stamp {
        Stamp {
            size,
            modified: 1,
            changed: 1,
        }
    }

    #[test]
    fn only_new_and_changed_files_are_read_and_only_gone_ones_deleted() {
        let found = Scan {
            reach: Reach::Here,
            files: vec![
                ("same".into(), stamp(1)),
                ("changed".into(), stamp(3)),
                ("new".into(), stamp(4)),
            ],
            unreadable: vec![("locked".into(), "permission denied".into())],
        };
        let known = [
            ("same", DocumentId(1), stamp(1)),
            ("changed", DocumentId(2), stamp(2)),
            ("gone", DocumentId(3), stamp(1)),
            ("locked/inside", DocumentId(4), stamp(1)),
        ];
        let (mut new, gone) = difference(&found, known.into_iter());
        new.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(
            new,
            [("changed".to_owned(), stamp(3)), ("new".to_owned(), stamp(4))]
        );
        assert_eq!(gone, [DocumentId(3)]);
    }

    #[test]
    fn a_folder_covers_what_lies_in_it_but_not_its_namesakes() {
        let paths = ["a", "a/b", "a/b/c", "ab", "c/d"]
            .map(String::from)
            .into_iter()
            .collect();
        assert_eq!(shortest(paths), ["a", "ab", "c/d"]);
    }
}
