//! Why a flake or file cannot be used.

use std::path::PathBuf;

use crate::diagnose::Diagnosis;
use crate::nix::NixCallError;

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
    #[error("`nix flake metadata` of `{url}` answered something netlib does not understand: {source}")]
    Answer {
        /// What the user named.
        url: String,
        /// What is wrong with the answer.
        source: serde_json::Error,
    },
    /// The file is not there.
    #[error("cannot read the file {}: {source}\n  what to do: name the file that describes the network, such as --file ./network.nix", path.display())]
    NoFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
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
