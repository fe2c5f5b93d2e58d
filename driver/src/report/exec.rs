//! What `netlib exec` prints: lines with the node's name in front, and where the command failed.

/// How a command ended on a node.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ended {
    /// Node name.
    pub node: String,
    /// Nothing more to say, or why it failed.
    pub result: Result<(), String>,
}

/// A line of output, behind the name of the node.
#[must_use]
pub fn prefixed(node: &str, width: usize, line: &str) -> String {
    format!("{node:width$} | {line}")
}

/// Where the command failed and why, sorted by node; empty where all is well.
#[must_use]
pub fn verdict(ended: &[Ended]) -> String {
    let mut failed: Vec<(&str, &str)> = ended
        .iter()
        .filter_map(|ended| Some((ended.node.as_str(), ended.result.as_ref().err()?.as_str())))
        .collect();
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

    #[test]
    fn names_line_up() {
        assert_eq!(prefixed("a", 5, "x y"), "a     | x y");
        assert_eq!(prefixed("alpha", 5, ""), "alpha | ");
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
