//! A host that belongs to another network.

use netlib_scenarios::{Network, Site};

/// Fault 13.
#[test]
fn a_host_of_another_network_is_refused_unless_adopted() {
    let site = Site::up(&["alpha"]);
    let network = Network::of(&["alpha"]);
    site.write(&network.clone().with("network.id = \"one\";"));
    site.netlib_must("deploy");
    let before = site.systems("alpha");
    let changed = network.configure("alpha", "environment.etc.\"changed\".text = \"yes\";");

    // The same id and another name: two networks would fight for the host.
    site.write(&changed.clone().with("network.id = \"one\"; network.name = \"impostor\";"));
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("share the id one") && text.contains("`test`"), "{text}");
    assert_eq!(site.systems("alpha"), before);

    site.write(&changed.with("network.id = \"two\";"));
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert!(text.contains("--adopt"), "{text}");
    assert_eq!(site.systems("alpha"), before);

    // Not even built: it is known before.
    let toplevel = site.toplevel("alpha");
    assert!(!site.sh(&format!("test -e {toplevel}")).success());

    site.assert_boots("alpha", &before.0);
    site.netlib_must("deploy --adopt");
    site.assert_active("alpha");
    site.netlib_must("deploy");
}
