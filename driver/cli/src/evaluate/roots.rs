//! Keeps store paths from the garbage collector while a run lasts.

use std::convert::Infallible;
use std::future::pending;
use std::path::Path;
use std::time::Duration;

use super::Evaluation;
use crate::flake::Flake;
use netlib_core::nix::{Nix, NixCallError};
use netlib_core::text::unchanged;

/// Rooting takes Nix 0.2 s, more than a small evaluation: one that ends sooner is over before a garbage collection that begins with it has
/// found out what is alive.
const SOON: Duration = Duration::from_secs(1);

/// Links in the folder of the run that root these paths, which must be there. Builds nothing.
pub(super) async fn protect(nix: &Nix, link: &Path, paths: &[&str]) -> Result<(), NixCallError> {
    let link = link.to_string_lossy();
    // Without `^*` a derivation is its own result. Several paths get several links, with numbers.
    let words = ["--out-link", link.as_ref()];
    let words = words.into_iter().chain(paths.iter().copied());
    nix.call(["build"], words).await.map(|_| ())
}

impl Evaluation {
    /// Roots what an evaluation reads that lasts, as far as it is there by now: one that is not was not needed yet.
    pub(super) async fn protect_sources(&self) -> Infallible {
        tokio::time::sleep(SOON).await;
        let copies = self.copies.get_or_init(|| copies(&self.flake)).await;
        let there: Vec<&str> = copies.iter().map(String::as_str).filter(|path| Path::new(path).exists()).collect();
        let link = self.run_dir.join(format!("sources-{}", there.len()));
        if !there.is_empty() && !link.is_symlink() {
            let kept = protect(&self.flake.nix, &link, &there).await;
            kept.unwrap_or_else(|error| tracing::debug!("the flake's sources are not protected: {error}"));
        }
        pending().await
    }
}

/// Where Nix copies the flake and its inputs to, whether or not they are there already. Fetches nothing.
async fn copies(flake: &Flake) -> Vec<String> {
    if flake.reference.is_file {
        return Vec::new();
    }
    let call = flake.nix.call(["flake", "archive", "--dry-run", "--json"], [&flake.root]).await;
    let call = call.inspect_err(|error| tracing::debug!("the flake's sources are not known: {error}"));
    call.map(|answer| store_paths(&unchanged(&answer.stdout))).unwrap_or_default()
}

/// All texts of that kind in a JSON document.
fn store_paths(document: &str) -> Vec<String> {
    document.split('"').filter(|text| text.starts_with("/nix/store/")).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_of_inputs_are_sources_too() {
        let of_a = r#"{"path":"/nix/store/1-a","inputs":{"b":{"path":"/nix/store/2-b"},"c":{}}}"#;
        let source = format!(r#"{{"path":"/nix/store/3-self","inputs":{{"a":{of_a}}}}}"#);
        assert_eq!(store_paths(&source), ["/nix/store/3-self", "/nix/store/1-a", "/nix/store/2-b"]);
    }
}
