//! What `netlib exec` prints: lines with the node's name in front, and where the command failed.

use std::io::Write;

use super::readers::{Reader, Steps};
use super::summary::Summary;
use crate::event::Event;
use crate::process::Stream;

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

/// Where the command failed and why, sorted by node; empty where all is well.
#[must_use]
pub fn verdict(summary: &Summary) -> String {
    let failed = summary.nodes.iter().filter(|(_, row)| !row.result.is_good());
    let lines: Vec<String> = failed.map(|(node, row)| format!("{node}: {}\n", row.detail)).collect();
    if lines.is_empty() {
        return String::new();
    }
    format!("{}failed on {} of {} nodes\n", lines.concat(), lines.len(), summary.nodes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::WalkStep;
    use crate::plan::StepKind;

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
}
