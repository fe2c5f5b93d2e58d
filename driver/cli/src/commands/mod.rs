//! The command line: what people type and see. One file a subcommand; everything else is the library's.

mod approve;
mod args;
mod check;
mod deploy;
mod diff;
mod exec;
mod explain;
mod facts;
mod interrupt;
mod plan;
mod rollback;
mod run;
mod saved;
mod session;
mod status;
mod sudo;
mod topology;

use std::io::Write;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{ArgAction, Parser, Subcommand};
use serde_json::Value;
use tracing_subscriber::EnvFilter;

use crate::Error;
use crate::report::document::shown;
use crate::report::summary::Summary;
use interrupt::Interrupts;
use session::Session;

/// Deploy a network of NixOS machines in dependency order.
#[derive(Debug, Parser)]
#[command(
    name = "netlib",
    version,
    after_help = include_str!("help/netlib.txt")
)]
pub struct Cli {
    /// Increase verbosity: -v debug messages, -vv everything (NETLIB_LOG=FILTER selects by module)
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Deploy(deploy::DeployArgs),
    /// Evaluate and build the systems of the selected nodes, and reach no host: the check for CI.
    ///
    /// The same as `deploy --goal build`. `netlib plan` tells nothing of this: it evaluates no system.
    Build(deploy::DeployArgs),
    Run(run::RunArgs),
    Plan(plan::PlanArgs),
    Status(status::StatusArgs),
    /// Show which packages a deploy would change on each node.
    ///
    /// Builds the planned systems here and compares them with the list of paths of the running system; fetches and changes nothing
    /// on any host.
    #[command(after_help = include_str!("help/diff.txt"))]
    Diff(args::HostArgs),
    Rollback(rollback::RollbackArgs),
    Exec(exec::ExecArgs),
    #[command(subcommand)]
    Facts(facts::FactsCommand),
    Check(check::CheckArgs),
    Approve(approve::ApproveArgs),
    Topology(topology::TopologyArgs),
    Explain(explain::ExplainArgs),
}

/// Exit status where some node failed.
const NODE_FAILED: u8 = 1;
/// After bad usage, or a network that does not evaluate; clap uses the same for its own errors.
const BAD_INPUT: u8 = 2;
/// Where nothing failed, and a rollout waits for approval.
const PAUSED: u8 = 3;

/// What a command has to say at its end.
#[derive(Default)]
struct Output {
    exit: u8,
    /// The result.
    stdout: String,
    /// What concerns only people.
    stderr: String,
    /// What became of each node, for readers of the events.
    summary: Option<Summary>,
}

impl Output {
    fn new(stdout: String, is_good: bool) -> Self {
        Self { exit: if is_good { 0 } else { NODE_FAILED }, stdout, ..Self::default() }
    }

    /// A document as it is, or what a template makes of it.
    fn document(document: &Value, template: Option<&str>, is_good: bool) -> Self {
        let text = template.map_or_else(|| format!("{document:#}\n"), |template| shown(document, template));
        Self::new(text, is_good)
    }

    /// What became of each node, behind other text; nothing where events are all that is wanted.
    fn summary(text: &str, summary: Summary, is_json: bool) -> Self {
        let stdout = if is_json { String::new() } else { format!("{text}{summary}") };
        let ended = Self::new(stdout, summary.is_success());
        let exit = if summary.is_paused() { PAUSED } else { ended.exit };
        Self { exit, summary: Some(summary), ..ended }
    }

    /// Somebody who stopped reading (`| head`) is no error.
    fn print(self) -> Result<u8, Error> {
        let _ = write!(std::io::stderr(), "{}", self.stderr);
        match write!(std::io::stdout().lock(), "{}", self.stdout) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(format!("cannot write to stdout: {error}").into())
            }
            _ => Ok(self.exit),
        }
    }
}

/// Runs the command line and returns the process's exit status.
pub async fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| advised(error).exit());
    log_to_stderr(cli.verbose);
    let interrupts = Interrupts::listen();
    let session = Session::begin(&interrupts);
    let left = session.left.clone();
    let result = tokio::select! {
        result = carry_out(cli.command, session) => result,
        () = interrupts.second.cancelled() => {
            // The terminal may be gone.
            let _ = writeln!(std::io::stderr(), "\n{}", left.farewell());
            return ExitCode::from(interrupt::STATUS);
        }
    };
    let exit = match result.and_then(Output::print) {
        _ if interrupts.first.is_cancelled() => interrupt::STATUS,
        Ok(exit) => exit,
        Err(error) => {
            let label = console::style("error:").for_stderr().red().bold();
            let _ = writeln!(std::io::stderr(), "{label} {error}");
            BAD_INPUT
        }
    };
    ExitCode::from(exit)
}

/// An error of usage with advice that does no harm: whoever mistypes an option is never told to take over hosts.
fn advised(mut error: clap::Error) -> clap::Error {
    if error.remove(ContextKind::SuggestedArg).is_some() {
        // It names the option as well.
        error.remove(ContextKind::Usage);
    }
    let mut words = std::env::args().skip(1);
    if words.next().as_deref() == Some("exec") && words.all(|word| word != "--") && error.exit_code() == 2 {
        let tip = "put `--` before the command, such as netlib exec --on web1 -- systemctl --failed";
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.to_owned().into()]));
    }
    error
}

async fn carry_out(command: Command, session: Session) -> Result<Output, Error> {
    let result = match command {
        Command::Deploy(args) => deploy::run(args, &session).await,
        Command::Build(args) => deploy::build(args, &session).await,
        Command::Run(args) => run::run(args, &session).await,
        Command::Plan(args) => plan::run(args, &session).await,
        Command::Status(args) => status::run(args, &session).await,
        Command::Diff(args) => diff::run(args, &session).await,
        Command::Rollback(args) => rollback::run(args, &session).await,
        Command::Exec(args) => exec::run(args, &session).await,
        Command::Check(args) => check::run(args, &session).await,
        Command::Approve(args) => approve::run(args, &session).await,
        Command::Facts(args) => facts::run(args, &session).await,
        Command::Topology(args) => topology::run(args, &session).await,
        Command::Explain(args) => explain::run(args, &session).await,
    };
    session.end(&result).await;
    result
}

fn log_to_stderr(verbose: u8) {
    let default = match verbose {
        0 => "warn",
        1 => "netlib=debug",
        _ => "trace",
    };
    let filter = EnvFilter::try_from_env("NETLIB_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    log.with_ansi(console::colors_enabled_stderr()).init();
}

#[cfg(test)]
mod tests;
