//! Everything a run does, as one stream of events.
//!
//! The producers (evaluation, schedule, step executors) only send; progress display, log and summary only read.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use tokio::sync::{Semaphore, mpsc};

use crate::plan::StepKind;
use crate::process::Stream;

/// What happened, in the order in which it happened. Its JSON is described in docs/events.md.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "camelCase")]
pub enum Event {
    /// A phase before the walk, such as reading the plan: a line for people.
    Phase(#[serde(serialize_with = "text")] String),
    /// A warning that is shown once.
    Warning(#[serde(serialize_with = "text")] String),
    /// A node answers.
    Online {
        /// Node name.
        node: String,
    },
    /// A node does not answer: nothing is evaluated, built or copied for it.
    Offline {
        /// Node name.
        node: String,
        /// The whole message for people.
        message: String,
    },
    /// A node's toplevel was evaluated.
    Evaluated {
        /// Node name.
        node: String,
        /// What building it takes.
        #[serde(flatten, serialize_with = "cache_status")]
        status: CacheStatus,
    },
    /// A node does not evaluate. Its steps fail with the same message.
    NotEvaluated {
        /// Node name.
        node: String,
        /// The whole message for people.
        message: String,
    },
    /// The walk begins, over these steps.
    WalkStarted {
        /// All of them, in an order that respects their dependencies.
        steps: Vec<WalkStep>,
    },
    /// A step began.
    StepStarted {
        /// Step id.
        step: String,
    },
    /// A line that a step's command printed.
    StepOutput {
        /// Step id.
        step: String,
        /// The line without its end.
        line: String,
    },
    /// A line that the user's own command printed on a node.
    #[serde(rename = "stepOutput")]
    CommandOutput {
        /// Step id.
        step: String,
        /// Where it was printed.
        stream: Stream,
        /// The line without its end.
        line: String,
    },
    /// A step ended.
    StepFinished {
        /// Step id.
        step: String,
        /// How long it ran.
        #[serde(rename = "seconds", serialize_with = "seconds")]
        elapsed: Duration,
        /// How it ended.
        #[serde(flatten)]
        result: StepResult,
    },
    /// The user asked for an end: nothing new starts from now on.
    Interrupted {
        /// The nodes in the middle of an activation, which is waited for.
        activating: Vec<String>,
    },
    /// A rollout waits for approval.
    Paused {
        /// Its id.
        rollout: String,
        /// What is to be approved: the digest of its plan.
        digest: String,
        /// After which batch, counted from 1.
        batch: usize,
        /// For how many seconds it waits.
        seconds: u64,
        /// Whose approval counts; everybody's where nobody is named.
        approvers: Vec<String>,
    },
    /// A rollout that waited goes on.
    Resumed {
        /// Its id.
        rollout: String,
        /// Why.
        detail: String,
    },
    /// A rollout took a node back.
    TakenBack {
        /// Its id.
        rollout: String,
        /// Node name.
        node: String,
        /// To what.
        detail: String,
    },
    /// What became of every node; the last event of a walk.
    Summary(Value),
    /// Why there was no walk; the last event of such a run.
    Error(#[serde(serialize_with = "message")] String),
}

/// What building a derivation takes, as far as the evaluator looked.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum CacheStatus {
    /// Nobody looked.
    #[default]
    Unknown,
    /// Nothing: it is in the deployer's store.
    Local,
    /// It is only fetched.
    Cached {
        /// How many store paths.
        fetch: usize,
    },
    /// It is built.
    NotBuilt {
        /// How many derivations.
        build: usize,
        /// How many store paths are fetched for that.
        fetch: usize,
    },
}

impl std::fmt::Display for CacheStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown => Ok(()),
            Self::Local => write!(f, "in the store already"),
            Self::Cached { fetch } => write!(f, "{fetch} to fetch"),
            Self::NotBuilt { build, fetch } => write!(f, "{build} to build, {fetch} to fetch"),
        }
    }
}

/// What readers of the stream need to know of a step.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct WalkStep {
    /// Step id.
    pub id: String,
    /// What it does.
    pub kind: StepKind,
    /// The node it concerns; none for steps of the deployer.
    pub node: Option<String>,
}

