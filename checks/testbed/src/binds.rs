//! Directories of the machine that are shown inside hosts, read-only.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::layout::Layout;
use crate::record::Bind;

/// What the deployer and `chroot` see: the checkout without what cargo and git keep in it, and the real
/// nixpkgs if `NETLIB_NIXPKGS` names one.
pub(crate) fn of_deployer(layout: &Layout) -> Result<Vec<Bind>> {
    let mut binds = vec![Bind {
        from: layout.checkout().to_owned(),
        to: "/src".into(),
        hide: vec!["target".into(), ".git".into()],
    }];
    if let Some(nixpkgs) = std::env::var_os("NETLIB_NIXPKGS").filter(|value| !value.is_empty()) {
        let path = std::fs::canonicalize(&nixpkgs).map_err(|source| {
            Error::Usage(format!(
                "NETLIB_NIXPKGS={}: {source}; it must name a checkout of nixpkgs",
                PathBuf::from(&nixpkgs).display()
            ))
        })?;
        binds.push(Bind {
            from: path,
            // The same path inside, so that the variable means the same there.
            to: PathBuf::from(nixpkgs),
            hide: Vec::new(),
        });
    }
    for bind in &binds {
        let text = bind.from.to_string_lossy().into_owned() + &bind.to.to_string_lossy();
        if text.contains(['\t', '\n']) {
            return Err(Error::Usage(format!(
                "{} has a tab or a line break in its path, which the bed cannot mount",
                bind.from.display()
            )));
        }
    }
    Ok(binds)
}

/// What all hosts see where they switch with NixOS' own program: `NETLIB_SWITCH` names the folder that `checks/real-switch`
/// makes, with the program, and with what gives logins a service manager, which that program talks to.
pub(crate) fn of_all() -> Vec<Bind> {
    let Some(folder) = switch_folder() else { return Vec::new() };
    let places = [
        ("bin", "/usr/local/lib/netlib-switch"),
        ("user", "/usr/local/lib/systemd/user"),
        ("nothing", "/etc/systemd/system/user@.service.d"),
    ];
    places.map(|(from, to)| Bind { from: folder.join(from), to: to.into(), hide: Vec::new() }).into()
}

/// The folder of NixOS' own program, where hosts switch with it.
pub(crate) fn switch_folder() -> Option<PathBuf> {
    std::env::var_os("NETLIB_SWITCH").filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// As `host-root.sh` reads them: one a line, words separated by tabs.
pub(crate) fn as_lines(binds: &[Bind]) -> OsString {
    let mut lines = OsString::new();
    for bind in binds {
        lines.push(&bind.from);
        lines.push("\t");
        lines.push(&bind.to);
        for name in &bind.hide {
            lines.push("\t");
            lines.push(name);
        }
        lines.push("\n");
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_each_with_what_is_hidden() {
        let binds = [
            Bind { from: "/a b".into(), to: "/src".into(), hide: vec!["target".into(), ".git".into()] },
            Bind { from: "/n".into(), to: "/n".into(), hide: Vec::new() },
        ];
        assert_eq!(as_lines(&binds), "/a b\t/src\ttarget\t.git\n/n\t/n\n");
    }
}
