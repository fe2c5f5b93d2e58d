//! The `ssh` that Nix finds first: it leads to one connection and one program, and passes over what a login shell prints.
//! And the `nix` that finds it, with a limit of memory: a host tells Nix how much to make room for.

use std::fs::{File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::frame::Framed;
use super::master::Connection;
use super::{HostCommand, HostError};
use crate::private;
use crate::process::quote_argv;

const SSH: &str = include_str!("nix-ssh.sh");
const NIX: &str = include_str!("limited-nix.sh");

/// So often may Nix, or a program of a plan, connect: as many copies of what sudo reads lie ready.
const CONNECTIONS: usize = 64;

/// A pipe takes twice as many bytes without anybody reading.
const ROOM: usize = 32768;

/// A folder with both. It goes with this value, and so does what sudo reads.
pub(super) struct NixSsh {
    pub(super) folder: PathBuf,
    _first: Option<File>,
}

impl NixSsh {
    /// Leads to Nix's daemon over the connection, run by this command.
    pub(super) fn to(connection: &Connection, daemon: &HostCommand) -> Result<Self, HostError> {
        let framed = Framed::new(&daemon.argv);
        let folder = connection.socket().with_extension(&framed.mark);
        let command = quote_argv(&connection.command(&framed.argv).argv());
        let ssh = format!("#!/bin/sh\nmark={}\ndaemon() {{ exec {command}; }}\n{SSH}", framed.mark);
        let written = write_programs(&folder, &[("ssh", &ssh), ("nix", NIX)]);
        let first = written.and_then(|()| lay_ready(&folder.join("first"), &daemon.stdin));
        Ok(Self { _first: first.map_err(|error| HostError::at(&folder, error))?, folder })
    }
}

impl Drop for NixSsh {
    fn drop(&mut self) {
        // The folder around it goes with the run in any case.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Makes a pipe that holds these lines, as long as it is open here.
fn lay_ready(path: &Path, lines: &[u8]) -> std::io::Result<Option<File>> {
    if lines.is_empty() {
        return Ok(None);
    }
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)?;
    let mut pipe = OpenOptions::new().read(true).write(true).open(path)?;
    pipe.write_all(&lines.repeat((ROOM / lines.len()).clamp(1, CONNECTIONS)))?;
    Ok(Some(pipe))
}

fn write_programs(folder: &Path, programs: &[(&str, &str)]) -> std::io::Result<()> {
    private::make_folder(folder)?;
    for (name, text) in programs {
        private::write(&folder.join(name), text)?;
        std::fs::set_permissions(folder.join(name), Permissions::from_mode(0o700))?;
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
