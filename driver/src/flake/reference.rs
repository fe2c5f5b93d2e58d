//! `REF[#network]` as the user writes it.

use std::fmt;
use std::str::FromStr;

/// The network that is meant when none is named.
const DEFAULT_NETWORK: &str = "default";

/// A flake reference and the network of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FlakeRef {
    /// What Nix is asked for: a path, a URL or a name of the registry.
    pub url: String,
    /// Attribute of `netlibConfigurations`.
    pub network: String,
}

/// Why a text is no reference.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FlakeRefError {
    /// Not a name that `netlibConfigurations` can have.
    #[error(
        "`{0}` is not the name of a network: after the `#` comes one name of letters, digits, `_` and `-`, \
         such as `.#default`"
    )]
    Network(String),
    /// Nothing at all: most likely a shell variable that is not set.
    #[error(
        "the flake reference is empty: name a flake, such as `.` for the current folder or `.#network`"
    )]
    Empty,
}

impl Default for FlakeRef {
    fn default() -> Self {
        Self {
            url: ".".to_owned(),
            network: DEFAULT_NETWORK.to_owned(),
        }
    }
}

impl FromStr for FlakeRef {
    type Err = FlakeRefError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if matches!(text, "" | "#") {
            return Err(FlakeRefError::Empty);
        }
        let (url, network) = text.split_once('#').unwrap_or((text, ""));
        let or = |given: &str, default: &str| match given {
            "" => default.to_owned(),
            given => given.to_owned(),
        };
        let is_name = network
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        if !is_name {
            return Err(FlakeRefError::Network(network.to_owned()));
        }
        Ok(Self {
            url: or(url, "."),
            network: or(network, DEFAULT_NETWORK),
        })
    }
}

impl fmt::Display for FlakeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.url, self.network)
    }
}

impl FlakeRef {
    /// Installable of an attribute of the network in the flake at this URL. The leading dot means the flake's root.
    #[must_use]
    pub fn attribute_of(&self, url: &str, path: &str) -> String {
        format!("{url}#.netlibConfigurations.{}.{path}", self.network)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (String, String) {
        let reference: FlakeRef = text.parse().unwrap();
        (reference.url, reference.network)
    }

    #[test]
    fn both_halves_have_defaults() {
        assert_eq!(parsed("."), (".".into(), "default".into()));
        assert_eq!(parsed("#office"), (".".into(), "office".into()));
        assert_eq!(
            parsed("git+file:///n?dir=a#b-c_1"),
            ("git+file:///n?dir=a".into(), "b-c_1".into())
        );
        assert_eq!(parsed("/n#"), ("/n".into(), "default".into()));
    }

    #[test]
    fn nothing_is_not_the_current_folder() {
        assert_eq!("".parse::<FlakeRef>(), Err(FlakeRefError::Empty));
        assert_eq!("#".parse::<FlakeRef>(), Err(FlakeRefError::Empty));
    }

    #[test]
    fn a_network_is_one_name() {
        for bad in [".#a.b", ".#a b", ".#a#b", ".#\"x\"", ".#ä"] {
            let error = bad.parse::<FlakeRef>().unwrap_err();
            assert!(
                error.to_string().contains("is not the name of a network"),
                "{bad}"
            );
        }
    }
}
