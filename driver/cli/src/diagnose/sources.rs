//! From the places in messages of Nix to the files that the user edits.
//!
//! Older versions name files of the flake's copy in the store. Newer ones name those of the working tree while it has
//! changes that are not committed, and otherwise files of a source, such as `«git+file:///net?rev=…»/flake.nix`.

use std::path::{Path, PathBuf};

const STORE: &str = "/nix/store/";

/// Which store path is a copy of which folder.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SourceMap {
    /// The copy of the flake, where Nix told it.
    pub store_path: Option<String>,
    /// What was copied: the folder of the flake, or the root of its git repository.
    pub root: Option<PathBuf>,
    /// Folder of the flake below the root.
    pub dir: Option<String>,
    /// What Nix calls the flake.
    pub url: Option<String>,
}

impl SourceMap {
    /// What the reference alone tells, for messages that come before there is metadata.
    pub fn guess(reference: &str) -> Self {
        let path = ["path:", "git+file://"].iter().find_map(|scheme| reference.strip_prefix(scheme));
        let path = path.unwrap_or(reference).split('?').next().unwrap_or_default();
        let folder = std::path::absolute(path).ok().and_then(|path| path.canonicalize().ok());
        let root = folder.and_then(|folder| {
            let holds = |name: &str| folder.ancestors().find(|at| at.join(name).exists());
            holds(".git").or_else(|| holds("flake.nix")).map(Path::to_owned)
        });
        let url = root.as_ref().map(|root| format!("git+file://{}", root.display()));
        Self { root, url, ..Self::default() }
    }

    /// The folder that holds `flake.nix`, when the flake is local.
    pub fn directory(&self) -> Option<PathBuf> {
        let root = self.root.as_ref()?;
        Some(self.dir.as_ref().map_or_else(|| root.clone(), |dir| root.join(dir)))
    }

    /// Whether a file (of a text that was mapped) is one of the user's own.
    pub fn is_own(&self, file: &str) -> bool {
        if let Some((source, _)) = file.strip_prefix('«').and_then(|of| of.split_once('»')) {
            return self.is_own_source(source);
        }
        match (&self.root, &self.store_path) {
            (Some(root), _) => Path::new(file).starts_with(root),
            // A flake from elsewhere: its copy is all there is.
            (None, Some(store_path)) => Path::new(file).starts_with(store_path),
            (None, None) => false,
        }
    }

    /// The text with working-tree paths instead of the copy's.
    pub fn map(&self, text: &str) -> String {
        let Some(root) = self.root.as_ref().map(|root| root.to_string_lossy()) else {
            return text.to_owned();
        };
        let mut parts = text.split('«');
        let mut mapped = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            match part.split_once('»') {
                Some((source, after)) if self.is_own_source(source) => mapped.extend([&root, after]),
                // Sources of inputs stay.
                _ => mapped.extend(["«", part]),
            }
        }
        match self.store_path.clone().or_else(|| self.copy_in(text)) {
            Some(copy) => mapped.replace(&copy, &root),
            None => mapped,
        }
    }

    fn is_own_source(&self, source: &str) -> bool {
        self.url.as_ref().is_some_and(|url| is_same(source, url))
    }

    /// Not told which copy is the flake's: the one of whose files a text names one that has the same content.
    fn copy_in(&self, text: &str) -> Option<String> {
        let root = self.root.as_ref()?;
        let paths = text.match_indices(STORE).filter_map(|(at, _)| {
            let path = text[at..].split(|c: char| !is_path_char(c) || c == ':').next()?;
            let end = STORE.len() + path[STORE.len()..].find('/')?;
            Some((&path[..end], path[end..].trim_start_matches('/')))
        });
        let mut copies = paths.filter(|(copy, within)| {
            let read = |file: PathBuf| std::fs::read(file).ok();
            let own = read(root.join(within));
            own.is_some() && own == read(Path::new(copy).join(within))
        });
        copies.next().map(|(copy, _)| copy.to_owned())
    }
}

/// Whether two URLs are of one source. Nix may leave out hashes, the folder below it, and a part of the revision.
fn is_same(shown: &str, url: &str) -> bool {
    let (place, query) = shown.split_once('?').unwrap_or((shown, ""));
    let (own_place, own_query) = url.split_once('?').unwrap_or((url, ""));
    let is_same_revision = match (revision(query), revision(own_query)) {
        (Some(shown), Some(own)) => own.starts_with(shown),
        _ => true,
    };
    is_same_revision && (place == own_place || is_shortened(place, own_place))
}

