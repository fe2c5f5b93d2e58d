//! Which versions of Nix are refused, and the settings that every call has.

use std::fmt;

/// Features that the driver needs, whatever nix.conf says.
pub(crate) const FEATURES: [&str; 2] = ["--extra-experimental-features", "nix-command flakes"];

/// The same as lines of a nix.conf, for programs that take them only from `NIX_CONFIG`; and inputs that are local git trees with
/// uncommitted changes have locks too, which Nix otherwise refuses to read again.
pub(crate) const CONFIG: &str = "extra-experimental-features = nix-command flakes\nallow-dirty-locks = true";

/// The first that can evaluate a whole run with one set of locked inputs. Every Lix that can has a higher number.
const LEAST: (u32, u32) = (2, 24);

/// What `nix --version` says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NixVersion {
    number: (u32, u32),
    text: String,
}

/// Why a Nix cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "this machine has `{0}`, and netlib needs Nix 2.24 or later (Lix 2.90): older ones cannot evaluate a whole run with one \
     set of locked inputs (--reference-lock-file), or word their errors in ways that netlib does not know.\n  \
     what to do: install a newer one, from https://nixos.org/download or with your distribution's backports, and run \
     netlib again"
)]
pub struct TooOld(String);

impl NixVersion {
    /// Reads the line that `nix --version` prints; none when it is of no known shape.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let line = line.lines().next()?.trim();
        let (_, number) = line.rsplit_once(')')?;
        let mut parts = number.trim().split(|c: char| !c.is_ascii_digit());
        let number = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Self { number, text: line.to_owned() })
    }

    /// Refuses what netlib was not written for.
    pub fn admit(&self) -> Result<(), TooOld> {
        if self.number >= LEAST { Ok(()) } else { Err(TooOld(self.text.clone())) }
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

    #[test]
    fn old_versions_are_told_apart() {
        for (line, is_admitted) in [
            ("nix (Nix) 2.24.0", true),
            ("nix (Nix) 2.34.8\n", true),
            ("nix (Nix) 2.27pre20250303_52cee7c", true),
            ("nix (Nix) 2.23.4", false),
            ("nix (Lix, like Nix) 2.91.1", true),
            ("nix (Determinate Nix 3.8.2) 2.30.1", true),
        ] {
            assert_eq!(NixVersion::parse(line).unwrap().admit().is_ok(), is_admitted, "{line}");
        }
        for odd in ["", "nix", "nix (Nix)", "nix (Nix) two"] {
            assert_eq!(NixVersion::parse(odd), None, "{odd:?}");
        }
        let old = NixVersion::parse("nix (Nix) 2.8.0").unwrap();
        insta::assert_snapshot!(old.admit().unwrap_err(), @r"
        this machine has `nix (Nix) 2.8.0`, and netlib needs Nix 2.24 or later (Lix 2.90): older ones cannot evaluate a whole run with one set of locked inputs (--reference-lock-file), or word their errors in ways that netlib does not know.
          what to do: install a newer one, from https://nixos.org/download or with your distribution's backports, and run netlib again
        ");
    }
}
