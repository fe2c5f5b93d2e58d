//! The user's flake: which one, its inputs pinned for the whole run, and where its files lie. A plain file is the same
//! without inputs that could be settled.
//!
//! Knows references and metadata; knows nothing of plans or nodes.

mod metadata;
mod reference;

use std::path::Path;
use std::time::Duration;

pub use reference::{DEFAULT, NETWORKS, Reference};

use crate::Error;
use crate::diagnose::traces::{self, Traces};
use crate::diagnose::{Diagnosis, SourceMap, explain, explain_flake};
use metadata::Metadata;
use netlib_core::nix::{Messages, Nix, NixCallError, NixError};
use netlib_core::process::Command;
use netlib_core::text::clean;

/// How long git may look for files.
const GIT: Duration = Duration::from_secs(10);
/// How many files are named.
const SHOWN: usize = 5;

/// A flake whose inputs are settled: every later call sees the same ones.
#[derive(Clone, Debug)]
pub struct Flake {
    /// What the user asked for.
    pub reference: Reference,
    /// URL of the settled flake, or the path of the file.
    pub root: String,
    /// How to call Nix so that it sees the settled inputs.
    pub nix: Nix,
    /// Where the files of error messages lie.
    pub sources: SourceMap,
    /// What Nix calls exactly this flake with exactly these inputs; none where it does not say.
    pub fingerprint: Option<String>,
    /// What the result of an evaluation depends on, all of it; none where that is not known.
    pub identity: Option<String>,
    traces: Traces,
    is_fixed: bool,
}

impl Flake {
    /// Settles the inputs: asks Nix for the flake's locks and keeps them in the run directory, so that later calls do
    /// not look for newer ones. Writes nothing beside the flake.
    pub async fn load(
        reference: Reference,
        nix: Nix,
        run_dir: &Path,
        traces: Traces,
    ) -> Result<(Self, Messages), Error> {
        // What a file reads can change without anybody noticing: it has no identity.
        let (root, sources) = (reference.place.clone(), SourceMap::default());
        let mut flake =
            Self { reference, root, nix, sources, fingerprint: None, identity: None, traces, is_fixed: false };
        if flake.reference.is_file {
            let path = std::fs::canonicalize(&flake.root).map_err(|error| {
                format!(
                    "cannot read the file {}: {error}\n  help: name the file that describes the network, such as --file ./network.nix",
                    flake.root
                )
            })?;
            flake.sources = SourceMap { root: path.parent().map(Path::to_owned), ..SourceMap::default() };
            flake.root = path.to_string_lossy().into_owned();
            return Ok((flake, Messages::default()));
        }
        let (metadata, messages) = ask(&flake.root, &flake.nix).await?;
        let locks = run_dir.join("flake.lock");
        std::fs::write(&locks, metadata.locks.to_string())
            .map_err(|error| format!("cannot write the flake's locks to {}: {error}", locks.display()))?;
        let flake = Self {
            identity: metadata.identity(),
            is_fixed: metadata.is_fixed(),
            sources: metadata.sources(),
            fingerprint: metadata.fingerprint,
            root: metadata.url.unwrap_or(flake.root),
            nix: flake.nix.pinned_to(locks),
            ..flake
        };
        Ok((flake, messages))
    }

    /// Whether it is the same now as when its inputs were settled; none where nobody could say.
    pub async fn is_unchanged(&self) -> Option<bool> {
        if self.is_fixed || self.reference.is_file {
            return self.is_fixed.then_some(true);
        }
        match ask(&self.reference.place, &self.nix).await {
            Err(error) if error.is::<NixCallError>() => None,
            now => Some(now.is_ok_and(|(now, _)| now.identity() == self.identity)),
        }
    }

    /// The chosen network, as an attribute of the flake or the file.
    pub fn network(&self) -> String {
        format!("{NETWORKS}.{}", self.reference.network)
    }

    /// The arguments of `nix eval` for an attribute.
    pub fn at(&self, path: String) -> Vec<String> {
        if self.reference.is_file {
            return vec!["--file".to_owned(), self.root.clone(), path];
        }
        // The leading dot means the flake's root, instead of its packages.
        vec![format!("{}#.{path}", self.root)]
    }

    /// The explanation of what Nix or an evaluator said. The trace is kept under the name of the attribute.
    pub fn explain(&self, error: &NixError, attribute: &str) -> Diagnosis {
        let diagnosis = explain(error, &self.sources);
        if !diagnosis.kind.has_trace() {
            return diagnosis;
        }
        let name = format!("{}-{attribute}", self.reference.network);
        let trace = traces::keep(&self.traces, &name, &self.sources.map(&error.text));
        Diagnosis { trace: Some(trace), ..diagnosis }
    }
}

/// What git does not know of a folder, of what a network may read: Nix does not see it, and says nothing of it where
/// `pathExists` looks.
pub async fn unseen(sources: &SourceMap) -> String {
    let Some(folder) = sources.directory() else { return String::new() };
    let files = ["ls-files", "--others", "--exclude-standard", "--", "*.nix", "*.pub", "*.json"];
    let command = Command::new("git").arg("-C").arg(&folder).args(files).timeout(GIT);
    let text = command.output().await.map(|output| clean(&output.stdout)).unwrap_or_default();
    let all = text.lines().take(SHOWN).collect::<Vec<_>>().join(" ");
    let help = format!("\n  help: Nix sees only files that git knows: git -C {} add {all}", folder.display());
    if all.is_empty() { all } else { help }
}

async fn ask(url: &str, nix: &Nix) -> Result<(Metadata, Messages), Error> {
    let call = nix.call(["flake", "metadata", "--json"], [url]).await;
    let answer = match call {
        Ok(answer) => answer,
        Err(NixCallError::Reported(_, error)) => {
            let sources = SourceMap::guess(url);
            return Err(format!("flake `{url}`: {}{}", explain_flake(&error, &sources), unseen(&sources).await).into());
        }
        Err(error) => return Err(error.into()),
    };
    let metadata = serde_json::from_slice(&answer.stdout).map_err(|error| {
        format!("`nix flake metadata` of `{url}` answered something netlib does not understand: {error}")
    })?;
    Ok((metadata, answer.messages))
}
