//! As SVG, without another program: machines are columns, networks and services are rows, as on plans of networks.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::service_title;
use crate::topology::{Network, Topology};

/// Wide enough for a character of the font, which is not known here.
const CHARACTER: usize = 7;
const LINE: usize = 15;
const MARGIN: usize = 12;
const TOP: usize = 80;
const BOX_HEIGHT: usize = 50;

/// One row: what it is called, and what it says at which machine.
struct Row {
    titles: Vec<String>,
    colour: &'static str,
    stops: Vec<Stop>,
}

/// What a machine is in a row.
struct Stop {
    machine: String,
    /// The first is written above the line, the others below.
    labels: Vec<String>,
    shape: Shape,
}

#[derive(Clone, Copy)]
enum Shape {
    /// A member of a network, or who uses a service.
    Dot,
    /// A member that passes packets on.
    Ring,
    /// Where a service is.
    Square,
}

/// Where columns are and how wide.
struct Columns {
    width: usize,
    middle: BTreeMap<String, usize>,
    end: usize,
}

/// Draws each network as a line across its members, each service as one from its clients to where it runs.
#[must_use]
pub fn svg(topology: &Topology) -> String {
    let rows = rows(topology);
    let columns = Columns::of(topology, &rows);
    let (mut lines, mut shapes) = (String::new(), String::new());
    let mut y = TOP;
    // Down from each machine to the last row that concerns it, below everything else.
    let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rows {
        y += LINE * 2;
        for stop in &row.stops {
            ends.insert(&stop.machine, y);
        }
        draw(&mut shapes, row, y, &columns);
        y += LINE * (row.lines_below() + 1);
    }
    for (machine, end) in ends {
        if let Some(x) = columns.middle.get(machine) {
            let _ = writeln!(
                lines,
                "<line x1=\"{x}\" y1=\"60\" x2=\"{x}\" y2=\"{end}\" stroke=\"lightgrey\"/>"
            );
        }
    }
    let (width, height) = (columns.end, y + MARGIN);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    text(&mut out, (MARGIN, 40), &topology.network.name);
    out.push_str(&lines);
    machines(&mut out, topology, &columns);
    out.push_str(&shapes);
    out.push_str("</svg>\n");
    out
}

impl Columns {
    /// As wide as the widest text needs: nothing is written over anything else.
    fn of(topology: &Topology, rows: &[Row]) -> Self {
        let labels = rows
            .iter()
            .flat_map(|row| row.stops.iter().flat_map(|stop| &stop.labels));
        let machines = topology
            .machines()
            .flat_map(|(name, machine)| [Some(name), machine.addresses.first().map(String::as_str)])
            .flatten();
        let widest = widest(labels.map(String::as_str).chain(machines));
        let width = (widest * CHARACTER + 3 * MARGIN).max(150);
        let titles = rows.iter().flat_map(|row| &row.titles).map(String::as_str);
        let first = MARGIN * 2 + CHARACTER * self::widest(titles.chain([&*topology.network.name]));
        let names = topology.machines().enumerate();
        Self {
            width,
            middle: names
                .map(|(index, (name, _))| (name.to_owned(), first + index * width + MARGIN))
                .collect(),
            end: first + topology.machines().count() * width + MARGIN,
        }
    }
}

fn widest<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts
        .map(|text| text.chars().count())
        .max()
        .unwrap_or_default()
}

impl Row {
    fn lines_below(&self) -> usize {
        let labels = self.stops.iter().map(|stop| stop.labels.len());
        labels
            .chain([self.titles.len()])
            .max()
            .unwrap_or_default()
            .saturating_sub(1)
    }
}

