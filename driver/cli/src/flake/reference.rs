//! What the user names: a flake or a file, and after `#` the network of it.

use std::fmt;

/// Attribute of a flake under which its networks are.
pub const NETWORKS: &str = "netlibConfigurations";

/// The reference where none is given.
pub const DEFAULT: &str = ".#default";

/// The network of a reference that names none.
const DEFAULT_NETWORK: &str = "default";

/// Where a network is described.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reference {
    /// The flake, as Nix is asked for it: a path, a URL or a name of the registry. Or a plain file that calls the library.
    pub place: String,
    /// Attribute of `netlibConfigurations`.
    pub network: String,
    /// Whether it is a plain file.
    pub is_file: bool,
}

impl Reference {
    /// What `--flake` names.
    pub fn flake(text: &str) -> Result<Self, String> {
        // Most likely a shell variable that is not set.
        if matches!(text, "" | "#") {
            return Err(
                "the flake reference is empty: name a flake, such as `.` for the current folder or `.#network`"
                    .to_owned(),
            );
        }
        Self::read(text, false)
    }

    /// What `--file` names.
    pub fn file(text: &str) -> Result<Self, String> {
        Self::read(text, true)
    }

    fn read(text: &str, is_file: bool) -> Result<Self, String> {
        let (place, network) = text.split_once('#').unwrap_or((text, ""));
        if !network.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
            return Err(format!(
                "`{network}` is not the name of a network: after the `#` comes one name of letters, digits, `_` and `-`, \
                 such as `.#default`"
            ));
        }
        let network = if network.is_empty() { DEFAULT_NETWORK } else { network };
        let place = match (place, is_file) {
            // Nix would take it for one of its options.
            (option, _) if option.starts_with('-') => {
                return Err(format!("`{option}` names no flake and no file: a path that begins so is ./{option}"));
            }
            ("", true) => return Err("name a file, such as ./network.nix or ./network.nix#office".to_owned()),
            ("", false) => ".",
            (place, _) => place,
        };
        Ok(Self { place: place.to_owned(), network: network.to_owned(), is_file })
    }

    /// The option of netlib's commands that names it.
    pub const fn option(&self) -> &'static str {
        if self.is_file { "--file" } else { "--flake" }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.place, self.network)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (String, String) {
        let reference = Reference::flake(text).unwrap();
        (reference.place, reference.network)
    }

    #[test]
    fn an_option_of_nix_is_no_flake() {
        for text in ["--impure", "-f#default"] {
            assert!(Reference::flake(text).unwrap_err().contains("names no flake"), "{text}");
        }
    }

    #[test]
    fn both_halves_have_defaults() {
        assert_eq!(parsed("."), (".".into(), "default".into()));
        assert_eq!(parsed("#office"), (".".into(), "office".into()));
        assert_eq!(parsed("git+file:///n?dir=a#b-c_1"), ("git+file:///n?dir=a".into(), "b-c_1".into()));
        assert_eq!(parsed("/n#"), ("/n".into(), "default".into()));
        assert_eq!(Reference::flake(".").unwrap().to_string(), DEFAULT);
    }

    #[test]
    fn nothing_is_not_the_current_folder() {
        for nothing in ["", "#"] {
            assert!(Reference::flake(nothing).unwrap_err().contains("reference is empty"));
        }
    }

    #[test]
    fn a_file_has_a_network_too() {
        let file = Reference::file("./net.nix#office").unwrap();
        assert_eq!((file.to_string(), file.option()), ("./net.nix#office".to_owned(), "--file"));
        assert_eq!(Reference::file("net.nix").unwrap().network, "default");
        assert!(Reference::file("#x").unwrap_err().contains("name a file"));
    }

    #[test]
    fn a_network_is_one_name() {
        for bad in [".#a.b", ".#a b", ".#a#b", ".#\"x\"", ".#ä"] {
            let error = Reference::flake(bad).unwrap_err();
            assert!(error.contains("is not the name of a network"), "{bad}");
        }
    }
}
