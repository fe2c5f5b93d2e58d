//! What `netlib exec` prints: lines with the node's name in front, and where the command failed.

use std::io::Write;

use super::readers::{Reader, Steps};
use netlib_core::event::{Event, StepResult};
use netlib_core::graph::Graph;
use netlib_core::process::Stream;
use netlib_core::schedule::RunResult;

/// Writes the output of commands, each line behind the name of its node; stdout and stderr stay apart.
pub struct Prefixed<O, E> {
    /// What commands write to stdout.
    pub stdout: O,
    /// What they write to stderr.
    pub stderr: E,
}

impl<O: Write + Send, E: Write + Send> Reader for Prefixed<O, E> {
    fn read(&mut self, event: &Event, steps: &Steps) {
        if let Event::StepOutput { step, stream: Some(stream), line } = event {
            let line = format!("{:width$} | {line}", steps.owner(step), width = steps.width());
            // Somebody who stopped reading (`| head`) is no error.
            let _ = match stream {
                Stream::Stdout => writeln!(self.stdout, "{line}"),
                Stream::Stderr => writeln!(self.stderr, "{line}"),
            };
        }
    }
}

/// Where the command failed and why, with the whole message; empty where all is well.
pub fn verdict(graph: &Graph, run: &RunResult) -> String {
    let failed = graph.steps().filter_map(|step| {
        let why = match run.get(&step.id)? {
            result if result.is_success() => return None,
            StepResult::Failed(why) | StepResult::Offline(why) => why,
            _ => "interrupted; where the command had begun, it may still run",
        };
        Some(format!("{}: {why}\n", step.node.as_ref()?))
    });
    let lines: String = failed.collect();
    let is_failure = |result: &&StepResult| matches!(result, StepResult::Failed(_) | StepResult::Offline(_));
    match run.values().filter(is_failure).count() {
        0 => lines,
        count => format!("{lines}failed on {count} of {} nodes\n", run.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    use crate::report::summary::Summary;
    use netlib_core::event::WalkStep;
    use netlib_core::plan::{Step, StepKind};

    #[test]
    fn names_line_up_and_the_streams_stay_apart() {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let mut lines = Prefixed { stdout: &mut stdout, stderr: &mut stderr };
        let step =
            |node: &str| WalkStep { id: format!("exec:{node}"), kind: StepKind::Command, node: Some(node.to_owned()) };
        let steps = Steps::new(&[step("a"), step("alpha")]);
        for (node, stream, line) in
            [("a", Stream::Stdout, "x y"), ("alpha", Stream::Stdout, ""), ("a", Stream::Stderr, "oh")]
        {
            let (step, line) = (format!("exec:{node}"), line.to_owned());
            lines.read(&Event::StepOutput { step, stream: Some(stream), line }, &steps);
        }
        assert_eq!(String::from_utf8(stdout).unwrap(), "a     | x y\nalpha | \n");
        assert_eq!(String::from_utf8(stderr).unwrap(), "a     | oh\n");
    }
    #[test]
    fn failures_are_listed_by_node() {
        let ended = [
            ("alpha", StepResult::Done(String::new())),
            ("beta", StepResult::Failed("exit status: 3".to_owned())),
            ("delta", StepResult::Cancelled),
            ("gamma", StepResult::Offline("cannot connect\nat all".to_owned())),
        ];
        let id = |node: &str| format!("exec:{node}");
        let steps = ended.iter().map(|(node, _)| {
            (id(node), Step { kind: StepKind::Command, node: Some((*node).to_owned()), ..Step::default() })
        });
        let graph = Graph::from_steps(&steps.collect()).unwrap();
        let mut run = RunResult::from(ended.map(|(node, result)| (id(node), result)));
        insta::assert_snapshot!(verdict(&graph, &run), @r"
        beta: exit status: 3
        delta: interrupted; where the command had begun, it may still run
        gamma: cannot connect
        at all
        failed on 2 of 4 nodes
        ");
        insta::assert_snapshot!(Summary::of(&graph, &run, &BTreeMap::new()), @r"
        alpha  done
        beta   failed        exit status: 3
        delta  skipped       interrupted before it was done
        gamma  offline       cannot connect
        4 nodes: 1 done, 1 failed, 1 offline, 1 skipped
        ");
        run.values_mut().for_each(|result| *result = StepResult::Done(String::new()));
        assert_eq!(verdict(&graph, &run), "");
    }
}
