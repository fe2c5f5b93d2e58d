//! Keeps everything of a run in a folder: `events.jsonl`, and one file a node with all that its steps said.

use std::fs::File;
use std::io::{Error, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::json::JsonLines;
use super::lines::Lines;
use super::readers::{Reader, Steps};
use netlib_core::event::Event;
use netlib_core::private;

/// The folder of the nodes' files: no node's name can collide with another file of ours.
const NODES: &str = "nodes";

/// Writes the files of a folder. A folder of an earlier run is added to.
pub struct LogDir {
    folder: PathBuf,
    events: JsonLines<File>,
    lines: Lines,
    is_broken: bool,
}

impl LogDir {
    /// Makes the folder and begins a run in it.
    pub fn begin(folder: &Path, command: &str) -> Result<Self, String> {
        let made = private::make_folder(&folder.join(NODES));
        let events = made.and_then(|()| private::append(&folder.join("events.jsonl")));
        let events = events.map_err(|error| failed(folder, &error))?;
        let events = JsonLines::begin(events, command);
        Ok(Self { folder: folder.to_owned(), events, lines: Lines::default(), is_broken: false })
    }

    fn note(&self, node: &str, text: &str) -> Result<(), Error> {
        let mut file = private::append(&self.folder.join(NODES).join(format!("{node}.log")))?;
        let time = humantime::format_rfc3339_millis(SystemTime::now());
        let lines = text.lines().map(|line| format!("{time} {line}\n"));
        file.write_all(lines.collect::<String>().as_bytes())
    }
}

fn failed(folder: &Path, error: &Error) -> String {
    format!(
        "cannot write logs to {}: {error}\nhelp: name a folder that can be written to: --log-dir DIR",
        folder.display()
    )
}

/// The node whose file an event belongs to.
fn node_of<'a>(event: &'a Event, steps: &'a Steps) -> Option<&'a str> {
    match event {
        Event::Online { node }
        | Event::Offline { node, .. }
        | Event::Evaluated { node, .. }
        | Event::NotEvaluated { node, .. } => Some(node),
        Event::StepStarted { step } | Event::StepOutput { step, .. } | Event::StepFinished { step, .. } => {
            steps.node(step)
        }
        _ => None,
    }
}

impl Reader for LogDir {
    fn read(&mut self, event: &Event, steps: &Steps) {
        self.events.read(event, steps);
        let line = match event {
            Event::Online { node } => Some(format!("{node}: online")),
            // Which step said it matters more here than whose it is: the file has one node.
            Event::StepOutput { step, line, .. } => Some(format!("{} | {line}", steps.name(step))),
            _ => self.lines.of(event, steps),
        };
        if let (Some(node), Some(line)) = (node_of(event, steps), line)
            && let Err(error) = self.note(node, &line)
            && !self.is_broken
        {
            // Once is enough, and the run is worth more than its log.
            self.is_broken = true;
            tracing::warn!("{}", failed(&self.folder, &error));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::report::tests::example;
    use netlib_core::event::StepResult;
    use netlib_core::graph::Graph;

    fn events() -> Vec<Event> {
        let graph = Graph::from_steps(&example().steps).unwrap();
        let step = || "build:alpha".to_owned();
        vec![
            Event::WalkStarted { steps: graph.steps().cloned().collect() },
            Event::Online { node: "alpha".to_owned() },
            Event::StepStarted { step: step() },
            Event::StepOutput { step: step(), stream: None, line: "compiling".to_owned() },
            Event::StepFinished {
                step: step(),
                result: StepResult::Failed("boom\n  at once".to_owned()),
                seconds: 2.0,
            },
        ]
    }

    #[test]
    fn each_node_has_a_file_that_later_runs_add_to() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            let mut log = LogDir::begin(&folder.path().join("logs"), "deploy").unwrap();
            let graph = Graph::from_steps(&example().steps).unwrap();
            for event in events() {
                log.read(&event, &Steps::new(graph.steps()));
            }
        }
        let text = std::fs::read_to_string(folder.path().join("logs/nodes/alpha.log")).unwrap();
        let said: Vec<&str> = text.lines().map(|line| line.split_once(' ').unwrap().1).collect();
        let once = [
            "alpha: online",
            "alpha: build: started",
            "alpha: build | compiling",
            "alpha: build: failed after 2.0 s",
            "  boom",
            "    at once",
        ];
        assert_eq!(said, [once, once].concat());
        let events = std::fs::read_to_string(folder.path().join("logs/events.jsonl")).unwrap();
        assert_eq!(events.lines().count(), 12);
        assert!(!folder.path().join("logs/nodes/beta.log").exists());
        for (path, mode) in [("", 0o700), ("nodes", 0o700), ("nodes/alpha.log", 0o600), ("events.jsonl", 0o600)] {
            let path = folder.path().join("logs").join(path);
            let found = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(found & 0o777, mode, "{}", path.display());
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_said() {
        let error = LogDir::begin(Path::new("/dev/null/logs"), "deploy").err().unwrap();
        insta::assert_snapshot!(error, @r"
        cannot write logs to /dev/null/logs: Not a directory (os error 20)
        help: name a folder that can be written to: --log-dir DIR
        ");
    }
}
