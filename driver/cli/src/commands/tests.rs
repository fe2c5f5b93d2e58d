//! Tests of the command line's grammar and help texts.

use clap::CommandFactory;
use insta::assert_snapshot;

use super::*;

fn help_of(path: &[&str]) -> String {
    let mut command = Cli::command().term_width(100);
    command.build();
    let mut at = &mut command;
    for name in path {
        at = at.find_subcommand_mut(name).unwrap();
    }
    at.render_long_help().to_string()
}

#[test]
fn clap_finds_no_contradiction() {
    Cli::command().debug_assert();
}

#[test]
fn help_texts() {
    assert_snapshot!("help", help_of(&[]));
    for command in Cli::command().get_subcommands() {
        let name = command.get_name();
        let below: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        for path in below.iter().map(|below| vec![name, below]).chain(below.is_empty().then(|| vec![name])) {
            assert_snapshot!(format!("help-{}", path.join("-")), help_of(&path));
        }
    }
}

#[test]
fn wrong_usage_is_exit_status_two() {
    for words in [
        &["netlib"][..],
        &["netlib", "deploi"],
        &["netlib", "plan", "--json", "--dot"],
        &["netlib", "plan", "--flake", ".#a.b"],
        &["netlib", "plan", "--override-input", "one"],
        &["netlib", "deploy", "--max-parallel", "0"],
        &["netlib", "deploy", "--max-parallel", "many"],
        &["netlib", "deploy", "--max-parallel-copy", "0"],
        &["netlib", "deploy", "--goal", "dry-run"],
        &["netlib", "deploy", "--goal", "boot", "--dry-run"],
        &["netlib", "rollback"],
        &["netlib", "rollback", "alpha", "--to", "0"],
        &["netlib", "exec"],
        &["netlib", "exec", "--on", "alpha", "true"],
        &["netlib", "exec", "--timeout", "0", "--", "true"],
    ] {
        let error = Cli::try_parse_from(words).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{words:?}");
    }
}

#[test]
fn words_of_the_command_are_never_options_of_netlib() {
    let words = ["netlib", "exec", "--on", "a", "--", "ls", "--on", "-v"];
    let Command::Exec(exec) = Cli::try_parse_from(words).unwrap().command else {
        panic!("another subcommand");
    };
    let text = format!("{exec:?}");
    assert!(text.contains(r#"command: ["ls", "--on", "-v"]"#), "{text}");
    assert!(text.contains(r#"on: ["a"]"#), "{text}");
}

#[test]
fn names_that_are_not_utf8_are_refused() {
    use std::os::unix::ffi::OsStringExt;
    let name = std::ffi::OsString::from_vec(vec![0xff, 0xfe]);
    let words = [std::ffi::OsString::from("netlib"), "plan".into(), "--on".into(), name];
    let error = Cli::try_parse_from(words).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("invalid UTF-8"), "{error}");
}

#[test]
fn overrides_and_selections_repeat() {
    let words = [
        "netlib",
        "plan",
        "--override-input",
        "a",
        "path:/a",
        "--on",
        "x",
        "--override-input",
        "b",
        "/b",
        "--on",
        "@y",
    ];
    let Command::Plan(plan) = Cli::try_parse_from(words).unwrap().command else {
        panic!("another subcommand");
    };
    let text = format!("{plan:?}");
    assert!(text.contains(r#"override_input: ["a", "path:/a", "b", "/b"]"#), "{text}");
    assert!(text.contains(r#"on: ["x", "@y"]"#), "{text}");
}
