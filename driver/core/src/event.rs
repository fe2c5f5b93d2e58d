//! Everything a run does, as one stream of events.
//!
//! The producers (evaluation, schedule, step executors) only send; progress display, log and summary only read.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

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
        #[serde(flatten)]
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
        /// Where the user's own command printed it.
        #[serde(skip_serializing_if = "Option::is_none")]
        stream: Option<Stream>,
        /// The line without its end.
        line: String,
    },
    /// A step ended.
    StepFinished {
        /// Step id.
        step: String,
        /// How long it ran.
        seconds: f64,
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
    /// A rollout reverted a node.
    Reverted {
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
    Error(#[serde(serialize_with = "text")] String),
}

/// What building a derivation takes, as far as the evaluator looked.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(tag = "cacheStatus", rename_all = "camelCase")]
pub enum CacheStatus {
    /// Nobody looked.
    #[default]
    Unknown,
    /// Nothing: it is in the deployer's store.
    Local,
    /// It is only fetched.
    Cached {
        /// How many store paths.
        #[serde(rename = "fetches")]
        fetch: usize,
    },
    /// It is built.
    NotBuilt {
        /// How many derivations.
        #[serde(rename = "builds")]
        build: usize,
        /// How many store paths are fetched for that.
        #[serde(rename = "fetches")]
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

impl WalkStep {
    /// The step's name without its node, such as `build`.
    pub fn label(&self) -> &str {
        let what = self.id.strip_suffix(self.node.as_deref().unwrap_or_default());
        what.and_then(|what| what.strip_suffix(':')).unwrap_or(&self.id)
    }
}

/// How a step ended, for readers of the stream.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(tag = "result", content = "detail", rename_all = "camelCase")]
pub enum StepResult {
    /// It did its work; the text says what, in a few words.
    Done(String),
    /// There was nothing to do.
    Skipped(Skip),
    /// It failed; the text is the whole message for people.
    Failed(String),
    /// Its node does not answer, so nothing was tried; the text is the whole message for people.
    Offline(String),
    /// It never started, because the named step did not succeed.
    Blocked(String),
    /// It never started, because the named step failed and nothing was to start after that.
    NotStarted(String),
    /// It never started, because its rollout does not go on; the text says why.
    Aborted(String),
    /// It never started or was stopped, because the run was cancelled.
    #[serde(rename = "interrupted")]
    Cancelled,
}

impl StepResult {
    /// Whether the step did its work, or had nothing to do.
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
    /// Its node does not answer, and may be off; the text is the whole message for people.
    MayBeOffline(String),
    /// Something else, in a few words.
    Because(String),
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UpToDate => f.write_str("up to date"),
            Self::WouldChange(change) => write!(f, "would change: {change}"),
            Self::MayBeOffline(_) => f.write_str("offline, as it may be"),
            Self::Because(why) => f.write_str(why),
        }
    }
}

impl Serialize for Skip {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

fn text<S: Serializer>(text: &str, to: S) -> Result<S::Ok, S::Error> {
    to.collect_map([("text", text)])
}

/// So many lines of the user's commands wait for slow readers; then the commands do.
const WAITING: usize = 256;

/// An event, and the room that it takes until it is read.
pub type Sent = (Event, Option<OwnedSemaphorePermit>);

/// The end that reads.
pub type EventReader = mpsc::UnboundedReceiver<Sent>;

/// Where producers send events. Sending never fails: a reader that is gone loses nothing but display.
#[derive(Clone, Debug)]
pub struct EventSink {
    sender: mpsc::UnboundedSender<Sent>,
    room: Arc<Semaphore>,
}

impl EventSink {
    /// A sink and the end that reads from it.
    pub fn channel() -> (Self, EventReader) {
        let (sender, reader) = mpsc::unbounded_channel();
        (Self { sender, room: Arc::new(Semaphore::new(WAITING)) }, reader)
    }

    /// Sends one event, without waiting for anybody.
    pub fn send(&self, event: Event) {
        // A closed receiver means that nobody looks any more, which is no fault of the producer.
        let _ = self.sender.send((event, None));
    }

    /// Sends a line that a step's command printed.
    pub fn show(&self, step: &str, line: String) {
        self.send(Event::StepOutput { step: step.to_owned(), stream: None, line });
    }

    /// Sends a line of a user's command once readers have taken in enough of those before it.
    pub async fn show_in_turn(&self, step: &str, (stream, line): (Stream, String)) {
        let room = self.room.clone().acquire_owned().await.ok();
        let event = Event::StepOutput { step: step.to_owned(), stream: Some(stream), line };
        let _ = self.sender.send((event, room));
    }
}
