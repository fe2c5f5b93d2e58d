//! Keeps the folder of the cache small: the files that were not used for longest go first.

use std::io::{ErrorKind, Result};
use std::path::Path;

/// Most files that are kept, the newest ones.
pub(super) const MOST_FILES: usize = 64;

/// Most bytes that they have together.
pub(super) const MOST_BYTES: u64 = 32 * 1024 * 1024;

/// Held while a file is replaced; not one of those that are counted.
pub(super) const LOCK: &str = ".lock";

/// Removes what is too much. The newest file stays, however large it is.
pub(super) fn keep_newest(folder: &Path, most_files: usize, most_bytes: u64) -> Result<()> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let about = entry.metadata()?;
        if about.is_file() && entry.file_name() != LOCK {
            files.push((about.modified()?, about.len(), entry.path()));
        }
    }
    files.sort_by(|one, other| other.cmp(one));
    let mut bytes = 0;
    for (position, (_, length, path)) in files.into_iter().enumerate() {
        bytes += length;
        // The newest file is the one that was just written.
        if position > 0 && (position >= most_files || bytes > most_bytes) {
            match std::fs::remove_file(path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, SystemTime};

    #[test]
    fn the_oldest_files_go_first() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(LOCK), "").unwrap();
        for number in 0..5_u64 {
            let path = folder.path().join(format!("{number}.json"));
            std::fs::write(&path, "12345").unwrap();
            let file = std::fs::File::options().append(true).open(&path).unwrap();
            let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1000 + number);
            file.set_modified(at).unwrap();
        }
        let left = || {
            let files = std::fs::read_dir(folder.path()).unwrap();
            let mut names: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
            names.sort();
            names
        };
        keep_newest(folder.path(), 4, 1000).unwrap();
        assert_eq!(left(), [LOCK, "1.json", "2.json", "3.json", "4.json"]);
        keep_newest(folder.path(), 4, 10).unwrap();
        assert_eq!(left(), [LOCK, "3.json", "4.json"]);
        keep_newest(folder.path(), 4, 1).unwrap();
        assert_eq!(left(), [LOCK, "4.json"]);
    }
}