/// Whether a place ends with a commit of which Nix shows only the beginning.
fn is_shortened(place: &str, whole: &str) -> bool {
    let commit = place.rsplit('/').next().unwrap_or_default();
    let is_commit = commit.len() >= 7 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_commit && whole.starts_with(place)
}

fn revision(query: &str) -> Option<&str> {
    query.split('&').find_map(|pair| pair.strip_prefix("rev="))
}

fn is_path_char(c: char) -> bool {
    c.is_alphanumeric() || "/.-_+:@=,~".contains(c)
}

#[cfg(test)]
impl SourceMap {
    /// What `nix flake metadata` told.
    pub(crate) fn known(store_path: Option<String>, root: Option<PathBuf>, dir: Option<String>) -> Self {
        Self { store_path, root, dir, url: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COPY: &str = "/nix/store/2lx7zq4s44gi6jhc4a0mbpvndlg555q1-source";

    #[test]
    fn maps_only_the_copy_of_the_flake() {
        let map = SourceMap::known(Some(COPY.into()), Some("/home/me/net".into()), Some("infra".into()));
        let text = format!(
            "at {COPY}/infra/flake.nix:3:51:\n in `{COPY}/a.nix' and /nix/store/abc-source/lib/x.nix:1:1 of {COPY}"
        );
        assert_eq!(
            map.map(&text),
            "at /home/me/net/infra/flake.nix:3:51:\n in `/home/me/net/a.nix' and /nix/store/abc-source/lib/x.nix:1:1 of /home/me/net"
        );
        assert_eq!(map.directory(), Some("/home/me/net/infra".into()));
    }

    #[test]
    fn own_files_are_those_of_the_root() {
        let local = SourceMap::known(Some(COPY.into()), Some("/home/me/net".into()), None);
        assert!(local.is_own("/home/me/net/a.nix"));
        assert!(!local.is_own("/home/me/network/a.nix"));
        let remote = SourceMap::known(Some(COPY.into()), None, None);
        assert!(remote.is_own(&format!("{COPY}/a.nix")));
        assert_eq!(remote.map(COPY), COPY);
    }

    #[test]
    fn sources_of_newer_versions_are_mapped_too() {
        let own = "git+file:///home/me/net?ref=refs/heads/main&rev=3e33d66f9d440c0e";
        let local = SourceMap {
            url: Some(format!("{own}&dir=infra")),
            ..SourceMap::known(Some(COPY.into()), Some("/home/me/net".into()), None)
        };
        let text = format!("at «{own}»/infra/a.nix:2:34: and «git+file:///npgit?rev=50063b75»/lib/x.nix:1:1: «odd");
        assert_eq!(
            local.map(&text),
            "at /home/me/net/infra/a.nix:2:34: and «git+file:///npgit?rev=50063b75»/lib/x.nix:1:1: «odd"
        );
        let other = "at «git+file:///home/me/net?rev=0000d66f9d440c0e»/a.nix:1:1:";
        assert_eq!(local.map(other), other, "another revision of the same");

        let url = "github:someone/net/3e33d66f9d440c0e?narHash=sha256-x";
        let remote = SourceMap { url: Some(url.into()), ..SourceMap::known(Some(COPY.into()), None, None) };
        for shown in [url, "github:someone/net/3e33d66"] {
            assert!(remote.is_own(&format!("«{shown}»/a.nix")), "{shown}");
        }
        assert!(!remote.is_own("«github:someone/other/3e33d66»/a.nix"));
        assert!(!remote.is_own("«nix-internal»/derivation-internal.nix"));
    }

    #[test]
    fn the_reference_tells_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("a/b")).unwrap();
        std::fs::write(root.join("a/flake.nix"), "{}").unwrap();
        let below = root.join("a/b");
        for form in [format!("path:{}", below.display()), format!("{}?dir=x", below.display())] {
            assert_eq!(SourceMap::guess(&form).directory(), Some(root.join("a")), "{form}");
        }
        assert_eq!(SourceMap::guess("github:someone/net"), SourceMap::default());
    }
}
