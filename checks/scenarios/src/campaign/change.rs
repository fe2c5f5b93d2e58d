//! What a round deploys.

use std::fmt;

use super::random::Random;

/// One change of both nodes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Change {
    /// A small file.
    File,
    /// A unit that takes so many milliseconds to start.
    Slow(u64),
    /// A large file, whose copy takes a while.
    Large,
    /// A unit of the first node that does not start.
    FailingUnit,
    /// A check of the first node that is never healthy.
    Unhealthy,
}

impl Change {
    pub(super) fn random(random: &mut Random) -> Self {
        match random.below(8) {
            0 | 1 => Self::File,
            2..=4 => Self::Slow(500 + random.below(4000)),
            5 => Self::Large,
            6 => Self::FailingUnit,
            _ => Self::Unhealthy,
        }
    }

    /// How much longer than a small file it takes, at least.
    pub(super) fn adds_millis(&self) -> u128 {
        match self {
            Self::Slow(millis) => u128::from(*millis),
            Self::Large | Self::FailingUnit => 1000,
            Self::Unhealthy => 4000,
            Self::File => 0,
        }
    }

    /// Whether a deploy of it succeeds when nothing happens to it.
    pub(super) fn is_good(&self) -> bool {
        !matches!(self, Self::FailingUnit | Self::Unhealthy)
    }

    /// Lines of a node's configuration; each round has its own.
    pub(super) fn lines(&self, host: &str, round: usize) -> String {
        let mark = format!("environment.etc.\"round\".text = \"{round} {self}\";");
        let unit = |script: &str| {
            format!(
                "systemd.services.campaign = {{ wantedBy = [ \"multi-user.target\" ]; serviceConfig = {{ Type = \"oneshot\"; RemainAfterExit = true; }}; script = \"{script} # {round}\"; }};"
            )
        };
        let is_first = host == super::HOSTS[0];
        let more = match self {
            Self::File => String::new(),
            Self::Slow(millis) => unit(&format!("sleep {}.{:03}", millis / 1000, millis % 1000)),
            Self::Large => format!(
                "environment.etc.\"large\".source = pkgs.runCommand \"large-{round}\" {{ }} \"head -c 4000000 /dev/urandom > $out\";"
            ),
            Self::FailingUnit if is_first => unit("exit 1"),
            // A unit that ends after the switch: the host itself finds its system not healthy.
            Self::Unhealthy if is_first => "environment.etc.\"unhealthy\".text = \"unhealthy\";".to_owned(),
            Self::FailingUnit | Self::Unhealthy => String::new(),
        };
        format!("{mark}\n{more}")
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => write!(f, "a small file"),
            Self::Slow(millis) => write!(f, "a unit that takes {millis} ms"),
            Self::Large => write!(f, "a large file"),
            Self::FailingUnit => write!(f, "a unit that fails"),
            Self::Unhealthy => write!(f, "a check that fails"),
        }
    }
}
