//! What every command works with: the progress display, interrupts, and the way to what is walked for a request.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use futures::StreamExt;
use futures::stream::{BoxStream, Stream};
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::args::{FlakeArgs, HostArgs, RecordArgs};
use super::interrupt::Interrupts;
use super::sudo::SudoArgs;
use super::{Error, Output};
use crate::evaluate::{Cache, Evaluation, evaluate_plan};
use crate::flake::Flake;
use crate::report::json::JsonLines;
use crate::report::log_dir::LogDir;
use crate::report::readers::{Activating, Reader, Readers};
use crate::report::screen::Screen;
use crate::report::summary::Summary;
use netlib_core::evaluation::{Job, Results};
use netlib_core::event::{Event, EventSink};
use netlib_core::graph::Graph;
use netlib_core::host::{Hosts, answering, end_left};
use netlib_core::lock::locked;
use netlib_core::nix::Nix;
use netlib_core::plan::{Plan, StepKind};
use netlib_core::private;
use netlib_core::process::quote_argv;
use netlib_core::run_dir::{RunDir, tidy};
use netlib_core::schedule::{Execute, Limits, RunResult, run as walk};
use netlib_core::steps::{Settings, StepRunner, StepRunnerParts};

/// One command, from its beginning to its end.
pub struct Session {
    /// Where events go.
    pub events: EventSink,
    /// Ends what runs.
    pub cancel: CancellationToken,
    /// The progress display.
    pub screen: Screen,
    /// What is to be said when it is left at once.
    pub left: Left,
    readers: Arc<Mutex<Readers>>,
    telling: JoinHandle<()>,
    shown: oneshot::Receiver<()>,
}

/// What is left after a second interrupt. Clones are the same.
#[derive(Clone, Default)]
pub struct Left {
    activating: Activating,
    /// The command that shows the state of hosts.
    look: Arc<Mutex<String>>,
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
    /// The machines; none is connected to yet.
    pub hosts: Arc<Hosts>,
    /// Files of this run; gone when this is dropped.
    pub run_dir: RunDir,
    evaluation: Evaluation,
}

impl Left {
    /// What goes on, and how to look at it.
    pub fn farewell(&self) -> String {
        let left: Vec<String> = locked(&self.activating).iter().cloned().collect();
        if left.is_empty() {
            return "Aborted: no host was being activated.".to_owned();
        }
        let selection: String = left.iter().map(|node| format!(" --on {node}")).collect();
        format!(
            "Aborted. Still activating without netlib: {}.\n\
             A host that nobody confirms rolls back; deploying again at once follows it.\n\
             help: {}{selection}",
            left.join(", "),
            locked(&self.look)
        )
    }
}

impl Session {
    /// Shows what happens until the session ends.
    pub fn begin(interrupts: &Interrupts) -> Self {
        let screen = Screen::on_stderr();
        let mut readers = Readers::default();
        readers.add(screen.clone());
        let left = Left { activating: readers.activating.clone(), look: Arc::default() };
        let readers = Arc::new(Mutex::new(readers));
        let (events, mut reader) = EventSink::channel();
        let (done, shown) = oneshot::channel();
        // A thread that nobody waits for: whoever does not read what is written must not keep the run from its end.
        std::thread::spawn({
            let readers = readers.clone();
            move || {
                while let Some((event, _room)) = reader.blocking_recv() {
                    locked(&readers).read(&event);
                }
                locked(&readers).end();
                let _ = done.send(());
            }
        });
        let telling = tokio::spawn({
            let (events, activating, first) = (events.clone(), left.activating.clone(), interrupts.first.clone());
            async move {
                first.cancelled().await;
                events.send(Event::Interrupted { activating: locked(&activating).iter().cloned().collect() });
            }
        });
        Self { events, cancel: interrupts.first.clone(), screen, left, readers, telling, shown }
    }

    /// Tells how the command ended, and shows what is still to be shown.
    pub async fn end(self, result: &Result<Output, Error>) {
        let Self { events, cancel, telling, shown, .. } = self;
        if cancel.is_cancelled() {
            // It has something to tell, and ends then.
            let _ = telling.await;
        } else {
            telling.abort();
        }
        match result {
            Ok(output) => output.summary.iter().for_each(|summary| events.send(Event::Summary(summary.document()))),
            Err(error) => events.send(Event::Error(error.to_string())),
        }
        drop(events);
        // A display that broke has nothing more to show.
        let _ = shown.await;
    }

