//! The bed's wiring. A bridge lives in a network namespace of the bed's own, each host hangs on it by a
//! veth pair from its own namespace: beds cannot clash, and no frame leaves them.
//!
//! A host whose frames are to be delayed is taken off the bridge and connected through two TAP devices:
//! `pN – bN (bridge) – iN (tap) – forwarder – oN (tap) – br0`. The host itself notices nothing of it.

use std::path::PathBuf;

use crate::error::Result;
use crate::record::{HostRecord, Link, PREFIX};
use crate::tool::Tool;

/// The bridge all hosts hang on.
const BRIDGE: &str = "br0";

/// The network of one bed; `id` is unique on the machine.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    id: String,
}

/// The TAP devices between which a host's frames are forwarded.
#[derive(Debug, Clone)]
pub(crate) struct Taps {
    pub(crate) host_side: String,
    pub(crate) bridge_side: String,
}

impl Network {
    pub(crate) fn new(id: impl Into<String>) -> Self {
        Self { id: id.into() }
    }

    /// The file through which a host's network namespace is entered.
    pub(crate) fn namespace_of(&self, host: &HostRecord) -> PathBuf {
        PathBuf::from("/run/netns").join(self.host_namespace(host))
    }

    /// The file through which the bridge's network namespace is entered.
    pub(crate) fn switch_namespace(&self) -> PathBuf {
        PathBuf::from("/run/netns").join(&self.id)
    }

    fn host_namespace(&self, host: &HostRecord) -> String {
        format!("{}.{}", self.id, host.name)
    }

    /// Makes the bridge.
    pub(crate) fn create(&self) -> Result<()> {
        ip("make the bed's network namespace", &["netns", "add", &self.id])?;
        self.switch(&["link", "set", "lo", "up"])?;
        self.switch(&["link", "add", BRIDGE, "type", "bridge", "stp_state", "0", "mcast_snooping", "0"])?;
        self.switch(&["link", "set", BRIDGE, "up"])
    }

    /// Makes a host's network namespace and plugs it in, by a cable in the state that `link` tells.
    pub(crate) fn plug(&self, host: &HostRecord, link: Link) -> Result<()> {
        if host.image.is_some() {
            self.switch(&["tuntap", "add", &port(host), "mode", "tap"])?;
            return self.connect(host, link);
        }
        let namespace = self.host_namespace(host);
        ip("make a host's network namespace", &["netns", "add", &namespace])?;
        let port = port(host);
        self.switch(&[
            "link",
            "add",
            &port,
            "type",
            "veth",
            "peer",
            "name",
            "eth0",
            "address",
            &host.mac(),
            "netns",
            &namespace,
        ])?;
        self.connect(host, link)?;
        let inside = |args: &[&str]| {
            let mut all = vec!["-n", namespace.as_str()];
            all.extend(args);
            ip(&format!("set up the network of {}", host.name), &all)
        };
        let ipv4 = format!("{}/{}", host.ipv4(), PREFIX.0);
        let ipv6 = format!("{}/{}", host.ipv6(), PREFIX.1);
        inside(&["link", "set", "lo", "up"])?;
        inside(&["address", "add", &ipv4, "dev", "eth0"])?;
        // Without duplicate detection the address can be used at once.
        inside(&["address", "add", &ipv6, "dev", "eth0", "nodad"])?;
        inside(&["link", "set", "eth0", "up"])
    }

    /// Brings the bridge's end of a host's cable into the state that `link` tells.
    fn connect(&self, host: &HostRecord, link: Link) -> Result<()> {
        let detour = detour(host);
        let bridge = if link.is_slow() { &detour } else { BRIDGE };
        let state = if link.cut { "down" } else { "up" };
        self.switch(&["link", "set", &port(host), "master", bridge, state])
    }

    /// Takes a host's network away, with everything that was set up in it.
    pub(crate) fn unplug(&self, host: &HostRecord) -> Result<()> {
        if host.image.is_some() {
            return if self.switch_namespace().exists() { self.delete_link(&port(host)) } else { Ok(()) };
        }
        if !self.namespace_of(host).exists() {
            return Ok(());
        }
        // By name first: the namespace itself lives on as long as anything refers to it.
        self.delete_link(&port(host))?;
        ip("remove a host's network namespace", &["netns", "delete", &self.host_namespace(host)])
    }

