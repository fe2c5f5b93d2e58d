//! Keeps store paths from the garbage collector while a run lasts.

use std::path::Path;

use super::{Nix, NixCallError};

/// Links in the folder of the run that root these paths, which must be there. Builds nothing.
pub(super) async fn protect(nix: &Nix, link: &Path, paths: &[&str]) -> Result<(), NixCallError> {
    let link = link.to_string_lossy();
    // Without `^*` a derivation is its own result. Several paths get several links, with numbers.
    let words = ["--out-link", link.as_ref()];
    let words = words.into_iter().chain(paths.iter().copied());
    nix.call(["build"], words).await.map(|_| ())
}
