//! What became of a node, in one word of the table.

/// What became of a node.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum NodeResult {
    /// It was switched to its new system.
    Active,
    /// It was running its system already.
    UpToDate,
    /// A deploy would switch it to another system.
    WouldChange,
    /// It is as far as the goal of the run goes, which is not the whole way.
    Done,
    /// It was switched, and its rollout took it back to the system from before.
    RolledBack,
    /// One of its steps failed.
    Failed,
    /// Something that it depends on failed.
    Blocked,
    /// It does not answer.
    Offline,
    /// Nothing was done, because the run ended before.
    Skipped,
}

impl NodeResult {
    /// The word of the table.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::UpToDate => "up to date",
            Self::WouldChange => "would change",
            Self::Done => "done",
            Self::RolledBack => "rolled back",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
            Self::Offline => "offline",
            Self::Skipped => "skipped",
        }
    }

    /// Whether the node is as it should be, or would be after a deploy.
    #[must_use]
    pub const fn is_good(self) -> bool {
        matches!(self, Self::Active | Self::UpToDate | Self::WouldChange | Self::Done)
    }

    pub(super) const fn is_active(self) -> bool {
        matches!(self, Self::Active | Self::UpToDate)
    }

    pub(super) fn styled(self, colours: Colours) -> console::StyledObject<String> {
        let word = console::Style::new().force_styling(colours == Colours::On);
        let word = match self {
            Self::Active | Self::Done => word.green(),
            Self::UpToDate | Self::Skipped => word.dim(),
            Self::WouldChange => word.cyan(),
            Self::Blocked | Self::RolledBack => word.yellow(),
            Self::Failed | Self::Offline => word.red(),
        };
        word.apply_to(format!("{:width$}", self.word(), width = Self::WouldChange.word().len()))
    }
}

/// Whether a text may have colours.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Colours {
    /// For a terminal.
    On,
    /// For files, pipes and `NO_COLOR`.
    Off,
}
