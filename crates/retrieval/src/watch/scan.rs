use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::Stamp;

/// Files that Attaché leaves out, one pattern a line, as in a `.gitignore`. May stand in any folder.
pub const IGNORE_FILE: &str = ".attacheignore";

/// Whether a watched folder is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It can be listed.
    Here,
    /// It is not there or cannot be listed: an unplugged drive, a lost network, a deleted folder. What was read from
    /// it is kept, not cited, and checked again when it comes back.
    Away,
}

/// What a walk through a watched folder, or a part of it, found.
#[derive(Debug)]
pub struct Scan {
    /// Whether the watched folder itself was there; if not, nothing else is filled in.
    pub reach: Reach,
    /// Files by path below the watched folder, parted by `/`.
    pub files: Vec<(String, Stamp)>,
    /// Folders and files that could not be looked at, with the reason as a sentence. What is stored below them is kept.
    pub unreadable: Vec<(String, String)>,
}

/// Whether a watched folder is there and can be listed.
pub fn reach(root: &Path) -> Reach {
    match std::fs::read_dir(root) {
        Ok(_) => Reach::Here,
        Err(_) => Reach::Away,
    }
}

/// Walks `root`, or the part of it below `below` (relative, empty for all). Follows symbolic links to folders inside
/// and outside, but no loop. Hidden files, the program's own ignore file and the temporary files of office programs
/// are left out.
pub fn scan(root: &Path, below: &str) -> Scan {
    let mut scan = Scan {
        reach: reach(root),
        files: Vec::new(),
        unreadable: Vec::new(),
    };
    if scan.reach == Reach::Away {
        return scan;
    }
    // Walking always starts at the root, so that ignore files above `below` hold; other branches are cut off at once.
    let (start, top) = (root.join(below), root.to_owned());
    let wanted = start.clone();
    let walk = WalkBuilder::new(root)
        .standard_filters(false)
        .hidden(true)
        .follow_links(true)
        .add_custom_ignore_filename(IGNORE_FILE)
        .filter_entry(move |entry| entry.path().starts_with(&wanted) || wanted.starts_with(entry.path()))
        .build();
    for entry in walk {
        match entry {
            Ok(entry) => {
                let file = entry.file_type().is_some_and(|kind| kind.is_file());
                if !file || !entry.path().starts_with(&start) || is_office_lock(entry.path()) {
                    continue;
                }
                let Some(path) = relative(&top, entry.path()) else {
                    let below = entry.path().strip_prefix(&top).unwrap_or(entry.path());
                    scan.unreadable
                        .push((below.to_string_lossy().into_owned(), NAME.to_owned()));
                    continue;
                };
                match entry.metadata() {
                    Ok(meta) => scan.files.push((path, Stamp::of(&meta))),
                    Err(error) => scan.unreadable.push((path, reason(&error))),
                }
            }
            Err(error) => report(&top, &error, &mut scan.unreadable),
        }
    }
    // The folder may have vanished while it was walked: then what is missing is not deleted.
    scan.reach = reach(root);
    scan
}

/// A path below a root as it is stored; `None` if it is not below or is not Unicode.
pub fn relative(root: &Path, path: &Path) -> Option<String> {
    let below = path.strip_prefix(root).ok()?;
    let parts: Option<Vec<&str>> = below.iter().map(|part| part.to_str()).collect();
    parts.map(|parts| parts.join("/"))
}

/// `~$Contract.docx` and `.~lock.Contract.odt#` say who has a file open; they are not documents.
fn is_office_lock(path: &Path) -> bool {
    path.file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| name.starts_with("~$"))
}

fn report(root: &Path, error: &ignore::Error, unreadable: &mut Vec<(String, String)>) {
    match error {
        ignore::Error::WithPath { path, err } => {
            if let Some(path) = relative(root, &PathBuf::from(path)) {
                unreadable.push((path, reason(err)));
            }
        }
        // A loop is left where it closes: everything in it has been walked.
        ignore::Error::Loop { .. } => {}
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            report(root, err, unreadable);
        }
        ignore::Error::Partial(errors) => errors.iter().for_each(|error| report(root, error, unreadable)),
        other => unreadable.push((String::new(), reason(other))),
    }
}