    /// Pulls the cable or plugs it in again; a host without power gets its cable when it boots.
    pub(crate) fn carry(&self, host: &HostRecord, link: Link) -> Result<()> {
        let state = if link.cut { "down" } else { "up" };
        if self.has_link(&port(host))? {
            self.switch(&["link", "set", &port(host), state])?;
        }
        Ok(())
    }

    /// The names of the devices a host's frames are forwarded between.
    pub(crate) fn taps(host: &HostRecord) -> Taps {
        Taps { host_side: format!("i{}", host.index), bridge_side: format!("o{}", host.index) }
    }

    /// Takes a host off the bridge and connects it by the two TAP devices, which must exist.
    pub(crate) fn detour(&self, host: &HostRecord) -> Result<()> {
        let (detour, taps) = (detour(host), Self::taps(host));
        self.delete_link(&detour)?;
        self.switch(&["link", "add", &detour, "type", "bridge", "stp_state", "0", "mcast_snooping", "0"])?;
        self.switch(&["link", "set", &taps.host_side, "master", &detour, "up"])?;
        self.switch(&["link", "set", &taps.bridge_side, "master", BRIDGE, "up"])?;
        self.switch(&["link", "set", &detour, "up"])?;
        // A host without power has no port; it is plugged into the detour when it boots.
        if self.has_link(&port(host))? {
            self.switch(&["link", "set", &port(host), "master", &detour])?;
        }
        Ok(())
    }

    /// Connects a host to the bridge directly and removes the detour; the forwarder ends by that.
    pub(crate) fn shortcut(&self, host: &HostRecord) -> Result<()> {
        if self.has_link(&port(host))? {
            self.switch(&["link", "set", &port(host), "master", BRIDGE])?;
        }
        let taps = Self::taps(host);
        for link in [&taps.host_side, &taps.bridge_side, &detour(host)] {
            self.delete_link(link)?;
        }
        Ok(())
    }

    fn has_link(&self, link: &str) -> Result<bool> {
        let shown =
            Tool::new("look for a device", "ip").args(["-n", &self.id, "link", "show", "dev", link]).output()?;
        Ok(shown.success())
    }

    fn delete_link(&self, link: &str) -> Result<()> {
        if self.has_link(link)? {
            self.switch(&["link", "delete", link])?;
        }
        Ok(())
    }

    /// Removes all that is left of the bed's network, however far it had come.
    pub(crate) fn remove(&self) -> Result<()> {
        let hosts = format!("{}.", self.id);
        let names: Vec<String> = std::fs::read_dir("/run/netns")
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| *name == self.id || name.starts_with(&hosts))
            .collect();
        for name in names {
            ip("remove a network namespace", &["netns", "delete", &name])?;
        }
        Ok(())
    }

    fn switch(&self, args: &[&str]) -> Result<()> {
        let mut all = vec!["-n", self.id.as_str()];
        all.extend(args);
        ip("wire the bed", &all)
    }
}

/// The bridge's end of a host's cable.
pub(crate) fn port(host: &HostRecord) -> String {
    format!("p{}", host.index)
}

/// The bridge that connects a slow host with its forwarder.
fn detour(host: &HostRecord) -> String {
    format!("b{}", host.index)
}

fn ip(doing: &str, args: &[&str]) -> Result<()> {
    Tool::new(doing, "ip").args(args).run().map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::record;

    #[test]
    fn device_names_fit_however_long_the_names_of_hosts() {
        let record = record(&["deployer", &"a".repeat(63)]);
        let host = &record.hosts[1];
        let taps = Network::taps(host);
        for device in [port(host), taps.host_side, taps.bridge_side] {
            assert!(device.len() <= 15, "{device}");
        }
        let namespace = Network::new("netlib-0123456789abcdef").host_namespace(host);
        assert!(namespace.len() <= 255);
    }
}
