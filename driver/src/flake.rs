//! The user's flake: which one, its inputs pinned for the whole run, and where its files lie. A plain file is the same
//! without inputs that could be settled.
//!
//! Knows references and metadata; knows nothing of plans or nodes.

mod error;
mod metadata;
mod reference;

use std::path::{Path, PathBuf};

pub use error::FlakeError;
pub use reference::{FileRef, FlakeRef, FlakeRefError, Reference};

use crate::diagnose::{Diagnosis, SourceMap, Traces, explain};
use crate::nix::{Messages, Nix, NixCallError, NixError};
use metadata::Metadata;

/// A flake whose inputs are settled: every later call sees the same ones.
#[derive(Clone, Debug)]
pub struct Flake {
    reference: Reference,
    root: Root,
    nix: Nix,
    sources: SourceMap,
    traces: Traces,
    fingerprint: Option<String>,
    identity: Option<String>,
    is_fixed: bool,
}

/// Whether a flake still is what its inputs were settled for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// It is.
    Unchanged,
    /// Its files, or what it takes from elsewhere, are others now.
    Changed,
    /// Nobody could say.
    Unknown,
}

/// How Nix is told what to evaluate.
#[derive(Clone, Debug)]
enum Root {
    /// A flake, at the URL that its metadata told.
    Flake(String),
    /// A file.
    File(PathBuf),
}

/// How a program is to be told an attribute of the network.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AttributeOf {
    /// URL of the flake, or the path of the file.
    pub root: String,
    /// Whether the root is a flake.
    pub is_flake: bool,
    /// The attribute's path below it, without a leading dot.
    pub path: String,
}

impl Flake {
    /// Settles the inputs: asks Nix for the flake's locks and keeps them in the run directory, so that later calls do
    /// not look for newer ones. Writes nothing beside the flake.
    pub async fn load(
        reference: Reference,
        nix: Nix,
        run_dir: &Path,
        traces: Traces,
    ) -> Result<(Self, Messages), FlakeError> {
        match &reference {
            Reference::Flake(flake) => {
                let url = flake.url.clone();
                let (metadata, messages) = ask(&url, &nix).await?;
                let locks = run_dir.join("flake.lock");
                write(&locks, &metadata.locks.to_string()).await?;
                let flake = Self {
                    identity: metadata.identity(),
                    is_fixed: metadata.is_fixed(),
                    fingerprint: metadata.fingerprint.clone(),
                    sources: metadata.sources(),
                    root: Root::Flake(metadata.url.unwrap_or(url)),
                    nix: nix.pinned_to(locks),
                    reference,
                    traces,
                };
                Ok((flake, messages))
            }
            Reference::File(file) => {
                let path = file.path.clone();
                let path = std::fs::canonicalize(&path).map_err(|source| FlakeError::NoFile { path, source })?;
                let folder = path.parent().map(Path::to_owned);
                let flake = Self {
                    sources: SourceMap::known(None, folder, None),
                    root: Root::File(path),
                    // What the file reads can change without anybody noticing.
                    identity: None,
                    is_fixed: false,
                    fingerprint: None,
                    nix,
                    reference,
                    traces,
                };
                Ok((flake, Messages::default()))
            }
        }
    }

    /// What the user asked for.
    #[must_use]
    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    /// What Nix calls exactly this flake with exactly these inputs; none where it does not say.
    #[must_use]
    pub fn fingerprint(&self) -> Option<&str> {
        self.fingerprint.as_deref()
    }

    /// How to call Nix so that it sees the settled inputs.
    #[must_use]
    pub fn nix(&self) -> &Nix {
        &self.nix
    }

    /// Where the files of error messages lie.
    #[must_use]
    pub fn sources(&self) -> &SourceMap {
        &self.sources
    }

    /// What the result of an evaluation depends on, all of it; none where that is not known.
    #[must_use]
    pub fn identity(&self) -> Option<&str> {
        self.identity.as_deref()
    }

