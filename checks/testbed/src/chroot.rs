//! Commands on a throw-away copy of a root file system, without booting anything.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use crate::binds;
use crate::error::{Error, Result};
use crate::exec::CLEAN_ENVIRONMENT;
use crate::layout::Layout;
use crate::machine::ROOT;
use crate::record::Bind;
use crate::requirements;
use crate::root_file_system;
use crate::suite::Suite;
use crate::tool::{Output, Tool, exit_code};

/// Mounts everything on top of a tmpfs, which goes away with the namespace. Process 1 stays a shell: the
/// command then meets signals as any other process does.
const ENTER: &str = r#"
set -eu
mount --make-rprivate /
mount -t tmpfs -o mode=0755 tmpfs "$DIRECTORY"
mkdir "$DIRECTORY/lower" "$DIRECTORY/root" "$DIRECTORY/disk" "$DIRECTORY/disk/upper" "$DIRECTORY/disk/work"
ip link set lo up
exec sh -c "$HOST_ROOT_SCRIPT" host-root /bin/sh -c '"$@"; exit "$?"' sh "$@"
"#;

/// A throw-away copy of a suite's root file system: the checkout at `/src`, no network.
#[derive(Debug)]
pub struct Chroot {
    lower: PathBuf,
    mount_point: PathBuf,
    binds: Vec<Bind>,
    env: Vec<OsString>,
}

impl Chroot {
    /// Prepares for commands on this suite, building its root file system first if need be.
    pub fn new(layout: &Layout, suite: Suite) -> Result<Self> {
        requirements::check()?;
        let lower = root_file_system::ensure(layout, suite)?;
        Self::on(layout, lower)
    }

    pub(crate) fn on(layout: &Layout, lower: PathBuf) -> Result<Self> {
        let mount_point = layout.root_file_systems().join("chroot");
        fs::create_dir_all(&mount_point).map_err(Error::io("make", &mount_point))?;
        let nixpkgs = std::env::var_os("NETLIB_NIXPKGS").filter(|value| !value.is_empty());
        let env = nixpkgs.map(|value| {
            let mut assignment = OsString::from("NETLIB_NIXPKGS=");
            assignment.push(value);
            assignment
        });
        Ok(Self { lower, mount_point, binds: binds::of_deployer(layout)?, env: env.into_iter().collect() })
    }

    /// Sets a variable of the command's otherwise clean environment, as `NAME=VALUE`.
    #[must_use]
    pub fn env(mut self, assignment: impl Into<OsString>) -> Self {
        self.env.push(assignment.into());
        self
    }

    /// Runs a command in `/src` to its end and hands out what it did, whatever its status.
    pub fn output(&self, argv: &[OsString]) -> Result<Output> {
        self.tool(argv).output()
    }

    /// Runs a command in `/src` on this process's own stdin, stdout and stderr, and returns its exit status.
    pub fn pass_through(&self, argv: &[OsString]) -> Result<i32> {
        let tool = self.tool(argv);
        let status = tool.command().status().map_err(tool.spawn_error())?;
        Ok(exit_code(status))
    }

    pub(crate) fn tool(&self, argv: &[OsString]) -> Tool {
        Tool::new("run a command in a chroot", "unshare")
            .args(["--mount", "--pid", "--uts", "--ipc", "--net", "--fork", "--kill-child"])
            .args(["--", "sh", "-c", ENTER, "sh"])
            .args(["/usr/bin/env", "--ignore-environment", "--chdir=/src"])
            .args(CLEAN_ENVIRONMENT)
            .arg(format!("TERM={}", std::env::var("TERM").unwrap_or_else(|_| "dumb".into())))
            .args(&self.env)
            .args(argv)
            .env("HOST_ROOT_SCRIPT", ROOT)
            .env("DIRECTORY", &self.mount_point)
            .env("LOWER", &self.lower)
            .env("HOST_NAME", "chroot")
            .env("BINDS", binds::as_lines(&self.binds))
            .env("CGROUP", "")
    }
}
