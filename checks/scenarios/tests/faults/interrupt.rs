//! Ctrl-C, once and twice.

use netlib_scenarios::{GATE, Network, Site, assert_says};

const HOSTS: [&str; 2] = ["alpha", "beta"];

/// A network whose second node waits for the first, which waits at its gate.
fn network() -> Network {
    Network::of(&HOSTS)
        .with("deploy.order.one = { nodes = [ \"beta\" ]; after = [ \"alpha\" ]; };")
        .configure("alpha", GATE)
}

/// Fault 15.
#[test]
fn after_one_interrupt_a_switch_ends_well_and_nothing_new_starts() {
    let site = Site::up(&HOSTS);
    site.deployed(&Network::of(&HOSTS), "alpha");
    let before = site.systems("beta");
    site.write(&network().configure("beta", "environment.etc.\"new\".text = \"new\";"));
    let toplevel = site.toplevel("alpha");
    let run = site.start("deploy");
    site.wait_for_gate("alpha");
    // In the middle of a question to the host, if one is under way: the interrupt reaches every process of the terminal.
    site.exec_must("alpha", "pkill -STOP sshd-session");
    run.interrupt();
    run.wait_for("Interrupted");
    site.exec_must("alpha", "pkill -CONT sshd-session");
    site.open_gate("alpha");
    let (status, text) = run.wait();
    assert_eq!(status, 130, "{text}");
    assert_says(&text, &["Interrupted: no new steps", "skipped"]);
    assert_eq!(site.systems("alpha"), (toplevel.clone(), toplevel.clone()));
    assert_eq!(site.phases("alpha", &toplevel), ["confirmed"]);
    assert_eq!(site.systems("beta"), before, "{text}");
    site.assert_boots("alpha", &toplevel);
    site.netlib_must("deploy");
    site.assert_active("beta");
}

/// Fault 15: the same for a copy, which nothing depends on yet.
#[test]
fn an_interrupt_during_a_copy_leaves_the_old_system() {
    let network = Network::of(&["alpha"]);
    let site = Site::deployed_on(&["alpha"], &network);
    let before = site.systems("alpha").0;
    site.write(&network.configure("alpha", Site::large_copy()));
    let toplevel = site.toplevel("alpha");
    site.gate_copies("alpha");
    let run = site.start("deploy");
    site.wait_for_copy("alpha");
    run.interrupt();
    let (status, text) = run.wait();
    assert_eq!(status, 130, "{text}");
    assert!(site.phases("alpha", &toplevel).is_empty(), "{text}");
    assert_eq!(site.systems("alpha"), (before.clone(), before.clone()));
    site.assert_boots("alpha", &before);
}
