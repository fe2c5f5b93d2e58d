//! Where beds start from: what every scenario would do first is done once, and its outcome kept (`netlib_testbed::Saved`).

use netlib_testbed::{Bed, BedOptions, Result, Saved};

use crate::site::LOCK;
use crate::{NETWORK, Network, Site};

/// What every system has in its store before anything else; the name keeps it apart from those of scenarios.
const FIRST_BUILD: &str = "nix build --no-link .#netlibConfigurations.default.toplevels.first";

impl Site {
    /// Starts a bed whose hosts run this network already, and whose deployer has deployed it: the hosts were switched off
    /// then, and boot. For scenarios that begin after the first deployment.
    pub fn deployed_on(hosts: &[&str], network: &Network) -> Self {
        let text = network.files().into_iter().map(|(path, text)| format!("{path}\n{text}\n"));
        let text: String = hosts.iter().map(|host| format!("{host}\n")).chain(text).collect();
        let first = || {
            let site = Self::up(hosts);
            site.write(network);
            site.netlib_must("deploy");
            hosts.iter().for_each(|host| site.assert_active(host));
            Ok(site.bed)
        };
        match saved("deployed", &text, first) {
            Some(saved) => Self::with(BedOptions::new(hosts.iter().copied()).start_from(saved)),
            None => Self { bed: first().unwrap_or_else(|error| panic!("no bed: {error}")) },
        }
    }
}

/// The disk of a deployer with the inputs of every network in its store, and what all systems are made of.
pub(crate) fn deployer() -> Option<Saved> {
    saved("deployer", "", || {
        let site = Site::on(BedOptions::default());
        site.write(&Network::of(&["first"]));
        site.must(&format!("cp flake.lock {LOCK} && {FIRST_BUILD}"));
        site.exec_must("deployer", &format!("rm -rf {NETWORK} /root/.cache/nix/eval-cache-*"));
        Ok(site.bed)
    })
}

fn saved(name: &str, text: &str, make: impl FnOnce() -> Result<Bed>) -> Option<Saved> {
    Saved::get(name, &[text], make).unwrap_or_else(|error| panic!("no saved bed: {error}"))
}
