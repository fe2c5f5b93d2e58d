//! What the bed needs of the machine's package manager: its prerequisites, and which mirror it uses.

use std::path::{Path, PathBuf};

use crate::download::retried;
use crate::error::{Error, Result};
use crate::notice;
use crate::tool::Tool;

/// Tools the bed runs, and the Debian package that brings each.
const PREREQUISITES: [(&str, &str); 5] = [
    ("mmdebstrap", "mmdebstrap"),
    ("ip", "iproute2"),
    ("unshare", "util-linux"),
    ("nsenter", "util-linux"),
    ("setsid", "util-linux"),
];

/// An option of apt: how often it asks for a file again that did not come.
pub(crate) const RETRIES: &str = "Acquire::Retries=5";

/// Installs with apt the tools that are missing; does nothing where all are there.
pub(crate) fn install_prerequisites() -> Result<()> {
    install(&PREREQUISITES, "")
}

/// Installs with apt those of these tools that are missing, and one package that brings no tool.
pub(crate) fn install(tools: &[(&str, &str)], other: &str) -> Result<()> {
    let missing = tools.iter().filter(|(tool, _)| !on_path(tool)).map(|(_, package)| *package);
    let mut packages: Vec<&str> = missing.chain(Some(other).filter(|other| !other.is_empty())).collect();
    if packages.is_empty() {
        return Ok(());
    }
    // The newest keyring: an older one does not know the keys of the newest suite.
    packages.push("debian-archive-keyring");
    packages.dedup();
    notice(&format!("installing with apt: {}", packages.join(" ")));
    let mut args = vec!["install", "--yes", "--no-install-recommends"];
    args.extend(packages);
    retried(|| {
        apt_get("update the package lists", &["update"])?;
        apt_get("install the bed's prerequisites", &args)
    })
}

fn apt_get(doing: &str, args: &[&str]) -> Result<()> {
    Tool::new(doing, "apt-get")
        .args(["-q", "-o", "DPkg::Lock::Timeout=300"])
        .args(["-o", RETRIES])
        .args(args)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .run()
        .map(|_| ())
}

/// Whether a tool is on the path, which for root includes the administrator's directories.
fn on_path(tool: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .any(|directory| directory.join(tool).is_file())
}

/// The Debian mirror in the machine's own apt sources.
pub(crate) fn mirror() -> Result<String> {
    let codename = codename(&read(Path::new("/etc/os-release"))?);
    let mut classic = String::new();
    let mut deb822 = String::new();
    for file in source_files() {
        let text = read(&file)?;
        let target = match file.extension().and_then(|e| e.to_str()) {
            Some("sources") => &mut deb822,
            _ => &mut classic,
        };
        target.push_str(&text);
        // A stanza ends with its file.
        target.push_str("\n\n");
    }
    let mut entries = parse_deb822(&deb822);
    entries.extend(parse_classic(&classic));
    pick(&entries, codename.as_deref()).ok_or_else(|| {
        Error::Usage(
            "no Debian mirror found in /etc/apt/sources.list or /etc/apt/sources.list.d; \
             the bed builds its hosts from the mirror this machine itself uses, so add one there"
                .into(),
        )
    })
}

fn source_files() -> Vec<PathBuf> {
    let mut files = vec![PathBuf::from("/etc/apt/sources.list")];
    if let Ok(directory) = std::fs::read_dir("/etc/apt/sources.list.d") {
        files.extend(directory.flatten().map(|entry| entry.path()));
    }
    files.retain(|file| {
        let extension = file.extension().and_then(|e| e.to_str());
        file.is_file() && matches!(extension, Some("list" | "sources"))
    });
    files.sort();
    files
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(Error::io("read", path))
}

fn codename(os_release: &str) -> Option<String> {
    os_release
        .lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="))
        .map(|name| name.trim_matches('"').to_owned())
}

/// One archive, one suite.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    uri: String,
    suite: String,
}