fn rows(topology: &Topology) -> Vec<Row> {
    let mut rows: Vec<Row> = topology.networks.values().map(network).collect();
    // The same service of several machines with the same clients is one row.
    let mut services: BTreeMap<(String, &[String]), Vec<&str>> = BTreeMap::new();
    for (machine, name, service) in topology.all_services() {
        if !service.clients.is_empty() {
            let key = (service_title(name, service), &service.clients[..]);
            services.entry(key).or_default().push(machine);
        }
    }
    rows.extend(services.into_iter().map(|((title, clients), machines)| {
        let stop = |shape| {
            move |machine: &str| Stop {
                machine: machine.to_owned(),
                labels: Vec::new(),
                shape,
            }
        };
        // Clients on top: who asks itself is both.
        let machines = machines.into_iter().map(stop(Shape::Square));
        let clients = clients.iter().map(String::as_str).map(stop(Shape::Dot));
        Row {
            titles: vec![title],
            colour: "darkblue",
            stops: machines.chain(clients).collect(),
        }
    }));
    rows
}

fn network(network: &Network) -> Row {
    let links = || network.links.iter().flatten();
    let mut relays: BTreeSet<&str> = network.relays.iter().map(String::as_str).collect();
    relays.extend(links().filter_map(|link| link.via.as_deref()));
    let mut titles = vec![network.label.clone()];
    titles.extend(network.subnets.iter().cloned());
    if !relays.is_empty() {
        let relays: Vec<&str> = relays.iter().copied().collect();
        titles.push(format!("through {}", relays.join(", ")));
    } else if network.links.is_some() {
        titles.extend(links().map(|link| format!("{} - {}", link.from, link.to)));
    }
    Row {
        titles,
        colour: "darkgreen",
        stops: network
            .members
            .iter()
            .map(|(machine, member)| {
                let mut labels = member.addresses.clone();
                labels.extend(
                    member
                        .allowed_ips
                        .iter()
                        .map(|behind| format!("+ {behind}")),
                );
                let is_relay = relays.contains(machine.as_str());
                Stop {
                    machine: machine.clone(),
                    labels,
                    shape: if is_relay { Shape::Ring } else { Shape::Dot },
                }
            })
            .collect(),
    }
}

fn machines(out: &mut String, topology: &Topology, columns: &Columns) {
    for (name, machine) in topology.machines() {
        let Some(x) = columns.middle.get(name).map(|middle| middle - MARGIN) else {
            continue;
        };
        let dash = if topology.externals.contains_key(name) {
            " stroke-dasharray=\"4\""
        } else {
            ""
        };
        let width = columns.width - MARGIN;
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"15\" width=\"{width}\" height=\"{BOX_HEIGHT}\" rx=\"4\" fill=\"white\" stroke=\"black\"{dash}/>"
        );
        text(out, (x + 8, 35), name);
        if let Some(address) = machine.addresses.first() {
            text(out, (x + 8, 55), address);
        }
    }
}

fn draw(out: &mut String, row: &Row, y: usize, columns: &Columns) {
    let place = |stop: &Stop| columns.middle.get(&stop.machine).copied();
    let places: Vec<usize> = row.stops.iter().filter_map(place).collect();
    let colour = row.colour;
    for (index, title) in row.titles.iter().enumerate() {
        text(out, (MARGIN, y + 4 + index * LINE), title);
    }
    if let (Some(first), Some(last)) = (places.iter().min(), places.iter().max()) {
        let _ = writeln!(
            out,
            "<line x1=\"{first}\" y1=\"{y}\" x2=\"{last}\" y2=\"{y}\" stroke=\"{colour}\" stroke-width=\"3\"/>"
        );
    }
    for stop in &row.stops {
        let Some(x) = place(stop) else { continue };
        let (left, above) = (x - 7, y - 7);
        let _ = match stop.shape {
            Shape::Dot => writeln!(
                out,
                "<circle cx=\"{x}\" cy=\"{y}\" r=\"5\" fill=\"{colour}\" stroke=\"white\"/>"
            ),
            Shape::Ring => writeln!(
                out,
                "<circle cx=\"{x}\" cy=\"{y}\" r=\"7\" fill=\"white\" stroke=\"{colour}\" stroke-width=\"3\"/>"
            ),
            Shape::Square => writeln!(
                out,
                "<rect x=\"{left}\" y=\"{above}\" width=\"14\" height=\"14\" fill=\"{colour}\"/>"
            ),
        };
        for (index, label) in stop.labels.iter().enumerate() {
            let at = if index == 0 {
                y - 9
            } else {
                y + 3 + index * LINE
            };
            text(out, (x + 9, at), label);
        }
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
