//! The `ssh` that Nix finds first: it leads to one connection and one program, and passes over what a login shell prints.
//! And the `nix` that finds it, with a limit of memory: a host tells Nix how much to make room for.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::frame::Framed;
use super::master::Connection;
use crate::process::{ProcessError, quote_argv};

const SSH: &str = include_str!("nix-ssh.sh");
const NIX: &str = include_str!("limited-nix.sh");

/// Writes both, and says in which folder they are.
pub(super) fn write(connection: &Connection, daemon: &[String]) -> Result<PathBuf, ProcessError> {
    let folder = connection.socket().with_extension("nix");
    let framed = Framed::new(daemon);
    let command = quote_argv(&connection.command(&framed.argv).argv());
    let mark = &framed.mark;
    let ssh = format!("#!/bin/sh\nmark={mark}\ndaemon() {{ exec {command}; }}\n{SSH}");
    let written = write_programs(&folder, &[("ssh", &ssh), ("nix", NIX)]);
    written.map_err(|source| ProcessError::Io { argv: vec![folder.display().to_string()], source })?;
    Ok(folder)
}

fn write_programs(folder: &Path, programs: &[(&str, &str)]) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    for (name, text) in programs {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o700);
        options.open(folder.join(name))?.write_all(text.as_bytes())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Command;

    /// Nix believes whoever answers, and fills as much memory as a number of eight bytes says.
    #[tokio::test]
    async fn finding_a_host_does_not_say_how_much_memory_nix_takes() {
        let dir = tempfile::tempdir().unwrap();
        let (first, then) = (dir.path().join("first"), dir.path().join("then"));
        write_programs(&first, &[("nix", NIX)]).unwrap();
        write_programs(&then, &[("nix", "#!/bin/sh\necho \"$(ulimit -d) $*\"\n")]).unwrap();
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{}:{path}", first.display(), then.display());
        let said = Command::new("nix").args(["store", "a  b"]).env("PATH", path);
        assert_eq!(said.output().await.unwrap().stdout, b"4194304 store a  b\n");
    }
}