const NAME: &str = "Its name is not Unicode. Rename it, then Attaché can read it.";
/// What is gone when it is looked at, or is a link to nothing.
pub const GONE: &str = "There is nothing at this place, or it is a link to nothing.";

fn reason(error: &ignore::Error) -> String {
    match error.io_error().map(std::io::Error::kind) {
        Some(ErrorKind::NotFound) => GONE.to_owned(),
        Some(ErrorKind::PermissionDenied) => "The system does not let Attaché look in here.".to_owned(),
        _ => format!("It could not be looked at: {error}."),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn names(scan: &Scan) -> Vec<&str> {
        let mut names: Vec<&str> = scan.files.iter().map(|(path, _)| path.as_str()).collect();
        names.sort_unstable();
        names
    }

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        root
    }

    #[test]
    fn ignore_files_count_from_the_watched_folder_down() {
        let root = folder(&[
            "a.txt",
            "drafts/b.txt",
            "deep/drafts/c.txt",
            "deep/d.tmp",
            "deep/e.txt",
        ]);
        fs::write(root.path().join(IGNORE_FILE), "drafts/\n*.tmp\n").unwrap();
        assert_eq!(names(&scan(root.path(), "")), ["a.txt", "deep/e.txt"]);
        assert_eq!(names(&scan(root.path(), "deep/drafts")), Vec::<&str>::new());
        assert_eq!(names(&scan(root.path(), "deep")), ["deep/e.txt"]);
    }

    #[test]
    fn a_gitignore_is_not_ours_to_follow() {
        let root = folder(&["a.txt", "b.log"]);
        fs::write(root.path().join(".gitignore"), "*.log\n").unwrap();
        assert_eq!(names(&scan(root.path(), "")), ["a.txt", "b.log"]);
    }

    #[test]
    fn lock_files_of_office_programs_are_not_documents() {
        let root = folder(&["Offer.docx", "~$Offer.docx", ".~lock.Offer.odt#"]);
        assert_eq!(names(&scan(root.path(), "")), ["Offer.docx"]);
    }

    #[test]
    fn a_single_file_can_be_looked_at() {
        let root = folder(&["a.txt", "ab.txt"]);
        assert_eq!(names(&scan(root.path(), "a.txt")), ["a.txt"]);
    }

    #[test]
    fn a_folder_that_is_gone_is_away_and_not_empty() {
        let root = folder(&[]);
        let gone = root.path().join("not here");
        assert_eq!(scan(&gone, "").reach, Reach::Away);
    }

    #[cfg(unix)]
    #[test]
    fn a_loop_of_symbolic_links_ends() {
        let root = folder(&["a/b.txt"]);
        std::os::unix::fs::symlink(root.path(), root.path().join("a/again")).unwrap();
        std::os::unix::fs::symlink(root.path().join("nowhere"), root.path().join("dead")).unwrap();
        let scan = scan(root.path(), "");
        assert_eq!(names(&scan), ["a/b.txt"]);
        assert_eq!(scan.unreadable, [("dead".to_owned(), GONE.to_owned())]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_name_that_is_not_unicode_is_told_and_not_passed_over() {
        use std::os::unix::ffi::OsStrExt;
        let root = folder(&["a.txt"]);
        fs::write(
            root.path().join(std::ffi::OsStr::from_bytes(b"Gr\xfc\xdfe.txt")),
            "text",
        )
        .unwrap();
        let scan = scan(root.path(), "");
        assert_eq!(names(&scan), ["a.txt"]);
        assert_eq!(
            scan.unreadable,
            [("Gr\u{fffd}\u{fffd}e.txt".to_owned(), NAME.to_owned())]
        );
    }
}
