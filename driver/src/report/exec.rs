//! What `netlib exec` prints: lines with the node's name in front, and where the command failed.

use std::io::Write;

use super::lines::Lines;
use super::readers::Reader;
use crate::event::Event;
use crate::process::Stream;

/// How a command ended on a node.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ended {
    /// Node name.
    pub node: String,
    /// Nothing more to say, or why it failed.
    pub result: Result<(), String>,
}

/// Writes the output of commands, each line behind the name of its node; stdout and stderr stay apart.
pub struct Prefixed<O, E> {
    stdout: O,
    stderr: E,
    steps: Lines,
    width: usize,
}

impl<O: Write + Send, E: Write + Send> Prefixed<O, E> {
    /// Writes there.
    #[must_use]
    pub fn new(stdout: O, stderr: E) -> Self {
        Self { stdout, stderr, steps: Lines::default(), width: 0 }
    }
}

impl<O: Write + Send, E: Write + Send> Reader for Prefixed<O, E> {
    fn read(&mut self, event: &Event) {
        match event {
            Event::WalkStarted { steps } => {
                self.steps.of(event);
                self.width = steps.iter().filter_map(|step| Some(step.node.as_ref()?.len())).max().unwrap_or(0);
            }
            Event::CommandOutput { step, stream, line } => {
                let width = self.width;
                let node = self.steps.node(step).unwrap_or(step);
                let line = format!("{node:width$} | {line}");
                // Somebody who stopped reading (`| head`) is no error.
                let _ = match stream {
                    Stream::Stdout => writeln!(self.stdout, "{line}"),
                    Stream::Stderr => writeln!(self.stderr, "{line}"),
                };
            }
            _ => {}
        }
    }
}

/// Where the command failed and why, sorted by node; empty where all is well.
#[must_use]
pub fn verdict(ended: &[Ended]) -> String {
    let mut failed: Vec<(&str, &str)> =
        ended.iter().filter_map(|ended| Some((ended.node.as_str(), ended.result.as_ref().err()?.as_str()))).collect();
    if failed.is_empty() {
        return String::new();
    }
    failed.sort_unstable();
    let lines = failed.iter().map(|(node, why)| format!("{node}: {why}\n"));
    let (lines, count): (String, usize) = (lines.collect(), failed.len());
    format!("{lines}failed on {count} of {} nodes\n", ended.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::WalkStep;
    use crate::plan::StepKind;

    #[test]
    fn names_line_up_and_the_streams_stay_apart() {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let mut lines = Prefixed::new(&mut stdout, &mut stderr);
        let step =
            |node: &str| WalkStep { id: format!("exec:{node}"), kind: StepKind::Command, node: Some(node.to_owned()) };
        lines.read(&Event::WalkStarted { steps: vec![step("a"), step("alpha")] });
        for (node, stream, line) in
            [("a", Stream::Stdout, "x y"), ("alpha", Stream::Stdout, ""), ("a", Stream::Stderr, "oh")]
        {
            lines.read(&Event::CommandOutput { step: format!("exec:{node}"), stream, line: line.to_owned() });
        }
        assert_eq!(String::from_utf8(stdout).unwrap(), "a     | x y\nalpha | \n");
        assert_eq!(String::from_utf8(stderr).unwrap(), "a     | oh\n");
    }

    #[test]
    fn failures_are_listed_by_node() {
        let ended = |node: &str, result: Result<(), &str>| Ended {
            node: node.to_owned(),
            result: result.map_err(str::to_owned),
        };
        let all = [
            ended("gamma", Err("cannot connect to gamma: it does not answer")),
            ended("alpha", Ok(())),
            ended("beta", Err("exit status: 3")),
        ];
        insta::assert_snapshot!(verdict(&all), @r"
        beta: exit status: 3
        gamma: cannot connect to gamma: it does not answer
        failed on 2 of 3 nodes
        ");
        assert_eq!(verdict(&all[1..2]), "");
    }
}
