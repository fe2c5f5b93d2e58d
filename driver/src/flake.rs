//! The user's flake: which one, its inputs pinned for the whole run, and where its files lie.
//!
//! Knows references and metadata; knows nothing of plans or nodes.

mod reference;
mod sources;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

pub use reference::{FlakeRef, FlakeRefError};
pub use sources::SourceMap;

use crate::diagnose::{Diagnosis, explain};
use crate::evaluate::{Messages, Nix, NixCallError};

/// A flake whose inputs are settled: every later call sees the same ones.
#[derive(Clone, Debug)]
pub struct Flake {
    reference: FlakeRef,
    url: String,
    nix: Nix,
    sources: SourceMap,
    fingerprint: Option<String>,
}

/// Why the flake cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FlakeError {
    /// Nix refuses it.
    #[error("flake `{url}`: {diagnosis}")]
    Metadata {
        /// What the user named.
        url: String,
        /// The explained message.
        diagnosis: Diagnosis,
    },
    /// Nix did not run to an end of its own.
    #[error(transparent)]
    Call(NixCallError),
    /// Nix answered something else than expected.
    #[error(
        "`nix flake metadata` of `{url}` answered something netlib does not understand: {source}\nIs this Nix older than 2.24?"
    )]
    Answer {
        /// What the user named.
        url: String,
        /// What is wrong with the answer.
        source: serde_json::Error,
    },
    /// The locks cannot be kept.
    #[error("cannot write the flake's locks to {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

#[derive(Deserialize)]
struct Metadata {
    url: Option<String>,
    path: Option<String>,
    fingerprint: Option<String>,
    resolved: Option<Resolved>,
    locks: Value,
}

#[derive(Deserialize)]
struct Resolved {
    #[serde(rename = "type")]
    kind: String,
    url: Option<String>,
    path: Option<String>,
    dir: Option<String>,
}

impl Flake {
    /// Settles the inputs: asks Nix for the flake's locks and keeps them in the run directory, so that later calls do
    /// not look for newer ones. Writes nothing beside the flake.
    pub async fn load(
        reference: FlakeRef,
        nix: Nix,
        run_dir: &Path,
    ) -> Result<(Self, Messages), FlakeError> {
        let url = reference.url.clone();
        let sources = SourceMap::guess(&url);
        let call = nix.call(["flake", "metadata", "--json"], [&url]).await;
        let answer = call.map_err(|error| match error.explain(&sources) {
            Ok(diagnosis) => FlakeError::Metadata {
                url: url.clone(),
                diagnosis,
            },
            Err(error) => FlakeError::Call(error),
        })?;
        let metadata: Metadata =
            serde_json::from_slice(&answer.stdout).map_err(|source| FlakeError::Answer {
                url: url.clone(),
                source,
            })?;

        let locks = run_dir.join("flake.lock");
        tokio::fs::write(&locks, metadata.locks.to_string())
            .await
            .map_err(|source| FlakeError::Write {
                path: locks.clone(),
                source,
            })?;
        let root = metadata.resolved.as_ref().and_then(Resolved::local_root);
        let dir = metadata.resolved.and_then(|resolved| resolved.dir);
        let flake = Self {
            url: metadata.url.unwrap_or(url),
            nix: nix.pinned_to(locks),
            sources: SourceMap::known(metadata.path, root, dir),
            fingerprint: metadata.fingerprint,
            reference,
        };
        Ok((flake, answer.messages))
    }

    /// What the user asked for.
    #[must_use]
    pub fn reference(&self) -> &FlakeRef {
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

    /// The folder of `flake.nix`, when the flake is a local one.
    #[must_use]
    pub fn directory(&self) -> Option<PathBuf> {
        self.sources.directory()
    }

    /// Installable of an attribute of the chosen network, such as `toplevels.alpha`, of the settled flake.
    #[must_use]
    pub fn attribute(&self, path: &str) -> String {
        self.reference.attribute_of(&self.url, path)
    }

    /// Names of the networks that the flake has; none when it has none or does not evaluate.
    pub async fn networks(&self) -> Vec<String> {
        let all = format!("{}#.netlibConfigurations", self.url);
        let names = ["--apply", "builtins.attrNames"];
        let call = self
            .nix
            .call(["eval", "--json"], [all.as_str()].into_iter().chain(names))
            .await;
        call.ok()
            .and_then(|answer| serde_json::from_slice(&answer.stdout).ok())
            .unwrap_or_default()
    }

    /// The explanation of a failed call, or the call's own error when Nix said nothing.
    pub fn explain(&self, error: NixCallError, attribute: &str) -> Result<Diagnosis, NixCallError> {
        let command = self
            .nix
            .trace_command(&self.reference.attribute_of(&self.reference.url, attribute));
        error
            .explain(&self.sources)
            .map(|diagnosis| diagnosis.with_trace_command(command))
    }
}

impl NixCallError {
    /// What Nix said, explained; the error itself when there is nothing to explain.
    pub fn explain(self, sources: &SourceMap) -> Result<Diagnosis, Self> {
        match self {
            Self::Failed { messages, process } => match messages.error {
                Some(error) => Ok(explain(&error, sources)),
                None => Err(Self::Failed { messages, process }),
            },
            other => Err(other),
        }
    }
}

impl Resolved {
    fn local_root(&self) -> Option<PathBuf> {
        let path = match self.kind.as_str() {
            "path" => self.path.as_deref()?,
            "git" => self.url.as_deref()?.strip_prefix("file://")?,
            _ => return None,
        };
        Some(PathBuf::from(path))
    }
}
