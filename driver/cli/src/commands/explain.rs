//! `netlib explain`: which module, from which file, put a value on a node.

use clap::Args;

use serde::Deserialize;
use serde_json::{Value, json};

use super::args::FlakeArgs;
use super::session::Session;
use super::{Error, Output};
use crate::evaluate::ask;

/// Show which modules and files set an option of a node's NixOS configuration.
#[derive(Args, Debug)]
#[command(after_help = include_str!("help/explain.txt"))]
pub struct ExplainArgs {
    /// The node
    node: String,
    /// Option, or a set of options; quote names that contain dots
    option: String,
    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flake: FlakeArgs,
}

/// The library's answer.
#[derive(Deserialize)]
struct Answer {
    problems: Vec<String>,
    found: Value,
    text: Option<String>,
}

/// Prints where the value comes from.
pub async fn run(args: ExplainArgs, session: &Session) -> Result<Output, Error> {
    let (flake, _run_dir) = session.load(&args.flake).await?;
    let ask = async |question: Value| ask::<Answer>(&flake, "explainFor", Some(&question)).await;
    let answer = match ask(json!({ "node": args.node, "option": args.option })).await {
        Ok(answer) => answer,
        // What is overridden is evaluated by nobody else, so its failure is no reason to say nothing.
        Err(error) => {
            let again = ask(json!({ "node": args.node, "option": args.option, "overridden": false })).await;
            again.map_err(|_| error)?
        }
    };
    if !answer.problems.is_empty() {
        return Err(answer.problems.join("\n").into());
    }
    let text = match answer.text {
        Some(text) if !args.json => text,
        _ => format!("{:#}\n", answer.found),
    };
    Ok(Output::new(flake.sources.map(&text), true))
}
