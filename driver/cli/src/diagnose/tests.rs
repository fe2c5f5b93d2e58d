//! What people read for errors that real Nix versions wrote: see `tests/fixtures/nix-errors`.

use std::path::Path;

use insta::assert_snapshot;

use super::*;
use netlib_core::nix::Messages;

/// Where the recorded networks lay.
const ROOT: &str = "/tmp/netlib-network";

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/nix-errors")
}

fn recorded(file: &Path) -> Diagnosis {
    let log = std::fs::read_to_string(file).unwrap();
    let mut messages = Messages::default();
    log.lines().for_each(|line| messages.read(line));
    let error = messages.error.unwrap_or_else(|| panic!("{} holds no error", file.display()));
    // The copy's name differs between recordings; the trace tells it.
    let copy = error.text.split_once("/nix/store/").map(|(_, rest)| {
        let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        format!("/nix/store/{name}")
    });
    let sources = SourceMap::known(copy, Some(ROOT.into()), None);
    let is_of_metadata = file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("no-such-"));
    with_trace(if is_of_metadata { explain_flake(&error, &sources) } else { explain(&error, &sources) })
}

fn with_trace(diagnosis: Diagnosis) -> Diagnosis {
    let file = " /home/me/.local/state/netlib/traces/default-plan.log (or run again with --show-trace)";
    Diagnosis { trace: diagnosis.kind.has_trace().then(|| file.to_owned()), ..diagnosis }
}

#[test]
fn every_recorded_error_is_explained() {
    let mut count = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some(case) = name.strip_suffix(".log") else {
            continue;
        };
        let diagnosis = recorded(&path);
        let shown = format!("[{:?}]\n{diagnosis}\n", diagnosis.kind);
        assert!(!shown.contains("/nix/store/"), "{case} names the copy instead of the user's file:\n{shown}");
        assert_snapshot!(case, shown);
        count += 1;
    }
    assert!(count >= 24, "only {count} recordings found");
}

/// Newer versions of Nix name files of the working tree.
#[test]
fn newer_wordings_are_recognised() {
    let error = |headline: &str, text: &str| NixError {
        headline: headline.to_owned(),
        text: text.to_owned(),
        other: Vec::new(),
    };
    let sources = SourceMap::known(None, Some("/net".into()), None);
    let untracked = "Path 'beta.nix' in the repository \"/net\" is not tracked by Git.\n\nTo make it visible to Nix, run:\n\ngit -C \"/net\" add \"beta.nix\"";
    assert_snapshot!(explain(&error(untracked, untracked), &sources), @r#"
    Path 'beta.nix' in the repository "/net" is not tracked by Git.

    To make it visible to Nix, run:

    git -C "/net" add "beta.nix"
      help: a flake has only the files that git knows; the command above makes it one
    "#);
    let deep = "stack overflow; max-call-depth exceeded";
    assert!(explain(&error(deep, deep), &sources).to_string().contains("A value needs itself."));
    let outside =
        "path '/mono' is not part of a flake (neither it nor its parent directories contain a 'flake.nix' file)";
    assert!(explain_flake(&error(outside, outside), &sources).to_string().contains("Name a flake with --flake"));
    let trace = "error:\n       … while evaluating\n         at /net/flake.nix:3:5:\n       error: attribute 'x' missing\n       at /nix/store/abc-source/lib/a.nix:1:2:";
    assert_snapshot!(explain(&error("attribute 'x' missing", trace), &sources), @"/net/flake.nix:3:5: attribute 'x' missing");
}

/// Mistakes of those who know another tool.
#[test]
fn first_mistakes_have_their_advice() {
    let advice = |headline: &str, text: &str| {
        let error = NixError { headline: headline.to_owned(), text: text.to_owned(), other: Vec::new() };
        explain(&error, &SourceMap::default()).advice.unwrap_or_default()
    };
    for (headline, text, expected) in [
        ("The option `nodes.web1.nixos.deployment' does not exist.", "", "nodes.<name>.target"),
        ("The option `nodes.web1.nixos.checks' does not exist.", "", "a module of the network"),
        ("creating directory '/proc/1/.cache/nix': No such file or directory", "", "set HOME"),
        ("unable to download 'https://api.github.com/x': Could not resolve host", "", "does not reach it"),
        (
            "function 'anonymous lambda' called without required argument 'node'",
            "",
            "not the value of netlib.lib.mkNetwork",
        ),
        (
            "attribute 'wireguard' missing",
            "8|  imports = [ netlib.modules.wireguard ];",
            "wireguard-mesh, wireguard-vpn",
        ),
        ("infinite recursion encountered", "noting that argument `x` is not externally provided", "`specialArgs`"),
        ("infinite recursion encountered", "while evaluating the option `nodes':", "at the option `nodes`"),
    ] {
        let advice = advice(headline, text);
        assert!(advice.contains(expected), "{headline}: {advice}");
    }
    // Where Nix names no file of the user's, there is something to do all the same; where it does, the place says it.
    assert_eq!(advice("attribute 'x' missing", "1| a.x"), "");
    let elsewhere = "error:\n       … while evaluating an expression\n         at /nix/store/abc-source/lib/a.nix:1:2:";
    assert!(advice("attribute 'x' missing", elsewhere).starts_with("help: Nix names none of your files"));
    assert_eq!(advice("netlib: the networks `one` and `two` have the same network.id", elsewhere), "");
    let folder = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../modules/default.nix")).unwrap();
    let modules = folder.lines().filter_map(|line| Some(line.trim().split_once(" = ./")?.0));
    let listed = advice("attribute 'x' missing", "netlib.modules.x");
    assert!(modules.into_iter().all(|name| listed.contains(name)), "{listed}");
}

#[test]
fn a_file_is_found_also_where_an_option_led_to_it() {
    let text = "The option `a' does not exist. Definition values:\n- In `/net/flake.nix, via option defaults': true";
    let error = NixError { headline: text.to_owned(), text: text.to_owned(), other: Vec::new() };
    let sources = SourceMap::known(None, Some("/net".into()), None);
    assert_eq!(explain(&error, &sources).at.as_deref(), Some("/net/flake.nix"));
}

#[test]
fn of_a_long_unknown_text_the_end_is_shown() {
    let text: Vec<String> = (0..100).map(|line| format!("line {line}")).collect();
    let error = NixError { headline: text.join("\n"), text: String::new(), other: Vec::new() };
    let shown = explain(&error, &SourceMap::default()).to_string();
    assert!(shown.starts_with("…\nline 80\n") && shown.ends_with("line 99"), "{shown}");
}
