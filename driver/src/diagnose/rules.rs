//! The sorts of errors that are recognised, by Nix's own words, and what to do about each.

/// Sorts of errors.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Kind {
    /// The file is not Nix.
    Syntax,
    /// A value of the wrong type in an expression.
    Type,
    /// An option that no module declares.
    UndefinedOption,
    /// A definition that is not of the option's type.
    OptionType,
    /// Definitions of an option that exclude each other.
    Conflict,
    /// An option without a value.
    NoValue,
    /// A name that is not defined.
    UndefinedVariable,
    /// An attribute that a set does not have.
    MissingAttribute,
    /// A value that needs itself.
    InfiniteRecursion,
    /// No flake where one was named.
    NoSuchFlake,
    /// The flake has no such output.
    NoSuchOutput,
    /// A file that is not there, for Nix at least.
    MissingFile,
    /// An input of the flake cannot be had.
    Input,
    /// The flake's lock file records something else than is there.
    StaleLock,
    /// The flake's lock file cannot be read.
    BrokenLock,
    /// Failed assertions of the network.
    Assertion,
    /// Failed assertions of one node's NixOS configuration.
    NodeAssertion,
    /// A fact that was not gathered.
    MissingFact,
    /// A file of facts that is no JSON.
    FactsFile,
    /// Nix needs a feature that is off.
    Feature,
    /// The user interrupted the evaluation.
    Interrupted,
    /// Anything else.
    Other,
}

/// Where the place in the user's files is to be looked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// The message says enough.
    Nowhere,
    /// A file that the headline names.
    Headline,
    /// A file that the headline names, otherwise the nearest position of the trace.
    Trace,
}

/// What the headline must contain to be of a kind; the first rule that fits decides.
const HEADLINES: &[(&str, Kind)] = &[
    ("needs the fact ", Kind::MissingFact),
    (" failed assertion(s):", Kind::Assertion),
    ("Failed assertions:", Kind::NodeAssertion),
    ("mismatch in field 'narHash' of input", Kind::StaleLock),
    ("NAR hash mismatch in input", Kind::StaleLock),
    ("requires lock file changes", Kind::StaleLock),
    ("has unsupported version", Kind::BrokenLock),
    ("Could not parse ", Kind::BrokenLock),
    ("contains unlocked input", Kind::BrokenLock),
    ("syntax error", Kind::Syntax),
    ("undefined variable ", Kind::UndefinedVariable),
    ("infinite recursion encountered", Kind::InfiniteRecursion),
    // Some recursions are only seen by how deep they get.
    ("stack overflow", Kind::InfiniteRecursion),
    ("does not provide attribute ", Kind::NoSuchOutput),
    // The same for a plain file.
    ("in selection path '", Kind::NoSuchOutput),
    ("could not find a flake.nix file", Kind::NoSuchFlake),
    ("does not contain a 'flake.nix'", Kind::NoSuchFlake),
    ("' is not a flake", Kind::NoSuchFlake),
    ("' is not part of a flake", Kind::NoSuchFlake),
    ("in the flake registries", Kind::NoSuchFlake),
    ("flake-registry.json'", Kind::NoSuchFlake),
    ("/flake.nix' does not exist", Kind::NoSuchFlake),
    ("is not a valid URL", Kind::NoSuchFlake),
    ("experimental Nix feature", Kind::Feature),
    ("is not tracked by Git", Kind::MissingFile),
    ("is not of type `", Kind::OptionType),
    ("is not of type '", Kind::OptionType),
    ("has conflicting definition values", Kind::Conflict),
    ("is defined multiple times while it's expected to be unique", Kind::Conflict),
    ("was accessed but has no value defined", Kind::NoValue),
    ("is used but not defined", Kind::NoValue),
];

impl Kind {
    /// The sort of a message: its headline alone, and all of it with the trace.
    #[must_use]
    pub fn of(headline: &str, text: &str) -> Self {
        if headline.contains("[json.exception.") {
            // Of all JSON that Nix reads before it evaluates, only this is the user's.
            return facts_of(text).map_or(Self::BrokenLock, |_| Self::FactsFile);
        }
        if let Some((_, kind)) = HEADLINES.iter().find(|(words, _)| headline.contains(words)) {
            return *kind;
        }
        let has = |words: &str| headline.contains(words);
        if has("The option `") && has("does not exist") {
            Self::UndefinedOption
        } else if has("attribute '") && has("' missing") {
            Self::MissingAttribute
        } else if text.contains("while updating the flake input") || text.contains("while fetching the input") {
            Self::of_input(text)
        } else if has("getting status of ") {
            Self::NoSuchFlake
        } else if has("' does not exist") || has("No such file or directory") {
            Self::MissingFile
        } else if has("cannot coerce ") || has("expected a") || has("cannot add ") || has("attempt to call something") {
            Self::Type
        } else {
            Self::Other
        }
    }

