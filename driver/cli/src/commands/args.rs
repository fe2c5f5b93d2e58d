//! Options that several commands have.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::Error;
use super::sudo::SudoArgs;
use crate::diagnose::traces::{self, Traces};
use crate::evaluate::EvaluationOptions;
use crate::flake::{DEFAULT, Reference};

/// Which flake, and how it is evaluated.
#[derive(Args, Clone, Debug)]
pub struct FlakeArgs {
    /// Flake, and the network in it after `#`
    #[arg(long, value_name = "REF[#NETWORK]", value_parser = Reference::flake, default_value = DEFAULT)]
    flake: Reference,

    /// Plain file that describes the network, instead of a flake
    #[arg(long, value_name = "FILE[#NETWORK]", value_parser = Reference::file, conflicts_with_all = ["flake", "override_input"])]
    file: Option<Reference>,

    /// Override an input of the flake (like nix); repeatable
    #[arg(long, num_args = 2, value_names = ["INPUT", "REF"])]
    override_input: Vec<String>,

    #[command(flatten)]
    pub evaluation: EvaluationOptions,

    #[command(flatten)]
    pub nix: NixArgs,
}

/// Settings of Nix for this run, in Nix's own words.
#[derive(Args, Clone, Debug)]
pub struct NixArgs {
    /// Set a setting of Nix (like nix); repeatable
    #[arg(long = "option", num_args = 2, value_names = ["NAME", "VALUE"], help_heading = "Nix")]
    nix_option: Vec<String>,

    /// Machines that build for this one (like nix)
    #[arg(long, value_name = "MACHINES", help_heading = "Nix")]
    builders: Option<String>,

    /// Maximum number of builds at the same time (like nix)
    #[arg(short = 'j', long, value_name = "N", help_heading = "Nix")]
    max_jobs: Option<String>,

    /// Let the flake read files, variables and the time of this machine (like nix); nothing of it is remembered
    #[arg(long, help_heading = "Nix")]
    impure: bool,

    /// For those who are used to it: lines of builds are shown anyway
    #[arg(short = 'L', long, hide = true, help_heading = "Nix")]
    print_build_logs: bool,
}

/// Which nodes.
#[derive(Args, Clone, Debug)]
pub struct SelectArgs {
    /// Select nodes: a name, a pattern such as 'web*', `@TAG`, `role:ROLE`, '!' negates, '&' intersects; repeatable, for a union
    /// (docs/selectors.md) [default: all]
    #[arg(long, value_name = "SELECTOR")]
    pub on: Vec<String>,

    /// The same without `--on`
    #[arg(value_name = "SELECTOR")]
    pub words: Vec<String>,
}

/// What commands need that connect to nodes.
#[derive(Args, Clone, Debug)]
pub struct HostArgs {
    #[command(flatten)]
    pub flake: FlakeArgs,
    #[command(flatten)]
    pub select: SelectArgs,
    #[command(flatten)]
    pub sudo: SudoArgs,
}

/// What is written of a run: events for programs, and everything in a folder.
#[derive(Args, Clone, Debug, Default)]
pub struct RecordArgs {
    /// Print events as JSON lines instead of the summary (docs/events.md)
    #[arg(long)]
    pub json: bool,

    /// Write events.jsonl and nodes/NODE.log of this run to this directory
    #[arg(long, value_name = "DIR")]
    pub log_dir: Option<PathBuf>,
}

impl SelectArgs {
    /// Whether nobody says which.
    pub fn is_empty(&self) -> bool {
        self.on.is_empty() && self.words.is_empty()
    }

    /// What a command asks of the library.
    pub fn request(&self, command: &str) -> Value {
        let on = [self.on.as_slice(), &self.words].concat();
        json!({ "command": command, "on": on })
    }
}

impl NixArgs {
    /// As every call of Nix takes them.
    pub fn words(&self) -> Vec<String> {
        let set = |name: &str, value: &String| ["--option".to_owned(), name.to_owned(), value.clone()];
        let own = self.nix_option.chunks_exact(2).flat_map(|pair| set(&pair[0], &pair[1]));
        let others = [("builders", &self.builders), ("max-jobs", &self.max_jobs)];
        let others = others.into_iter().filter_map(|(name, value)| Some(set(name, value.as_ref()?))).flatten();
        own.chain(others).chain(self.impure.then(|| "--impure".to_owned())).collect()
    }
}

impl FlakeArgs {
    /// Another flake instead, with the same network where it names none.
    pub fn replaced(self, reference: &str) -> Result<Self, Error> {
        let mut flake = Reference::flake(reference)?;
        if !reference.contains('#') {
            flake.network.clone_from(&self.reference().network);
        }
        Ok(Self { flake, file: None, ..self })
    }

    /// What is named.
    pub fn reference(&self) -> &Reference {
        self.file.as_ref().unwrap_or(&self.flake)
    }

    /// Inputs, each with what is there instead.
    pub fn overrides(&self) -> Vec<(String, String)> {
        let pairs = self.override_input.chunks_exact(2);
        pairs.map(|pair| (pair[0].clone(), pair[1].clone())).collect()
    }

    /// What becomes of traces.
    pub fn traces(&self) -> Traces {
        if self.evaluation.show_trace { None } else { traces::folder() }
    }
}
