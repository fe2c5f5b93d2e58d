//! The Debian releases a host can run.

use serde::{Deserialize, Serialize};

/// A Debian release, and with it a version of Nix.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Suite {
    /// Debian 13, Nix 2.26.
    #[default]
    Trixie,
    /// Debian 14 in the making, Nix 2.34.
    Forky,
    /// Debian 12, Nix 2.8.
    Bookworm,
    /// Debian 13 with Chromium, for whoever looks at a page. Half a gigabyte more, so only who needs it has it.
    Browser,
}

impl Suite {
    /// Its own name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Trixie | Self::Forky | Self::Bookworm => self.release(),
        }
    }

    /// The name in Debian's archive.
    pub fn release(self) -> &'static str {
        match self {
            Self::Trixie | Self::Browser => "trixie",
            Self::Forky => "forky",
            Self::Bookworm => "bookworm",
        }
    }
}

impl std::fmt::Display for Suite {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

impl std::str::FromStr for Suite {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        clap::ValueEnum::from_str(text, false)
            .map_err(|_| format!("unknown suite {text:?}; known: trixie, forky, bookworm, browser"))
    }
}
