//! The sorts of errors that are recognised, by Nix's own words, and what to do about some.

use netlib_core::evaluation::Kind;

const RECURSION: &str = "A value needs itself. Often `imports` or `nodes` depends on `config`: make the list of imports and nodes \
     independent of other options.";
pub(super) const FLAKE: &str = "Name a flake with --flake, or go to the folder of your flake.nix. To start a new one: nix flake init -t \
     netlib#wireguard-mesh";
const STALE: &str = "flake.lock records another content than is there now. To record what is there: nix flake update";
const LOCK: &str = "Mend flake.lock (after a merge: `git checkout --theirs flake.lock`), or make a new one: remove it and run `nix \
     flake lock`";
const INPUT: &str = "Check the address of the input in flake.nix, and that this machine can reach it.";
const OPTION: &str = "Correct the option's name, or import the module that declares it.";
const FILE: &str = "If the file is there: Nix sees only files that git knows. Run: git add ";
const COLMENA: &str =
    "help: `deployment` is one of colmena: how a node is reached is in nodes.<name>.target, with host, user and port";
const MODULE: &str = "help: is this a module of the network? It belongs in `imports` of the network, not of a node";
const HOME: &str = "help: Nix keeps what it fetched in a folder that this user cannot write: set HOME or XDG_CACHE_HOME to one that can be";
const OFFLINE: &str =
    "help: this machine does not reach it; a local copy is named by its path: --flake ./path/to/folder";
/// Of a name that is none; the list is that of modules/default.nix.
const MODULES: &str = "help: netlib.modules has backup, deploy-access, hello, hosts, monitoring, nix-cache, remote-builders, \
     reverse-proxy, secrets, ssh-access, wireguard-mesh, wireguard-vpn";
const NOT_A_NETWORK: &str = "help: this file is a function, such as a NixOS module, and not the value of netlib.lib.mkNetwork; a NixOS \
     module belongs in `nodes.<name>.nixos` of a network";
const FEATURE: &str = "Add it to nix.conf, here or where Nix's daemon runs: extra-experimental-features = ";

/// What the headline must contain to be of a sort, and what to do then; the first rule that fits decides.
const RULES: &[(&str, Kind, &str)] = &[
    ("needs the fact ", Kind::Clear, ""),
    (" failed assertion(s):", Kind::Assertion, ""),
    ("Failed assertions:", Kind::NodeAssertion, ""),
    ("mismatch in field 'narHash' of input", Kind::Clear, STALE),
    ("NAR hash mismatch in input", Kind::Clear, STALE),
    ("requires lock file changes", Kind::Clear, STALE),
    ("has unsupported version", Kind::Clear, LOCK),
    ("Could not parse ", Kind::Clear, LOCK),
    ("contains unlocked input", Kind::Clear, LOCK),
    // Of all JSON that Nix reads before it evaluates, only this is the user's; facts say more themselves.
    ("[json.exception.", Kind::Clear, LOCK),
    // netlib's own words about options say all there is to say.
    ("` does not exist, in `", Kind::Clear, ""),
    ("\nhelp: ", Kind::Clear, ""),
    (".nixos.deployment' does not exist", Kind::Option, COLMENA),
    (".nixos.nodes' does not exist", Kind::Option, MODULE),
    (".nixos.checks' does not exist", Kind::Option, MODULE),
    (".nixos.configure' does not exist", Kind::Option, MODULE),
    ("creating directory '", Kind::Clear, HOME),
    ("unable to download '", Kind::Clear, OFFLINE),
    ("' missing", Kind::Other, MODULES),
    ("called without required argument", Kind::Other, NOT_A_NETWORK),
    ("cannot evaluate a function that has an argument without a value", Kind::Other, NOT_A_NETWORK),
    ("syntax error", Kind::Syntax, ""),
    ("infinite recursion encountered", Kind::Other, RECURSION),
    // Some recursions are only seen by how deep they get.
    ("stack overflow", Kind::Other, RECURSION),
    ("does not provide attribute ", Kind::NoSuchOutput, ""),
    // The same for a plain file.
    ("in selection path '", Kind::NoSuchOutput, ""),
    ("experimental Nix feature", Kind::Clear, FEATURE),
    ("is not tracked by Git", Kind::Other, ""),
    ("is not of type `", Kind::Option, ""),
    ("is not of type '", Kind::Option, ""),
    ("has conflicting definition values", Kind::Option, ""),
    ("is defined multiple times while it's expected to be unique", Kind::Option, ""),
    ("was accessed but has no value defined", Kind::Option, ""),
    ("is used but not defined", Kind::Option, ""),
    ("The option `", Kind::Option, OPTION),
];

/// The same without words about an input of the flake.
const LATER: &[(&str, Kind, &str)] =
    &[("' does not exist", Kind::Other, FILE), ("No such file or directory", Kind::Other, FILE)];

/// The sort of a message, by its headline alone and all of it with the trace, and what to do about it.
pub(super) fn sort(headline: &str, text: &str) -> (Kind, Option<String>) {
    let by = |rules: &'static [(&str, Kind, &'static str)]| rules.iter().find(|rule| headline.contains(rule.0));
    let (kind, advice) = match by(RULES) {
        Some((_, kind, advice)) => (*kind, *advice),
        None if text.contains("while updating the flake input") => (Kind::Input, INPUT),
        None if text.contains("while fetching the input") => (Kind::Other, ""),
        None => by(LATER).map_or((Kind::Other, ""), |(_, kind, advice)| (*kind, *advice)),
    };
    let quoted = headline.split('\'').nth(1).unwrap_or_default();
    let advice = match advice {
        FILE | FEATURE => format!("{advice}{quoted}"),
        STALE => format!("{advice} {}", input(text).unwrap_or_default()),
        RECURSION => recursion(text),
        MODULES if !text.contains(&format!("netlib.modules.{quoted}")) => String::new(),
        _ => advice.to_owned(),
    };
    // netlib's own words come first, and then Nix's.
    let better = between(text, "(help: ", ")").map(str::to_owned).or_else(|| did_you_mean(text));
    let advice = better.unwrap_or(advice);
    let is_news = !advice.is_empty() && !headline.contains(&advice);
    (kind, is_news.then(|| advice.trim_end().to_owned()))
}

/// What needs itself, as far as the trace tells.
fn recursion(text: &str) -> String {
    let last = |before, after| Some(text.rsplit_once(before)?.1.split_once(after)?.0);
    match (last("noting that argument `", "`"), last("while evaluating the option `", "'")) {
        (Some(argument), _) => format!(
            "help: `{argument}` is not known yet while `imports` are read: give it to all modules with `specialArgs`"
        ),
        (None, Some(option)) => format!("{RECURSION} This was at the option `{option}`."),
        (None, None) => RECURSION.to_owned(),
    }
}

/// The input of the flake that an error is about.
pub(super) fn input(text: &str) -> Option<&str> {
    let (_, from) = text.rsplit_once("while updating the flake input '")?;
    from.split('\'').next()
}

/// The node whose file of facts was being read: the context that `lib/facts.nix` gives.
pub(super) fn facts_of(text: &str) -> Option<&str> {
    between(text, "while reading facts/", ".json")
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, from) = text.split_once(before)?;
    Some(from.lines().next()?.split_once(after)?.0)
}

fn did_you_mean(text: &str) -> Option<String> {
    let at = text.rfind("Did you mean ")?;
    text[at..].lines().next().map(str::to_owned)
}
