//! In Mermaid's language, which many forges draw within Markdown.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{service_title, title};
use crate::topology::Topology;

/// The same picture as `dot`. Names get short ids, as Mermaid's may hold little.
#[must_use]
pub fn mermaid(topology: &Topology) -> String {
    let mut out = "graph LR\n".to_owned();
    let ids: BTreeMap<&str, String> = topology
        .machines()
        .enumerate()
        .map(|(index, (name, _))| (name, format!("m{index}")))
        .collect();
    // A name that is nobody's cannot be drawn to; Nix refuses it before.
    let id = |name: &str| {
        ids.get(name)
            .cloned()
            .unwrap_or_else(|| "unknown".to_owned())
    };
    for (name, machine) in topology.machines() {
        let mut lines = vec![name.to_owned()];
        lines.extend(machine.addresses.first().cloned());
        let (open, close) = if topology.externals.contains_key(name) {
            ("(", ")")
        } else {
            ("[", "]")
        };
        let _ = writeln!(
            out,
            "  {}{open}{}{close}",
            id(name),
            quoted(&lines.join("\n"))
        );
    }
    for (index, network) in topology.networks.values().enumerate() {
        let _ = writeln!(out, "  n{index}{{{{{}}}}}", quoted(&title(network)));
        for (member, settings) in &network.members {
            let addresses = quoted(&settings.addresses.join("\n"));
            let _ = writeln!(out, "  {} ---|{addresses}| n{index}", id(member));
        }
        for link in network.links.iter().flatten() {
            let line = if link.via.is_some() { "-.-" } else { "===" };
            let _ = writeln!(
                out,
                "  {} {line}|{}| {}",
                id(&link.from),
                quoted(&network.label),
                id(&link.to)
            );
        }
    }
    for (machine, name, service) in topology.all_services() {
        for client in &service.clients {
            let label = quoted(&service_title(name, service));
            let _ = writeln!(out, "  {} -->|{label}| {}", id(client), id(machine));
        }
    }
    out
}

fn quoted(text: &str) -> String {
    let escaped = text
        .replace('"', "#quot;")
        .replace('<', "#lt;")
        .replace('>', "#gt;");
    format!("\"{}\"", escaped.replace('\n', "<br/>"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::tests::example;
    use insta::assert_snapshot;

    #[test]
    fn draws_networks_links_and_services() {
        assert_snapshot!(mermaid(&example()));
    }
}
