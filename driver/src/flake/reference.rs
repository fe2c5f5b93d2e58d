//! `REF[#network]` and `FILE[#network]` as the user writes them.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// The output that holds the networks.
pub(super) const NETWORKS: &str = "netlibConfigurations";

/// The network that is meant when none is named.
const DEFAULT_NETWORK: &str = "default";

/// Where a network is described.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reference {
    /// By a flake.
    Flake(FlakeRef),
    /// By a plain file.
    File(FileRef),
}

/// A plain file that calls the library, and the network of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FileRef {
    /// The file.
    pub path: PathBuf,
    /// Attribute of `netlibConfigurations`.
    pub network: String,
}

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
    #[error("the flake reference is empty: name a flake, such as `.` for the current folder or `.#network`")]
    Empty,
    /// A network of no file.
    #[error("name a file, such as ./network.nix or ./network.nix#office")]
    NoFile,
}

impl Default for FlakeRef {
    fn default() -> Self {
        Self { url: ".".to_owned(), network: DEFAULT_NETWORK.to_owned() }
    }
}

impl FromStr for FlakeRef {
    type Err = FlakeRefError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if matches!(text, "" | "#") {
            return Err(FlakeRefError::Empty);
        }
        let (url, network) = split(text)?;
        Ok(Self { url: or(url, "."), network: or(network, DEFAULT_NETWORK) })
    }
}

impl FromStr for FileRef {
    type Err = FlakeRefError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (path, network) = split(text)?;
        if path.is_empty() {
            return Err(FlakeRefError::NoFile);
        }
        Ok(Self { path: path.into(), network: or(network, DEFAULT_NETWORK) })
    }
}

fn split(text: &str) -> Result<(&str, &str), FlakeRefError> {
    let (of, network) = text.split_once('#').unwrap_or((text, ""));
    let is_name = network.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if is_name { Ok((of, network)) } else { Err(FlakeRefError::Network(network.to_owned())) }
}

fn or(given: &str, default: &str) -> String {
    match given {
        "" => default.to_owned(),
        given => given.to_owned(),
    }
}

impl Reference {
    /// Attribute of `netlibConfigurations`.
    #[must_use]
    pub fn network(&self) -> &str {
        match self {
            Self::Flake(flake) => &flake.network,
            Self::File(file) => &file.network,
        }
    }

    /// The flake or the file, without the network.
    #[must_use]
    pub fn place(&self) -> String {
        match self {
            Self::Flake(flake) => flake.url.clone(),
            Self::File(file) => file.path.display().to_string(),
        }
    }

    /// The option of netlib's commands that names it.
    #[must_use]
    pub const fn option(&self) -> &'static str {
        match self {
            Self::Flake(_) => "--flake",
            Self::File(_) => "--file",
        }
    }
}

impl Default for Reference {
    fn default() -> Self {
        Self::Flake(FlakeRef::default())
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.place(), self.network())
    }
}

impl fmt::Display for FlakeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.url, self.network)
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
        assert_eq!(parsed("git+file:///n?dir=a#b-c_1"), ("git+file:///n?dir=a".into(), "b-c_1".into()));
        assert_eq!(parsed("/n#"), ("/n".into(), "default".into()));
    }

    #[test]
    fn nothing_is_not_the_current_folder() {
        assert_eq!("".parse::<FlakeRef>(), Err(FlakeRefError::Empty));
        assert_eq!("#".parse::<FlakeRef>(), Err(FlakeRefError::Empty));
    }

    #[test]
    fn a_file_has_a_network_too() {
        let file: FileRef = "./net.nix#office".parse().unwrap();
        assert_eq!(Reference::File(file).to_string(), "./net.nix#office");
        let file: FileRef = "net.nix".parse().unwrap();
        assert_eq!(file.network, "default");
        assert_eq!("#x".parse::<FileRef>(), Err(FlakeRefError::NoFile));
    }

    #[test]
    fn a_network_is_one_name() {
        for bad in [".#a.b", ".#a b", ".#a#b", ".#\"x\"", ".#ä"] {
            let error = bad.parse::<FlakeRef>().unwrap_err();
            assert!(error.to_string().contains("is not the name of a network"), "{bad}");
        }
    }
}
