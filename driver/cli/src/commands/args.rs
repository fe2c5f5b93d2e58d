//! Options that several commands have.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::Error;
use super::sudo::SudoArgs;
use crate::diagnose::Traces;
use crate::evaluate::EvaluationOptions;
use crate::flake::{DEFAULT, Reference};
use netlib_core::process::quote_argv;

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
}

/// Which nodes.
#[derive(Args, Clone, Debug)]
pub struct SelectArgs {
    /// Select nodes: a name, a pattern such as 'web*', `@TAG`, `role:ROLE`, '!' negates, '&' intersects; repeatable, for a union
    /// (docs/selectors.md) [default: all]
    #[arg(long, value_name = "SELECTOR")]
    pub on: Vec<String>,
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
    /// What a command asks of the library.
    pub fn request(&self, command: &str) -> Value {
        json!({ "command": command, "on": self.on })
    }
}

impl FlakeArgs {
    /// A command of netlib about the same flake, for people to paste.
    pub fn command(&self, name: &str) -> String {
        let mut argv = vec!["netlib".to_owned(), name.to_owned()];
        let (option, reference) = (self.reference().option(), self.reference().to_string());
        if reference != DEFAULT {
            argv.extend([option.to_owned(), reference]);
        }
        let overrides = self.overrides().into_iter();
        argv.extend(overrides.flat_map(|(input, by)| ["--override-input".to_owned(), input, by]));
        quote_argv(&argv)
    }

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
        if self.evaluation.show_trace { Traces::Show } else { Traces::kept() }
    }
}