/// How a step ended, for readers of the stream.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "result", rename_all = "camelCase")]
pub enum StepResult {
    /// It did its work; the text says what, in a few words.
    Done(#[serde(serialize_with = "detail")] String),
    /// There was nothing to do.
    Skipped(#[serde(serialize_with = "detail")] Skip),
    /// It failed; the text is the whole message for people.
    Failed(#[serde(serialize_with = "message")] String),
    /// Its node does not answer, so nothing was tried; the text is the whole message for people.
    Offline(#[serde(serialize_with = "message")] String),
    /// It never started, because the named step did not succeed.
    Blocked {
        /// The step that failed first.
        by: String,
    },
    /// It never started, because another step failed and nothing was to start after that.
    NotStarted {
        /// The step that failed.
        #[serde(rename = "by")]
        because: String,
    },
    /// It never started, because its rollout does not go on; the text says why.
    Aborted(#[serde(serialize_with = "detail")] String),
    /// It never started or was stopped, because the run was cancelled.
    #[serde(rename = "interrupted")]
    Cancelled,
}

impl StepResult {
    /// Whether the step did its work, or had nothing to do.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Skipped(_))
    }
}

/// Why there was nothing to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Skip {
    /// Its node is where it should be.
    UpToDate,
    /// Nothing was to be changed; this would go from one system to another.
    WouldChange(String),
    /// Something else, in a few words.
    Because(String),
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UpToDate => f.write_str("up to date"),
            Self::WouldChange(change) => write!(f, "would change: {change}"),
            Self::Because(why) => f.write_str(why),
        }
    }
}

fn text<S: Serializer>(text: &str, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map([("text", text)])
}

fn detail<T: ToString, S: Serializer>(detail: &T, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map([("detail", detail.to_string())])
}

fn message<S: Serializer>(message: &str, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map([("message", message)])
}

fn seconds<S: Serializer>(elapsed: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(elapsed.as_secs_f64())
}

fn cache_status<S: Serializer>(status: &CacheStatus, to: S) -> Result<S::Ok, S::Error> {
    let (status, build, fetch) = match *status {
        CacheStatus::Unknown => return to.collect_map([("", ""); 0]),
        CacheStatus::Local => ("local", 0, 0),
        CacheStatus::Cached { fetch } => ("cached", 0, fetch),
        CacheStatus::NotBuilt { build, fetch } => ("notBuilt", build, fetch),
    };
    to.collect_map([("cacheStatus", json!(status)), ("builds", json!(build)), ("fetches", json!(fetch))])
}

/// So many lines of the user's commands wait for slow readers; then the commands do.
const WAITING: usize = 256;

/// Where producers send events. Sending never fails: a reader that is gone loses nothing but display.
#[derive(Clone, Debug)]
pub struct EventSink {
    sender: mpsc::UnboundedSender<Event>,
    room: Arc<Semaphore>,
}

/// The end that reads.
#[derive(Debug)]
pub struct EventReader {
    receiver: mpsc::UnboundedReceiver<Event>,
    room: Arc<Semaphore>,
}

impl EventSink {
    /// A sink and the end that reads from it.
    pub fn channel() -> (Self, EventReader) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let room = Arc::new(Semaphore::new(WAITING));
        let reader = EventReader { receiver, room: room.clone() };
        (Self { sender, room }, reader)
    }

    /// A sink that does not keep the stream open.
    #[must_use]
    pub fn downgrade(&self) -> WeakEventSink {
        WeakEventSink { sender: self.sender.downgrade(), room: self.room.clone() }
    }

    /// Sends one event, without waiting for anybody.
    pub fn send(&self, event: Event) {
        // A closed receiver means that nobody looks any more, which is no fault of the producer.
        let _ = self.sender.send(event);
    }

    /// Sends a line of a user's command once readers have taken in enough of those before it.
    pub async fn send_in_turn(&self, event: Event) {
        // The reader gives the room back; one that is gone closes it.
        if let Ok(room) = self.room.acquire().await {
            room.forget();
        }
        self.send(event);
    }
}

impl EventReader {
    /// The next event; none when every sink is gone.
    pub async fn recv(&mut self) -> Option<Event> {
        let event = self.receiver.recv().await;
        self.give_back(event.as_ref());
        event
    }

    /// The next event, if there is one already.
    #[cfg(test)]
    pub fn try_recv(&mut self) -> Option<Event> {
        let event = self.receiver.try_recv().ok();
        self.give_back(event.as_ref());
        event
    }

    fn give_back(&self, event: Option<&Event>) {
        if matches!(event, Some(Event::CommandOutput { .. })) {
            self.room.add_permits(1);
        }
    }
}

impl Drop for EventReader {
    fn drop(&mut self) {
        self.room.close();
    }
}

/// A sink that works as long as another one keeps the stream open.
#[derive(Clone, Debug)]
pub struct WeakEventSink {
    sender: mpsc::WeakUnboundedSender<Event>,
    room: Arc<Semaphore>,
}

impl WeakEventSink {
    /// The sink, if the stream is still open.
    #[must_use]
    pub fn upgrade(&self) -> Option<EventSink> {
        let (sender, room) = (self.sender.upgrade()?, self.room.clone());
        Some(EventSink { sender, room })
    }
}