    fn of_input(text: &str) -> Self {
        // Without the words about an input, the flake itself is what cannot be had.
        if text.contains("flake input") { Self::Input } else { Self::NoSuchFlake }
    }

    /// Whether the trace tells more than the headline.
    #[must_use]
    pub const fn has_trace(self) -> bool {
        !matches!(
            self,
            Self::Syntax
                | Self::NoSuchFlake
                | Self::NoSuchOutput
                | Self::Input
                | Self::StaleLock
                | Self::BrokenLock
                | Self::Assertion
                | Self::NodeAssertion
                | Self::MissingFact
                | Self::FactsFile
                | Self::Feature
        )
    }

    /// Where the place in the user's files is to be looked for.
    #[must_use]
    pub const fn place(self) -> Place {
        match self {
            // netlib's own messages name options, which say more.
            Self::Assertion | Self::MissingFact | Self::FactsFile => Place::Nowhere,
            Self::NoSuchFlake | Self::NoSuchOutput | Self::Input => Place::Nowhere,
            Self::StaleLock | Self::BrokenLock | Self::Feature => Place::Nowhere,
            Self::NodeAssertion => Place::Headline,
            // Positions of the trace lie in the module system's own machinery.
            Self::UndefinedOption | Self::OptionType | Self::Conflict | Self::NoValue => Place::Headline,
            _ => Place::Trace,
        }
    }

    /// What to do next.
    #[must_use]
    pub fn advice(self, headline: &str, text: &str) -> Option<String> {
        let advice = match self {
            Self::UndefinedOption => did_you_mean(text)
                .unwrap_or_else(|| "Correct the option's name, or import the module that declares it.".to_owned()),
            Self::MissingAttribute | Self::UndefinedVariable | Self::NoSuchOutput => {
                return did_you_mean(text);
            }
            Self::OptionType => "Give the option a value of that type.".to_owned(),
            Self::Conflict if headline.contains("lib.mkForce") => return None,
            Self::Conflict => "Remove one of the definitions, or choose one with lib.mkForce.".to_owned(),
            Self::NoValue => "Set the option.".to_owned(),
            Self::InfiniteRecursion => "A value needs itself. Often `imports` or `nodes` depends on `config`: \
                 make the list of imports and nodes independent of other options."
                .to_owned(),
            Self::NoSuchFlake => "Name a flake with --flake, or go to the folder of your flake.nix. \
                 To start a new one: nix flake init -t netlib#wireguard-mesh"
                .to_owned(),
            Self::MissingFile if headline.contains("is not tracked by Git") => return None,
            Self::MissingFile => {
                let file = headline.split('\'').nth(1).unwrap_or("FILE");
                format!("If the file is there: Nix sees only files that git knows. Run: git add {file}")
            }
            Self::Input => {
                "Check the address of the input in flake.nix, and that this machine can reach it.".to_owned()
            }
            Self::StaleLock => {
                let input = input(text).unwrap_or("INPUT");
                format!(
                    "flake.lock records another content of this input than is there now. \
                     To record what is there: nix flake update {input}"
                )
            }
            Self::BrokenLock => {
                "Mend flake.lock (after a merge: `git checkout --theirs flake.lock`), or make a new one: \
                 remove it and run `nix flake lock`"
                    .to_owned()
            }
            Self::FactsFile => {
                let node = facts_of(text)?;
                format!("Correct facts/{node}.json, or remove it and run: netlib facts gather --on {node}")
            }
            Self::Feature => {
                let feature = headline.split('\'').nth(1).unwrap_or("FEATURE");
                format!("Add it to nix.conf, here or where Nix's daemon runs: extra-experimental-features = {feature}")
            }
            Self::Syntax
            | Self::Type
            | Self::Assertion
            | Self::NodeAssertion
            | Self::MissingFact
            | Self::Interrupted
            | Self::Other => {
                return None;
            }
        };
        // Nix says some of it itself.
        (!headline.contains(&advice)).then_some(advice)
    }
}

/// The input of the flake that an error is about.
pub fn input(text: &str) -> Option<&str> {
    let (_, from) = text.rsplit_once("while updating the flake input '")?;
    from.split('\'').next()
}

/// The node whose file of facts was being read: the context that `lib/facts.nix` gives.
pub fn facts_of(text: &str) -> Option<&str> {
    let (_, from) = text.split_once("while reading facts/")?;
    let (node, _) = from.lines().next()?.split_once(".json")?;
    Some(node)
}

fn did_you_mean(text: &str) -> Option<String> {
    let at = text.rfind("Did you mean ")?;
    let line = text[at..].lines().next()?;
    Some(line.trim_end().to_owned())
}
