//! What the subcommands share: the flake, the selection, the progress display, and the way to a selected plan.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal, Write};
use std::sync::Arc;

use clap::Args;
use futures::StreamExt;
use futures::stream::Stream;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::Error;
use super::evaluation::EvaluationArgs;
use super::interrupt::Interrupts;
use crate::diagnose::Traces;
use crate::evaluate::{Attribute, Cache, Evaluation, Job, Results, ask, evaluate_plan};
use crate::event::{Event, EventSink};
use crate::flake::{Flake, Reference};
use crate::graph::Graph;
use crate::host::end_left;
use crate::nix::{Messages, Nix};
use crate::plan::Plan;
use crate::private;
use crate::process::quote_argv;
use crate::report::readers::{Reader, distribute};
use crate::report::screen::{Screen, UntilTheWalk};
use crate::report::summary::Colours;
use crate::run_dir::{RunDir, tidy};

/// Which flake, and how it is evaluated.
#[derive(Args, Clone, Debug)]
pub struct FlakeArgs {
    /// Flake, and the network in it after `#`
    #[arg(long, value_name = "REF[#NETWORK]", value_parser = Reference::flake, default_value_t)]
    flake: Reference,

    /// Plain file that describes the network, instead of a flake
    #[arg(long, value_name = "FILE[#NETWORK]", value_parser = Reference::file, conflicts_with_all = ["flake", "override_input"])]
    file: Option<Reference>,

    /// Override an input of the flake (like nix); repeatable
    #[arg(long, num_args = 2, value_names = ["INPUT", "REF"])]
    override_input: Vec<String>,

    #[command(flatten)]
    evaluation: EvaluationArgs,
}

/// Which nodes.
#[derive(Args, Clone, Debug)]
pub struct SelectArgs {
    /// Select nodes: a name, a pattern such as 'web*', `@TAG`, `role:ROLE`, '!' negates, '&' intersects; repeatable, for a union
    /// (docs/selectors.md) [default: all]
    #[arg(long, value_name = "SELECTOR")]
    pub on: Vec<String>,
}

impl SelectArgs {
    /// What a command asks of the library.
    pub fn request(&self, command: &str) -> Value {
        json!({ "command": command, "on": self.on })
    }
}

impl FlakeArgs {
    /// A command of netlib about the same flake, for people to paste.
    pub fn command(&self, words: &[&str]) -> String {
        let mut argv = vec!["netlib".to_owned()];
        argv.extend(words.iter().map(|word| (*word).to_owned()));
        let reference = self.reference();
        if reference != Reference::default() {
            argv.extend([reference.option().to_owned(), reference.to_string()]);
        }
        for (input, by) in self.overrides() {
            argv.extend(["--override-input".to_owned(), input, by]);
        }
        quote_argv(&argv)
    }

    /// Another flake instead, with the same network where it names none.
    pub fn replaced(self, reference: &str) -> Result<Self, Error> {
        let mut flake = Reference::flake(reference)?;
        if !reference.contains('#') {
            flake.network = self.reference().network;
        }
        Ok(Self { flake, file: None, ..self })
    }

    fn reference(&self) -> Reference {
        self.file.clone().unwrap_or_else(|| self.flake.clone())
    }

    fn overrides(&self) -> Vec<(String, String)> {
        let pairs = self.override_input.chunks_exact(2);
        pairs.map(|pair| (pair[0].clone(), pair[1].clone())).collect()
    }
}

/// The progress display, which runs until the last event sink is gone.
pub struct Display {
    events: EventSink,
    reader: JoinHandle<()>,
}

impl Display {
    /// Bars when stderr is a terminal, lines otherwise; and whoever else reads.
    pub fn start(interrupts: &Interrupts, more: Vec<Box<dyn Reader>>) -> Self {
        let screen = Screen::on_stderr();
        interrupts.show_on(screen.clone());
        Self::of(interrupts, Box::new(screen), more)
    }

    /// The same until the walk begins: from then on, stdout and stderr belong to what it runs.
    pub fn until_the_walk(interrupts: &Interrupts, more: Vec<Box<dyn Reader>>) -> Self {
        let screen = Screen::on_stderr();
        interrupts.show_on(screen.clone());
        Self::of(interrupts, Box::new(UntilTheWalk::on(screen)), more)
    }

    fn of(interrupts: &Interrupts, shown: Box<dyn Reader>, more: Vec<Box<dyn Reader>>) -> Self {
        let (events, receiver) = EventSink::channel();
        let mut readers: Vec<Box<dyn Reader>> = vec![shown, Box::new(interrupts.running())];
        readers.extend(more);
        interrupts.tell(events.downgrade());
        let reader = tokio::spawn(distribute(receiver, readers));
        Self { events, reader }
    }

    /// Where events go.
    pub fn events(&self) -> &EventSink {
        &self.events
    }

    /// Shows what is still to be shown. Every other sink must be gone.
    pub async fn end(self) {
        drop(self.events);
        // A display that broke has nothing more to show.
        let _ = self.reader.await;
    }
}

/// Everything that is known before anything is done.
pub struct Prepared {
    /// The flake with settled inputs.
    pub flake: Arc<Flake>,
    /// What is walked.
    pub plan: Arc<Plan>,
    /// The nodes that were selected.
    pub nodes: BTreeSet<String>,
    /// Their steps.
    pub graph: Graph,
    /// What is known from before.
    pub cache: Arc<Cache>,
    /// Evaluates nodes.
    pub evaluation: Evaluation,
    /// Files of this run; gone when it is dropped.
    pub run_dir: RunDir,
}

