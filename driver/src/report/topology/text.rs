//! For reading in a terminal.

use std::fmt::Write;

use super::{service_title, title};
use crate::topology::{Network, Topology};

/// Networks with their members and links, then services with their clients.
#[must_use]
pub fn text(topology: &Topology) -> String {
    let mut out = String::new();
    for (name, machine) in topology.machines() {
        let mut about = machine.addresses.clone();
        about.extend(machine.roles.iter().map(|role| format!("role:{role}")));
        about.extend(machine.tags.iter().map(|tag| format!("@{tag}")));
        if topology.externals.contains_key(name) {
            about.push("(external)".to_owned());
        }
        if !machine.description.is_empty() {
            about.push(machine.description.clone());
        }
        line(&mut out, &[name.to_owned(), about.join(" ")]);
    }
    for network in topology.networks.values() {
        let _ = write!(out, "\n{}", title(network));
        if !network.description.is_empty() {
            let _ = write!(out, ": {}", network.description);
        }
        out.push('\n');
        members(&mut out, network);
    }
    let mut services = topology.all_services().peekable();
    if services.peek().is_some() {
        out.push_str("\nservices\n");
    }
    for (machine, name, service) in services {
        let clients = if service.clients.is_empty() {
            String::new()
        } else {
            format!("<- {}", service.clients.join(", "))
        };
        let what = format!("  {machine}: {}", service_title(name, service));
        line(&mut out, &[what, clients]);
    }
    out
}

fn members(out: &mut String, network: &Network) {
    for (name, member) in &network.members {
        let mut words = vec![format!("  {name}"), member.addresses.join(" ")];
        words.extend(member.interface.clone());
        if !member.allowed_ips.is_empty() {
            words.push(format!("leads to {}", member.allowed_ips.join(" ")));
        }
        line(out, &words);
    }
    for link in network.links.iter().flatten() {
        let via = link.via.as_ref().map(|via| format!("through {via}"));
        let pair = format!("  {} - {}", link.from, link.to);
        line(out, &[pair, via.unwrap_or_default()]);
    }
    if !network.relays.is_empty() {
        let relays = network.relays.join(", ");
        line(
            out,
            &[format!("  packets between these pass through {relays}")],
        );
    }
}

/// Words with two spaces between, empty ones left out.
fn line(out: &mut String, words: &[String]) {
    let words: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| !word.is_empty())
        .collect();
    let _ = writeln!(out, "{}", words.join("  "));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::tests::example;
    use insta::assert_snapshot;

    #[test]
    fn reads_well() {
        assert_snapshot!(text(&example()));
    }
}
