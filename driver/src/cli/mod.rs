//! The command line: what people type and see. One file a subcommand; everything else is the library's.

mod approve;
mod check;
mod common;
mod deploy;
mod diff;
mod evaluation;
mod exec;
mod explain;
mod facts;
mod interrupt;
mod limits;
mod plan;
mod record;
mod render;
mod rollback;
mod run;
mod saved;
mod status;
mod sudo;
mod terminal;
mod topology;

use std::io::Write;
use std::process::ExitCode;

use clap::{ArgAction, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

pub use common::{FlakeArgs, SelectArgs};
use interrupt::Interrupts;

/// Deploy a network of NixOS machines in dependency order.
#[derive(Debug, Parser)]
#[command(
    name = "netlib",
    version,
    after_help = "Examples:\n  \
        netlib plan                        what a deploy would do, in which order\n  \
        netlib deploy                      deploy the network of the flake in this folder\n  \
        netlib deploy --on @edge --on 'web*' --dry-run\n  \
        netlib run release v1.2            a plan of the network's own\n  \
        netlib status                      state of each node\n  \
        netlib diff --on alpha             which packages a deploy would change\n  \
        netlib rollback alpha              back to the previous generation\n  \
        netlib exec -- systemctl --failed  a command on all nodes\n  \
        netlib check                       run the health checks\n  \
        netlib approve web                 resume a paused rollout\n  \
        netlib facts gather --on beta      generate keys, record public keys\n  \
        netlib topology --svg              a picture of the network\n  \
        netlib explain alpha networking.hostName\n  \
        netlib render phone                the files of a machine that is not deployed\n\n\
        Exit status: 0 success, 1 some node failed, 2 usage or evaluation error, 3 a rollout waits for\n\
        approval, 130 interrupted."
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
    Run(run::RunArgs),
    Plan(plan::PlanArgs),
    Status(status::StatusArgs),
    Diff(diff::DiffArgs),
    Rollback(rollback::RollbackArgs),
    Exec(exec::ExecArgs),
    Facts(facts::FactsArgs),
    Check(check::CheckArgs),
    Approve(approve::ApproveArgs),
    Topology(topology::TopologyArgs),
    Explain(explain::ExplainArgs),
    Render(render::RenderArgs),
}

/// How a command ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exit {
    /// All is well.
    Good,
    /// Some node failed.
    NodeFailed,
    /// Nothing failed, and a rollout waits for approval.
    Paused,
}

impl Exit {
    /// The exit status.
    #[must_use]
    pub const fn status(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::NodeFailed => 1,
            Self::Paused => 3,
        }
    }
}

/// Exit status of bad usage and evaluation errors; clap uses the same for its own.
const BAD_INPUT: u8 = 2;

/// An error that ends a command: bad usage, or a network that does not evaluate.
type Error = Box<dyn std::error::Error + Send + Sync>;

/// Runs the command line and returns the process's exit status.
pub async fn main() -> ExitCode {
    let cli = Cli::parse();
    log_to_stderr(cli.verbose);
    let interrupts = Interrupts::listen();
    let result = tokio::select! {
        result = run(cli.command, &interrupts) => result,
        () = interrupts.again() => {
            // The terminal may be gone.
            let _ = writeln!(std::io::stderr(), "\n{}", interrupts.farewell());
            return ExitCode::from(interrupt::STATUS);
        }
    };
    let status = match result {
        _ if interrupts.happened() => interrupt::STATUS,
        Ok(exit) => exit.status(),
        Err(error) => {
            let label = console::style("error:").for_stderr().red().bold();
            let _ = writeln!(std::io::stderr(), "{label} {error}");
            BAD_INPUT
        }
    };
    ExitCode::from(status)
}

async fn run(command: Command, interrupts: &Interrupts) -> Result<Exit, Error> {
    match command {
        Command::Deploy(args) => deploy::run(args, interrupts).await,
        Command::Run(args) => run::run(args, interrupts).await,
        Command::Plan(args) => plan::run(args, interrupts).await,
        Command::Status(args) => status::run(args, interrupts).await,
        Command::Diff(args) => diff::run(args, interrupts).await,
        Command::Rollback(args) => rollback::run(args, interrupts).await,
        Command::Exec(args) => exec::run(args, interrupts).await,
        Command::Check(args) => check::run(args, interrupts).await,
        Command::Approve(args) => approve::run(args, interrupts).await,
        Command::Facts(args) => facts::run(args, interrupts).await,
        Command::Topology(args) => topology::run(args, interrupts).await,
        Command::Explain(args) => explain::run(args, interrupts).await,
        Command::Render(args) => render::run(args, interrupts).await,
    }
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
