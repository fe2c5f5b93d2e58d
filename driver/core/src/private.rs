//! Files on the deployer that only the user who runs netlib may read, from the moment they are made.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Whose files of root's look like in a user namespace that has no root.
const NOBODY: u32 = 65534;

/// The real path of a folder, if no other user than root can rename or replace what is in it, or a folder above it.
pub fn own_folder(path: &Path) -> io::Result<PathBuf> {
    let real = path.canonicalize()?;
    match real.ancestors().find(|folder| !is_ours(folder)) {
        None => Ok(real),
        Some(folder) => Err(not_ours(folder)),
    }
}

/// As in `/tmp`, where everybody may make files, each can keep their own.
fn is_ours(folder: &Path) -> bool {
    folder.metadata().is_ok_and(|found| {
        let is_for_all = found.mode() & 0o002 != 0 && found.mode() & 0o1000 == 0;
        is_trusted(found.uid()) && !is_for_all
    })
}

fn is_trusted(user: u32) -> bool {
    [rustix::process::geteuid().as_raw(), 0, NOBODY].contains(&user)
}

fn not_ours(path: &Path) -> io::Error {
    let text = format!("another user can change {}", path.display());
    io::Error::new(io::ErrorKind::PermissionDenied, text)
}

/// Makes a folder that only its owner may enter, and those above it. One that is there stays as it is.
pub fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Opens a file to add to it; a new one only its owner may read. No link, and no file of another user's.
pub fn append(path: &Path) -> io::Result<File> {
    open(path, OpenOptions::new().append(true))
}

/// Writes a file in the same way.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = open(path, OpenOptions::new().write(true))?;
    file.set_len(0)?;
    file.write_all(text.as_bytes())
}

/// Replaces a file as a whole or not at all, by one with this mode.
pub fn replace(path: &Path, mode: u32, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.as_file().set_permissions(Permissions::from_mode(mode))?;
    new.write_all(content)?;
    new.as_file().sync_all()?;
    new.persist(path)?;
    Ok(())
}

fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let no_link = rustix::fs::OFlags::NOFOLLOW.bits() as i32;
    let options = options.create(true).mode(0o600).custom_flags(no_link);
    let file = options.open(path)?;
    if is_trusted(file.metadata()?.uid()) { Ok(file) } else { Err(not_ours(path)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_can_change_is_not_ours() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        make_folder(&inner).unwrap();
        for (mode, is_good) in [(0o777, false), (0o1777, true), (0o770, true)] {
            let mode = Permissions::from_mode(mode);
            std::fs::set_permissions(folder.path().join("a"), mode).unwrap();
            assert_eq!(own_folder(&inner).is_ok(), is_good);
        }
        std::os::unix::fs::symlink(&inner, folder.path().join("link")).unwrap();
        let real = own_folder(&folder.path().join("link")).unwrap();
        assert_eq!(real, inner.canonicalize().unwrap());
    }

    #[test]
    fn a_link_is_not_written_through() {
        let folder = tempfile::tempdir().unwrap();
        let (kept, link) = (folder.path().join("kept"), folder.path().join("link"));
        write(&kept, "longer").unwrap();
        write(&kept, "kept").unwrap();
        std::os::unix::fs::symlink(&kept, &link).unwrap();
        assert!(append(&link).is_err() && write(&link, "evil").is_err());
        assert_eq!(std::fs::read_to_string(&kept).unwrap(), "kept");
    }
}