    /// One more who reads the events from now on.
    pub fn add(&self, reader: impl Reader + 'static) {
        locked(&self.readers).add(reader);
    }

    /// Writes what happens where the options of this command say.
    pub fn record(&self, args: &RecordArgs, command: &str) -> Result<(), Error> {
        if args.json {
            self.add(JsonLines::begin(std::io::stdout(), command));
        }
        if let Some(folder) = &args.log_dir {
            self.add(LogDir::begin(folder, command)?);
        }
        Ok(())
    }

    /// The flake with settled inputs, and a folder for files of this run.
    pub async fn load(&self, args: &FlakeArgs) -> Result<(Flake, RunDir), Error> {
        let reference = args.reference();
        let look = ["netlib".to_owned(), "status".to_owned(), reference.option().to_owned(), reference.to_string()];
        *locked(&self.left.look) = quote_argv(&look);
        // As after `su`, TMPDIR may be somebody else's.
        let parent = private::own_folder(&std::env::temp_dir()).unwrap_or_else(|_| "/tmp".into());
        tidy(&parent, end_left);
        let run_dir = RunDir::new_in(&parent)
            .map_err(|error| format!("cannot make a folder for this run in {}: {error}", parent.display()))?;
        let mut nix = Nix::new(args.overrides(), self.cancel.clone());
        nix.options = args.nix.words();
        self.events.send(Event::Phase(format!("reading {reference}")));
        let (flake, messages) = Flake::load(reference.clone(), nix, run_dir.path(), args.traces()).await?;
        self.warn(messages.to_show());
        Ok((flake, run_dir))
    }

    /// Reads the flake, and what is to be walked for a command on the selected nodes. Changes nothing.
    pub async fn open(&self, args: &HostArgs, command: &str) -> Result<Prepared, Error> {
        self.prepare((&args.flake, &args.sudo), args.select.request(command), None).await
    }

    /// The same for a whole request, which may follow another one of the same run.
    pub async fn prepare(
        &self,
        (args, sudo): (&FlakeArgs, &SudoArgs),
        request: Value,
        earlier: Option<&Hosts>,
    ) -> Result<Prepared, Error> {
        let (flake, run_dir) = self.load(args).await?;
        let cache = Arc::new(if args.evaluation.no_eval_cache { Cache::default() } else { Cache::of(&flake) });
        let (plan, messages) = evaluate_plan(&flake, &cache, &request).await?;
        self.warn(messages.evaluation_warnings.iter().map(|warning| flake.sources.map(warning)));
        self.warn(plan.warnings.clone());
        let nodes = plan.selected();
        let graph = Graph::from_steps(&plan.steps)?;
        let hosts = Hosts::new(&plan)?.asking(sudo.source(self), &nodes);
        let hosts = Arc::new(if let Some(earlier) = earlier { hosts.keeping(earlier) } else { hosts });
        let flake = Arc::new(flake);
        let evaluation = Evaluation::new(flake.clone(), run_dir.path(), &args.evaluation, cache.clone());
        Ok(Prepared { flake, plan: Arc::new(plan), nodes, graph, cache, hosts, run_dir, evaluation })
    }

    /// Shows warnings.
    pub fn warn(&self, warnings: impl IntoIterator<Item = String>) {
        warnings.into_iter().for_each(|warning| self.events.send(Event::Warning(warning)));
    }

    /// What steps work with, under the usual settings.
    pub fn parts(&self, prepared: &Prepared, results: Results) -> StepRunnerParts {
        StepRunnerParts {
            plan: prepared.plan.clone(),
            results: Arc::new(results),
            hosts: prepared.hosts.clone(),
            records: Arc::default(),
            settings: Settings {
                nix_options: prepared.flake.nix.options.clone(),
                ..Settings::new(prepared.run_dir.path().to_owned(), self.cancel.clone())
            },
            events: self.events.clone(),
        }
    }

    /// Carries out the steps of a plan, so many at the same time, on hosts of other networks too or not, and says what became of each node.
    pub async fn carry_out(&self, prepared: &Prepared, results: Results, (at_once, adopts): (usize, bool)) -> Summary {
        let parts = self.parts(prepared, results);
        let settings = Settings { adopts, ..parts.settings };
        let runner = StepRunner::new(StepRunnerParts { settings, ..parts }, Arc::default());
        let result = self.walk(&prepared.graph, &runner, Limits { overall: at_once, ..Limits::default() }).await;
        runner.end().await;
        Summary::of(&prepared.graph, &result, &BTreeMap::new())
    }