    /// URL of the settled flake; none of a plain file.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        match &self.root {
            Root::Flake(url) => Some(url),
            Root::File(_) => None,
        }
    }

    /// Whether it is the same now as when its inputs were settled.
    pub async fn state(&self) -> State {
        if self.is_fixed {
            return State::Unchanged;
        }
        let Reference::Flake(flake) = &self.reference else {
            return State::Unknown;
        };
        match ask(&flake.url, &self.nix).await {
            Ok((now, _)) if now.identity() == self.identity => State::Unchanged,
            Err(FlakeError::Call(_)) => State::Unknown,
            _ => State::Changed,
        }
    }

    /// The folder of `flake.nix` (or of the plain file), when the flake is a local one.
    #[must_use]
    pub fn directory(&self) -> Option<PathBuf> {
        self.sources.directory()
    }

    /// The chosen network itself.
    #[must_use]
    pub fn network(&self) -> AttributeOf {
        self.at(format!("{}.{}", reference::NETWORKS, self.reference.network()))
    }

    /// An attribute of the chosen network, such as `toplevels.alpha`, of the settled flake.
    #[must_use]
    pub fn attribute(&self, path: &str) -> AttributeOf {
        let path = format!("{}.{}.{path}", reference::NETWORKS, self.reference.network());
        self.at(path)
    }

    /// Names of the networks that the flake has; none when it has none or does not evaluate.
    pub async fn networks(&self) -> Vec<String> {
        let words = self.at(reference::NETWORKS.to_owned()).words();
        let names = ["--apply".to_owned(), "builtins.attrNames".to_owned()];
        let call = self.nix.call(["eval", "--json"], words.into_iter().chain(names)).await;
        call.ok().and_then(|answer| serde_json::from_slice(&answer.stdout).ok()).unwrap_or_default()
    }

    /// The explanation of a failed call, or the call's own error when Nix said nothing. The trace is kept under the
    /// name of the attribute.
    pub fn explain(&self, error: NixCallError, attribute: &str) -> Result<Diagnosis, NixCallError> {
        let error = error.said()?;
        Ok(self.explain_message(&error, attribute))
    }

    /// The same for what an evaluator reported.
    #[must_use]
    pub fn explain_message(&self, error: &NixError, attribute: &str) -> Diagnosis {
        let diagnosis = explain(error, &self.sources);
        if !diagnosis.kind.has_trace() {
            return diagnosis;
        }
        let name = format!("{}-{attribute}", self.reference.network());
        let trace = self.traces.keep(&name, &self.sources.map(&error.text));
        Diagnosis { trace: Some(trace), ..diagnosis }
    }

    fn at(&self, path: String) -> AttributeOf {
        let (root, is_flake) = match &self.root {
            Root::Flake(url) => (url.clone(), true),
            Root::File(file) => (file.to_string_lossy().into_owned(), false),
        };
        AttributeOf { root, is_flake, path }
    }
}

impl AttributeOf {
    /// The arguments of `nix eval` for it.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        if self.is_flake {
            // The leading dot means the flake's root, instead of its packages.
            return vec![format!("{}#.{}", self.root, self.path)];
        }
        vec!["--file".to_owned(), self.root.clone(), self.path.clone()]
    }
}

async fn ask(url: &str, nix: &Nix) -> Result<(Metadata, Messages), FlakeError> {
    let sources = SourceMap::guess(url);
    let call = nix.call(["flake", "metadata", "--json"], [url]).await;
    let answer = call.map_err(|error| match error.said() {
        Ok(error) => FlakeError::Metadata { url: url.to_owned(), diagnosis: explain(&error, &sources) },
        Err(error) => FlakeError::Call(error),
    })?;
    let metadata =
        serde_json::from_slice(&answer.stdout).map_err(|source| FlakeError::Answer { url: url.to_owned(), source })?;
    Ok((metadata, answer.messages))
}

async fn write(path: &Path, text: &str) -> Result<(), FlakeError> {
    tokio::fs::write(path, text).await.map_err(|source| FlakeError::Write { path: path.to_owned(), source })
}
