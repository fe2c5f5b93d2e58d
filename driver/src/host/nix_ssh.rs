//! The `ssh` that Nix finds first: it leads to one connection and one program, and passes over what a login shell prints.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

use super::frame::Framed;
use super::master::Connection;
use crate::process::{ProcessError, quote_argv};

const SCRIPT: &str = include_str!("nix-ssh.sh");

/// Writes the script, and says in which folder it is.
pub(super) fn write(connection: &Connection, daemon: &[String]) -> Result<PathBuf, ProcessError> {
    let folder = connection.socket().with_extension("nix");
    let file = folder.join("ssh");
    let framed = Framed::new(daemon);
    let ssh = quote_argv(&connection.command(&framed.argv).argv());
    let mark = &framed.mark;
    let text = format!("#!/bin/sh\nmark={mark}\ndaemon() {{ exec {ssh}; }}\n{SCRIPT}");
    let written = || -> std::io::Result<()> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)?;
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o700);
        options.open(&file)?.write_all(text.as_bytes())
    };
    written().map_err(|source| ProcessError::Io {
        argv: vec![file.display().to_string()],
        source,
    })?;
    Ok(folder)
}