    /// Walks a graph.
    pub async fn walk(&self, graph: &Graph, execute: &dyn Execute, limits: Limits) -> RunResult {
        let shown = graph.steps().filter(|step| step.kind != StepKind::Barrier);
        self.events.send(Event::WalkStarted { steps: shown.cloned().collect() });
        walk(graph, execute, limits, &self.events, self.cancel.clone()).await
    }
}

impl Prepared {
    /// Connects to all nodes that have to be asked: each comes when it answers, and the others at once. What does not answer is
    /// known within seconds.
    pub fn coming(&self, session: &Session) -> BoxStream<'static, String> {
        let nodes = self.plan.nodes.iter().filter(|(_, node)| node.connect);
        let remote: BTreeSet<String> = nodes.map(|(name, _)| name.clone()).collect();
        let others: Vec<String> = self.nodes.difference(&remote).cloned().collect();
        let answering = answering(&self.hosts, &remote, &session.events, &session.cancel);
        futures::stream::iter(others).chain(answering).boxed()
    }

    /// Evaluates what belongs to each selected node when it comes, and what belongs to others at once.
    pub fn evaluated(&self, coming: impl Stream<Item = String> + Send + 'static, events: &EventSink) -> Results {
        let mut of_nodes: BTreeMap<String, Vec<Job>> = BTreeMap::new();
        for (attribute, names) in &self.plan.evaluate {
            for node in names {
                let job = Job { node: node.clone(), attribute: attribute.clone() };
                of_nodes.entry(node.clone()).or_default().push(job);
            }
        }
        let others: Vec<String> = of_nodes.keys().filter(|node| !self.nodes.contains(*node)).cloned().collect();
        let of = move |node: String| futures::stream::iter(of_nodes.remove(&node).unwrap_or_default());
        self.evaluation.results(futures::stream::iter(others).chain(coming).flat_map(of), events)
    }

    /// Evaluates all at once, whether nodes answer or not.
    pub fn evaluated_all(&self, events: &EventSink) -> Results {
        self.evaluated(futures::stream::iter(self.nodes.clone()), events)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::readers::Steps;
    use netlib_core::event::WalkStep;

    fn activate(session: &Session, nodes: &[&str]) {
        let id = |node: &&str| format!("activate:{node}");
        let step = |node: &&str| WalkStep { id: id(node), kind: StepKind::Activate, node: Some((*node).to_owned()) };
        locked(&session.readers).read(&Event::WalkStarted { steps: nodes.iter().map(step).collect() });
        for node in nodes {
            locked(&session.readers).read(&Event::StepStarted { step: id(node) });
        }
    }

    #[tokio::test]
    async fn leaving_says_what_is_left_and_how_to_look() {
        let session = Session::begin(&Interrupts::default());
        insta::assert_snapshot!(session.left.farewell(), @"Aborted: no host was being activated.");
        activate(&session, &["alpha", "beta"]);
        *locked(&session.left.look) = "netlib status --flake '.#home'".to_owned();
        insta::assert_snapshot!(session.left.farewell(), @r"
        Aborted. Still activating without netlib: alpha, beta.
        A host that nobody confirms rolls back; deploying again at once follows it.
        help: netlib status --flake '.#home' --on alpha --on beta
        ");
    }

    struct Heard(Arc<Mutex<Vec<String>>>);

    impl Reader for Heard {
        fn read(&mut self, event: &Event, _: &Steps) {
            if let Event::Interrupted { activating } = event {
                locked(&self.0).extend(activating.clone());
            }
        }
    }

    #[tokio::test]
    async fn an_interrupt_is_told_however_soon_the_command_ends() {
        let interrupts = Interrupts::default();
        let session = Session::begin(&interrupts);
        activate(&session, &["alpha"]);
        let heard = Arc::new(Mutex::new(Vec::new()));
        session.add(Heard(heard.clone()));
        interrupts.first.cancel();
        session.end(&Ok(Output::default())).await;
        assert_eq!(*locked(&heard), ["alpha"]);
    }
}
