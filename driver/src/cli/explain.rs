//! `netlib explain`: which module, from which file, put a value on a node.

use clap::Args;

use super::common::{FlakeArgs, answer, print};
use super::interrupt::Interrupts;
use super::{Error, Exit};
use crate::evaluate::{QuestionError, nix_list, nix_string};
use crate::report::explain::{Explanation, explanation};

/// Show which modules, in which files, gave an option of a node's NixOS configuration its value.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  netlib explain alpha networking.firewall.allowedTCPPorts\n  netlib explain alpha 'environment.etc.\"a.conf\".text'\n  netlib explain alpha networking    the options below"
)]
pub struct ExplainArgs {
    /// The node
    node: String,
    /// The option, or a set of options; names with dots in quotes
    option: String,
    /// The answer as a JSON document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flake: FlakeArgs,
}

/// Prints where the value comes from.
pub async fn run(args: ExplainArgs, interrupts: &Interrupts) -> Result<Exit, Error> {
    let path = option_path(&args.option)?;
    let question = format!("ask {} {}", nix_string(&args.node), nix_list(&path));
    let ask = |function| answer(&args.flake, interrupts, "ask.explain", Some(function));
    let (found, flake): (Explanation, _) = match ask(format!("ask: {question}")).await {
        // What is overridden is evaluated by nobody else, so its failure is no reason to say nothing.
        Err(error) if error.is::<QuestionError>() => {
            let answer = ask(format!("ask: removeAttrs ({question}) [ \"overridden\" ]")).await;
            let answer = answer.map_err(|_| error)?;
            eprintln!("not shown: overridden definitions, because evaluating one of them fails");
            answer
        }
        other => other?,
    };
    // Fails when there is nothing to explain, whatever the format.
    let mut text = explanation(&found)?;
    if args.json {
        text = serde_json::to_string_pretty(&found)? + "\n";
    }
    print(&flake.sources().map(&text))?;
    Ok(Exit::Good)
}

/// `a."b.c".d` as its three names.
fn option_path(text: &str) -> Result<Vec<String>, Error> {
    let mut names = vec![String::new()];
    let mut is_quoted = false;
    for character in text.chars() {
        match (character, names.last_mut()) {
            ('"', _) => is_quoted = !is_quoted,
            ('.', _) if !is_quoted => names.push(String::new()),
            (other, Some(name)) => name.push(other),
            (_, None) => {}
        }
    }
    if is_quoted || names.iter().any(String::is_empty) {
        return Err(format!(
            "`{text}` is no option: write names separated by dots, such as networking.hostName, and those with dots in quotes"
        )
        .into());
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_may_be_quoted() {
        assert_eq!(option_path(r#"a."b.c".d"#).unwrap(), ["a", "b.c", "d"]);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in ["", ".", "a.", "a..b", "\"a", ".a"] {
            assert!(option_path(text).is_err(), "{text}");
        }
    }
}
