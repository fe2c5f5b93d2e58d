//! In Graphviz's language: `netlib topology --dot | dot -Tsvg`.

use std::fmt::Write;

use super::{service_title, title};
use crate::topology::Topology;

/// Machines as boxes, networks as ellipses with a line to each member; a network with links has lines between members instead.
#[must_use]
pub fn dot(topology: &Topology) -> String {
    let mut out = format!(
        "digraph {} {{\n  layout=neato;\n  overlap=false;\n  splines=true;\n  node [shape=box];\n",
        quoted(&topology.network.name)
    );
    for (name, machine) in topology.machines() {
        let style = if topology.externals.contains_key(name) {
            ", style=dashed"
        } else {
            ""
        };
        let mut lines = vec![name.to_owned()];
        lines.extend(machine.addresses.first().cloned());
        let _ = writeln!(
            out,
            "  {} [label={}{style}];",
            quoted(name),
            quoted(&lines.join("\n"))
        );
    }
    for (name, network) in &topology.networks {
        let place = quoted(&format!("network {name}"));
        let _ = writeln!(
            out,
            "  {place} [shape=ellipse, label={}];",
            quoted(&title(network))
        );
        for (member, settings) in &network.members {
            let addresses = quoted(&settings.addresses.join("\n"));
            let _ = writeln!(
                out,
                "  {} -> {place} [dir=none, label={addresses}];",
                quoted(member)
            );
        }
        for link in network.links.iter().flatten() {
            let style = if link.via.is_some() { "dotted" } else { "bold" };
            let _ = writeln!(
                out,
                "  {} -> {} [dir=none, style={style}, label={}];",
                quoted(&link.from),
                quoted(&link.to),
                quoted(&network.label)
            );
        }
    }
    for (machine, name, service) in topology.all_services() {
        for client in &service.clients {
            let label = quoted(&service_title(name, service));
            let _ = writeln!(
                out,
                "  {} -> {} [color=blue, label={label}];",
                quoted(client),
                quoted(machine)
            );
        }
    }
    out.push_str("}\n");
    out
}

fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", escaped.replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::tests::example;
    use insta::assert_snapshot;

    #[test]
    fn draws_networks_links_and_services() {
        assert_snapshot!(dot(&example()));
    }
}
