//! As SVG, without another program: machines are columns, networks and services are rows, as on plans of networks.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{service_title, title};
use crate::topology::Topology;

const COLUMN: usize = 190;
const ROW: usize = 70;
const LEFT: usize = 200;
const TOP: usize = 90;
const BOX: (usize, usize) = (160, 50);

/// One row: what it is called, and what it says at which machine.
struct Row {
    title: String,
    colour: &'static str,
    stops: Vec<Stop>,
}

struct Stop {
    machine: String,
    label: String,
    is_source: bool,
}

/// Draws each network as a line across its members, each service as one from its clients to where it runs.
#[must_use]
pub fn svg(topology: &Topology) -> String {
    let columns: BTreeMap<&str, usize> = topology
        .machines()
        .enumerate()
        .map(|(index, (name, _))| (name, LEFT + index * COLUMN + BOX.0 / 2))
        .collect();
    let rows = rows(topology);
    let (width, height) = (
        LEFT + columns.len() * COLUMN + 20,
        TOP + rows.len() * ROW + 40,
    );
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    text(&mut out, (12, 40), &topology.network.name);
    // Down from each machine to the last row that concerns it, below everything else.
    for (name, x) in &columns {
        let concerns = |row: &Row| row.stops.iter().any(|stop| stop.machine == *name);
        if let Some(last) = rows.iter().rposition(concerns) {
            let y = TOP + last * ROW + ROW / 2;
            let _ = writeln!(
                out,
                "<line x1=\"{x}\" y1=\"60\" x2=\"{x}\" y2=\"{y}\" stroke=\"lightgrey\"/>"
            );
        }
    }
    for (name, machine) in topology.machines() {
        let x = columns.get(name).copied().unwrap_or(LEFT) - BOX.0 / 2;
        let dash = if topology.externals.contains_key(name) {
            " stroke-dasharray=\"4\""
        } else {
            ""
        };
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"15\" width=\"{}\" height=\"{}\" rx=\"4\" fill=\"white\" stroke=\"black\"{dash}/>",
            BOX.0, BOX.1
        );
        text(&mut out, (x + 8, 35), name);
        if let Some(address) = machine.addresses.first() {
            text(&mut out, (x + 8, 55), address);
        }
    }
    for (index, row) in rows.iter().enumerate() {
        draw(&mut out, row, TOP + index * ROW + ROW / 2, &columns);
    }
    out.push_str("</svg>\n");
    out
}

fn rows(topology: &Topology) -> Vec<Row> {
    let networks = topology.networks.values().map(|network| Row {
        title: title(network),
        colour: "darkgreen",
        stops: network
            .members
            .iter()
            .map(|(machine, member)| Stop {
                machine: machine.clone(),
                label: member.addresses.join(" "),
                is_source: true,
            })
            .collect(),
    });
    let used = topology
        .all_services()
        .filter(|(_, _, service)| !service.clients.is_empty());
    let services = used.map(|(machine, name, service)| {
        let stop = |machine: &str, is_source| Stop {
            machine: machine.to_owned(),
            label: if is_source {
                String::new()
            } else {
                format!(":{}", service.port)
            },
            is_source,
        };
        let clients = service.clients.iter().map(|client| stop(client, true));
        Row {
            title: service_title(name, service),
            colour: "darkblue",
            stops: clients.chain([stop(machine, false)]).collect(),
        }
    });
    networks.chain(services).collect()
}

fn draw(out: &mut String, row: &Row, y: usize, columns: &BTreeMap<&str, usize>) {
    let place = |stop: &Stop| columns.get(stop.machine.as_str()).copied();
    let places: Vec<usize> = row.stops.iter().filter_map(place).collect();
    let colour = row.colour;
    text(out, (12, y + 4), &row.title);
    if let (Some(first), Some(last)) = (places.iter().min(), places.iter().max()) {
        let _ = writeln!(
            out,
            "<line x1=\"{first}\" y1=\"{y}\" x2=\"{last}\" y2=\"{y}\" stroke=\"{colour}\" stroke-width=\"3\"/>"
        );
    }
    for stop in &row.stops {
        let Some(x) = place(stop) else { continue };
        let shape = if stop.is_source {
            format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"5\" fill=\"{colour}\"/>")
        } else {
            let (left, above) = (x - 7, y - 7);
            format!(
                "<rect x=\"{left}\" y=\"{above}\" width=\"14\" height=\"14\" fill=\"{colour}\"/>"
            )
        };
        let _ = writeln!(out, "{shape}");
        text(out, (x + 9, y - 9), &stop.label);
    }
}

fn text(out: &mut String, (x, y): (usize, usize), content: &str) {
    let content = content
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    if !content.is_empty() {
        let _ = writeln!(out, "<text x=\"{x}\" y=\"{y}\">{content}</text>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::tests::example;
    use insta::assert_snapshot;

    #[test]
    fn draws_rows_and_columns() {
        assert_snapshot!(svg(&example()));
    }
}
