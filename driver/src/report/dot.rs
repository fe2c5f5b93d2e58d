//! The plan as a picture in Graphviz's language: `netlib plan --dot | dot -Tsvg`.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::event::WalkStep;
use crate::graph::Graph;
use crate::plan::StepKind;

/// Writes the graph, with the steps of a node framed together.
#[must_use]
pub fn dot(name: &str, graph: &Graph) -> String {
    let mut text = format!(
        "digraph {} {{\n  rankdir=LR;\n  node [shape=box];\n",
        quoted(name)
    );
    let mut nodes: BTreeMap<Option<&str>, Vec<&WalkStep>> = BTreeMap::new();
    for step in graph.steps() {
        nodes.entry(step.node.as_deref()).or_default().push(step);
    }
    for (node, steps) in nodes {
        // Graphviz frames only subgraphs whose name begins with `cluster`.
        let frame = node
            .map(|node| format!("cluster_{node}"))
            .unwrap_or_default();
        let _ = writeln!(text, "  subgraph {} {{", quoted(&frame));
        let _ = writeln!(text, "    label={};", quoted(node.unwrap_or("deployer")));
        for step in steps {
            let shape = match step.kind {
                StepKind::Gate => " shape=diamond",
                _ => "",
            };
            let _ = writeln!(
                text,
                "    {} [label={}{shape}];",
                quoted(&step.id),
                quoted(label(step))
            );
        }
        text.push_str("  }\n");
    }
    for step in graph.steps() {
        for before in graph.dependencies(&step.id) {
            let _ = writeln!(text, "  {} -> {};", quoted(&before), quoted(&step.id));
        }
        // These only wait for an end, however it comes.
        for before in graph.settled_before(&step.id) {
            let _ = writeln!(
                text,
                "  {} -> {} [style=dashed];",
                quoted(&before),
                quoted(&step.id)
            );
        }
    }
    text.push_str("}\n");
    text
}

/// The kind says enough within the frame of a node.
fn label(step: &WalkStep) -> &str {
    match step.node {
        Some(_) => step.kind.name(),
        None => &step.id,
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::{example, rolled_out};
    use insta::assert_snapshot;

    #[test]
    fn draws_each_node_as_a_frame() {
        let graph = Graph::from_plan(&example()).unwrap();
        assert_snapshot!(dot("home", &graph));
    }

    #[test]
    fn gates_and_what_they_wait_for_are_told_apart() {
        let graph = Graph::from_plan(&rolled_out()).unwrap();
        let text = dot("home", &graph);
        assert!(
            text.contains("\"gate:web:1\" [label=\"gate:web:1\" shape=diamond];"),
            "{text}"
        );
        assert!(
            text.contains("\"check:alpha\" -> \"gate:web:1\" [style=dashed];"),
            "{text}"
        );
        assert!(
            text.contains("\"gate:web:1\" -> \"activate:beta\";"),
            "{text}"
        );
    }

    #[test]
    fn names_are_quoted() {
        assert_eq!(quoted(r#"a"b\"#), r#""a\"b\\""#);
    }
}
