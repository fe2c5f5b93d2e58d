//! What differs between versions and flavours of Nix, all of it: which are refused, and what is passed to which.
//!
//! Wordings of errors differ too; those are `diagnose::rules`, by words instead of versions.

use std::fmt;

/// Features that the driver needs, whatever nix.conf says.
pub(crate) const FEATURES: [&str; 2] = ["--extra-experimental-features", "nix-command flakes"];

/// The same features as lines of a nix.conf, for programs that take them only from `NIX_CONFIG`.
pub(crate) const FEATURES_CONFIG: &str = "extra-experimental-features = nix-command flakes";

/// Inputs that are local git trees with uncommitted changes have locks too, which Nix otherwise refuses to read again.
const DIRTY_INPUTS: &str = "allow-dirty-locks";

/// What `nix --version` says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NixVersion {
    /// Who made it.
    pub flavour: Flavour,
    /// The first two numbers. Determinate counts like the Nix that it is built on.
    pub number: (u32, u32),
    /// All of what it said.
    text: String,
}

/// Who made a Nix.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Flavour {
    /// The original.
    Nix,
    /// A fork of 2.18 with a life of its own.
    Lix,
    /// The original with changes of its own, which it says it stays compatible with.
    Determinate,
}

/// Why a Nix cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "this machine has `{found}`, and netlib needs {needed} or later: older ones cannot evaluate a whole run with one \
     set of locked inputs (--reference-lock-file), or word their errors in ways that netlib does not know.\n  \
     what to do: install a newer one, from https://nixos.org/download or with your distribution's backports, and run \
     netlib again"
)]
pub struct TooOld {
    found: String,
    needed: &'static str,
}

impl NixVersion {
    /// Reads the line that `nix --version` prints; none when it is of no known shape.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let line = line.lines().next()?.trim();
        let (_, after) = line.split_once('(')?;
        let (maker, number) = after.rsplit_once(')')?;
        let mut parts = number.trim().split(|c: char| !c.is_ascii_digit());
        let number = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let flavour = if maker.starts_with("Lix") {
            Flavour::Lix
        } else if maker.starts_with("Determinate") {
            Flavour::Determinate
        } else {
            Flavour::Nix
        };
        Some(Self { flavour, number, text: line.to_owned() })
    }

    /// Refuses what netlib was not written for.
    pub fn admit(&self) -> Result<(), TooOld> {
        let (least, needed) = match self.flavour {
            Flavour::Lix => ((2, 90), "Lix 2.90"),
            Flavour::Nix | Flavour::Determinate => ((2, 24), "Nix 2.24"),
        };
        if self.number >= least {
            return Ok(());
        }
        Err(TooOld { found: self.text.clone(), needed })
    }

    /// Options for calls that are given locks.
    #[must_use]
    pub(crate) fn lock_options(&self) -> Vec<String> {
        if self.knows_dirty_locks() { ["--option", DIRTY_INPUTS, "true"].map(str::to_owned).into() } else { Vec::new() }
    }

    /// The same as lines of a nix.conf.
    #[must_use]
    pub(crate) fn lock_config(&self) -> String {
        if self.knows_dirty_locks() { format!("{DIRTY_INPUTS} = true") } else { String::new() }
    }

    // One that does not have the setting only warns, but at each call.
    fn knows_dirty_locks(&self) -> bool {
        self.flavour != Flavour::Lix && self.number >= (2, 26)
    }
}

impl fmt::Display for NixVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> (Flavour, (u32, u32), bool) {
        let version = NixVersion::parse(line).unwrap();
        (version.flavour, version.number, version.admit().is_ok())
    }

    #[test]
    fn flavours_and_versions_are_told_apart() {
        for (line, expected) in [
            ("nix (Nix) 2.24.0", (Flavour::Nix, (2, 24), true)),
            ("nix (Nix) 2.34.8\n", (Flavour::Nix, (2, 34), true)),
            ("nix (Nix) 2.27pre20250303_52cee7c", (Flavour::Nix, (2, 27), true)),
            ("nix (Nix) 2.23.4", (Flavour::Nix, (2, 23), false)),
            ("nix (Lix, like Nix) 2.91.1", (Flavour::Lix, (2, 91), true)),
            ("nix (Lix, like Nix) 2.93.0-dev", (Flavour::Lix, (2, 93), true)),
            ("nix (Determinate Nix 3.8.2) 2.30.1", (Flavour::Determinate, (2, 30), true)),
        ] {
            assert_eq!(parsed(line), expected, "{line}");
        }
        for odd in ["", "nix", "nix (Nix)", "nix (Nix) two"] {
            assert_eq!(NixVersion::parse(odd), None, "{odd:?}");
        }
    }

    #[test]
    fn too_old_is_refused_with_the_reason() {
        let old = NixVersion::parse("nix (Nix) 2.8.0").unwrap();
        insta::assert_snapshot!(old.admit().unwrap_err(), @r"
        this machine has `nix (Nix) 2.8.0`, and netlib needs Nix 2.24 or later: older ones cannot evaluate a whole run with one set of locked inputs (--reference-lock-file), or word their errors in ways that netlib does not know.
          what to do: install a newer one, from https://nixos.org/download or with your distribution's backports, and run netlib again
        ");
    }

    #[test]
    fn only_those_that_have_a_setting_are_given_it() {
        let options = |line: &str| NixVersion::parse(line).unwrap().lock_options().join(" ");
        assert_eq!(options("nix (Nix) 2.26.3"), "--option allow-dirty-locks true");
        assert_eq!(options("nix (Nix) 2.24.9"), "");
        assert_eq!(options("nix (Lix, like Nix) 2.92.0"), "");
    }
}