impl Prepared {
    /// All that is to be evaluated.
    pub fn jobs(&self) -> Vec<Job> {
        let wanted = &self.plan.evaluate;
        let nodes = [
            (Attribute::Toplevels, &wanted.toplevels),
            (Attribute::Gatherers, &wanted.gatherers),
            (Attribute::Programs, &wanted.programs),
        ];
        let of_nodes = nodes.into_iter().flat_map(|(attribute, nodes)| attribute.of(nodes));
        of_nodes.chain(wanted.deployer_programs.then(Job::of_deployer)).collect()
    }

    /// Evaluates what belongs to each of these nodes when it comes, and what belongs to no selected one at once.
    pub fn evaluated(&self, coming: impl Stream<Item = String> + Send + 'static, events: &EventSink) -> Results {
        let mut of_nodes: BTreeMap<String, Vec<Job>> = BTreeMap::new();
        let mut others = Vec::new();
        for job in self.jobs() {
            match self.nodes.contains(&job.node) {
                true => of_nodes.entry(job.node.clone()).or_default().push(job),
                false => others.push(job),
            }
        }
        let of = move |node: String| futures::stream::iter(of_nodes.remove(&node).unwrap_or_default());
        self.evaluation.results(futures::stream::iter(others).chain(coming.flat_map(of)), events)
    }
}

/// Reads the flake, and what is to be walked for a request. Changes nothing.
pub async fn prepare(
    args: &FlakeArgs,
    request: Value,
    events: &EventSink,
    interrupts: &Interrupts,
) -> Result<Prepared, Error> {
    let (flake, run_dir) = load(args, events, interrupts).await?;
    let options = &args.evaluation;
    let cache = Arc::new(options.cache(&flake));
    let (plan, messages) = evaluate_plan(&flake, &cache, &request).await?;
    warn(events, evaluation_warnings(&messages, &flake));
    warn(events, plan.warnings.clone());
    let nodes = plan.selected();
    let graph = Graph::from_plan(&plan)?;
    let flake = Arc::new(flake);
    let (of_run, options) = (run_dir.path(), options.options());
    let evaluation = Evaluation::new(flake.clone(), of_run, &options, cache.clone())?;
    Ok(Prepared { flake, evaluation, plan: Arc::new(plan), nodes, graph, cache, run_dir })
}

/// The flake with settled inputs, and a folder for files of this run.
async fn load(flake: &FlakeArgs, events: &EventSink, interrupts: &Interrupts) -> Result<(Flake, RunDir), Error> {
    interrupts.look_with(flake.command(&["status"]));
    // As after `su`, TMPDIR may be somebody else's.
    let parent = private::own_folder(&std::env::temp_dir()).unwrap_or_else(|_| "/tmp".into());
    tidy(&parent, end_left);
    let run_dir = RunDir::new_in(&parent).map_err(|error| {
        let parent = parent.display();
        format!("cannot make a folder for this run in {parent}: {error}")
    })?;
    let nix = Nix::new(flake.overrides(), interrupts.token().clone());
    let nix = nix.admitted().await?;
    let (reference, options) = (flake.reference(), &flake.evaluation);
    events.send(Event::Phase(format!("reading {reference}")));
    let traces = Traces::new(options.traces());
    let (flake, messages) = Flake::load(reference, nix, run_dir.path(), traces).await?;
    warn(events, messages.to_show());
    Ok((flake, run_dir))
}

fn evaluation_warnings(messages: &Messages, flake: &Flake) -> Vec<String> {
    let warnings = messages.evaluation_warnings.iter();
    warnings.map(|warning| flake.sources.map(warning)).collect()
}

fn warn(events: &EventSink, warnings: Vec<String>) {
    for warning in warnings {
        events.send(Event::Warning(warning));
    }
}

/// One answer of the network's library, without nodes or steps: an attribute, after a Nix function where one is given.
pub async fn answer<T: DeserializeOwned>(
    flake: &FlakeArgs,
    interrupts: &Interrupts,
    attribute: &str,
    apply: Option<String>,
) -> Result<T, Error> {
    asking(flake, interrupts, async |flake| Ok(ask(flake, attribute, apply).await?)).await
}

/// Whatever is asked of a network, with a display of what Nix does meanwhile. No plan is evaluated for it.
pub async fn asking<T>(
    flake: &FlakeArgs,
    interrupts: &Interrupts,
    ask: impl AsyncFnOnce(&Flake) -> Result<T, Error>,
) -> Result<T, Error> {
    let display = Display::start(interrupts, Vec::new());
    let result = match load(flake, display.events(), interrupts).await {
        Ok((flake, _run_dir)) => ask(&flake).await,
        Err(error) => Err(error),
    };
    display.end().await;
    result
}

/// Whether results on stdout may have colours.
pub fn stdout_colours() -> Colours {
    let wanted = std::io::stdout().is_terminal() && console::colors_enabled();
    if wanted { Colours::On } else { Colours::Off }
}

/// Writes a result to stdout. Somebody who stopped reading (`| head`) is no error.
pub fn print(text: &str) -> Result<(), Error> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| format!("cannot write to stdout: {error}").into()),
    }
}
