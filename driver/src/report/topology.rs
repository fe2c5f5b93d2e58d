//! Pictures of a network: for reading, for Graphviz, for Mermaid, and as SVG. One format a file.

mod dot;
mod mermaid;
mod svg;
mod text;

pub use dot::dot;
pub use mermaid::mermaid;
pub use svg::svg;
pub use text::text;

use crate::topology::{Network, Service};

/// `wg0 10.10.0.0/24`
fn title(network: &Network) -> String {
    let mut words = vec![network.label.clone()];
    words.extend(network.subnets.iter().cloned());
    words.join(" ")
}

/// `web https 443/tcp`
fn service_title(name: &str, service: &Service) -> String {
    let scheme = service.scheme.as_ref().map(|scheme| format!(" {scheme}"));
    let scheme = scheme.unwrap_or_default();
    format!("{name}{scheme} {}/{}", service.port, service.protocol)
}