fn parse_deb822(text: &str) -> Vec<Entry> {
    let uncommented: Vec<&str> = text.lines().filter(|l| !l.starts_with('#')).collect();
    let mut entries = Vec::new();
    for stanza in uncommented.split(|line| line.trim().is_empty()) {
        let words = |field: &str| -> Vec<&str> {
            let mut inside = false;
            let mut words = Vec::new();
            for line in stanza {
                if !line.starts_with([' ', '\t']) {
                    let (name, value) = line.split_once(':').unwrap_or((line, ""));
                    inside = name.eq_ignore_ascii_case(field);
                    if inside {
                        words.extend(value.split_whitespace());
                    }
                } else if inside {
                    words.extend(line.split_whitespace());
                }
            }
            words
        };
        if words("Enabled").first() == Some(&"no") || !words("Types").contains(&"deb") {
            continue;
        }
        for uri in words("URIs") {
            entries.extend(
                words("Suites").into_iter().map(|suite| Entry { uri: uri.to_owned(), suite: suite.to_owned() }),
            );
        }
    }
    entries
}

fn parse_classic(text: &str) -> Vec<Entry> {
    text.lines()
        .filter_map(|line| {
            let rest = line.trim().strip_prefix("deb")?;
            let rest = rest.strip_prefix([' ', '\t'])?.trim_start();
            // Options in brackets may hold spaces.
            let rest = match rest.strip_prefix('[') {
                Some(options) => options.split_once(']')?.1,
                None => rest,
            };
            let mut words = rest.split_whitespace();
            Some(Entry { uri: words.next()?.to_owned(), suite: words.next()?.to_owned() })
        })
        .collect()
}

/// The archive of the release itself; archives of other vendors do not have its suite.
fn pick(entries: &[Entry], codename: Option<&str>) -> Option<String> {
    let release = |entry: &&Entry| {
        Some(entry.suite.as_str()) == codename || matches!(entry.suite.as_str(), "stable" | "testing" | "sid")
    };
    let is_debian = |entry: &&Entry| entry.uri.trim_end_matches('/').ends_with("/debian");
    let matching: Vec<&Entry> = entries.iter().filter(release).collect();
    matching.iter().find(|entry| is_debian(entry)).or(matching.first()).map(|entry| entry.uri.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deb822_with_comments_several_stanzas_and_a_disabled_one() {
        let text = "Types: deb\n# a comment\nURIs: http://mirror.example/debian\nSuites: bookworm\n bookworm-updates\n\
                    Components: main\n\nTypes: deb\nEnabled: no\nURIs: http://off.example/debian\nSuites: bookworm\n\n\
                    Types: deb-src\nURIs: http://src.example/debian\nSuites: bookworm\n";
        let entries = parse_deb822(text);
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[1].suite, "bookworm-updates");
        assert_eq!(pick(&entries, Some("bookworm")).as_deref(), Some("http://mirror.example/debian"));
    }

    #[test]
    fn classic_lines_with_options_and_other_vendors() {
        let text = "# deb http://no.example/debian trixie main\n\
                    deb-src http://src.example/debian trixie main\n\
                    deb [arch=amd64 signed-by=/x.gpg] https://vendor.example/apt trixie stable\n\
                    deb\thttps://mirror.example/debian/ trixie main\n\
                    deb https://security.example/debian-security trixie-security main\n";
        let entries = parse_classic(text);
        assert_eq!(entries.len(), 3);
        assert_eq!(pick(&entries, Some("trixie")).as_deref(), Some("https://mirror.example/debian/"));
    }

    #[test]
    fn security_archives_and_foreign_suites_are_never_picked() {
        let entries = parse_classic(
            "deb http://a.example/debian-security trixie-security main\ndeb http://b.example nodistro main\n",
        );
        assert_eq!(pick(&entries, Some("trixie")), None);
    }

    #[test]
    fn codename_with_and_without_quotes() {
        assert_eq!(codename("ID=debian\nVERSION_CODENAME=trixie\n").as_deref(), Some("trixie"));
        assert_eq!(codename("VERSION_CODENAME=\"forky\"").as_deref(), Some("forky"));
        assert_eq!(codename("ID=debian"), None);
    }
}
