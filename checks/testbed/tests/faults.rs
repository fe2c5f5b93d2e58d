//! What can be done to a host: its cable, its power, its disk.

use std::time::Duration;

use netlib_testbed::{Bed, BedOptions, Host, Link, Result};

/// Every boot of a machine has another one.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// How long something may take on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(120);

fn reaches(from: &Host, to: &str) -> Result<bool> {
    Ok(from.exec(["ping", "-c1", "-W2", to])?.success())
}

/// Round trip times of some pings, in milliseconds.
fn round_trips(from: &Host, to: &str) -> Result<Vec<f64>> {
    // The first may pay for finding the neighbour.
    let output = from.sh(&format!("ping -c4 -i0.2 -W5 {to}"))?;
    let times = output.lines().filter_map(|line| line.split_once("time=")?.1.split(' ').next()?.parse().ok());
    Ok(times.collect())
}

#[test]
fn a_pulled_cable_stops_everything_until_it_is_plugged_in_again() -> Result<()> {
    let bed = Bed::up(BedOptions::new(["alpha", "beta"]))?;
    let (deployer, alpha) = (bed.deployer(), bed.host("alpha"));
    assert!(reaches(&deployer, "alpha")?);
    alpha.cut()?;
    assert!(alpha.link()?.cut);
    assert!(!reaches(&deployer, "192.0.2.11")?);
    assert!(!reaches(&deployer, "2001:db8:bed::b")?);
    assert!(!reaches(&alpha, "beta")?);
    assert!(reaches(&deployer, "beta")?, "only alpha's cable was pulled");
    alpha.heal()?;
    for address in ["192.0.2.11", "2001:db8:bed::b"] {
        deployer.wait_until("alpha answers again", PATIENCE, |host| reaches(host, address))?;
    }
    Ok(())
}

#[test]
fn a_delay_is_felt_in_both_families_and_ends() -> Result<()> {
    let bed = Bed::up(BedOptions::new(["alpha", "beta"]))?;
    let (deployer, alpha) = (bed.deployer(), bed.host("alpha"));
    alpha.delay(Duration::from_millis(60))?;
    for address in ["192.0.2.11", "2001:db8:bed::b"] {
        let times = round_trips(&deployer, address)?;
        assert_eq!(times.len(), 4);
        assert!(times.iter().all(|time| *time >= 120.0), "{times:?}");
    }
    // Large transfers survive the detour: no checksum or segment is left for hardware to complete.
    let sum = alpha.sh("head -c 3000000 /dev/urandom > /root/big; sha256sum < /root/big")?;
    assert_eq!(deployer.sh("ssh alpha cat /root/big | sha256sum")?, sum);
    // A host's own state of cable outlives its power.
    alpha.crash()?;
    alpha.boot()?;
    assert!(round_trips(&deployer, "alpha")?.iter().all(|time| *time >= 120.0));
    alpha.delay(Duration::ZERO)?;
    assert_eq!(alpha.link()?, Link::default());
    assert!(reaches(&deployer, "alpha")?);
    alpha.lose(100)?;
    assert!(!reaches(&deployer, "alpha")?);
    alpha.lose(0)?;
    deployer.wait_until("alpha answers again", PATIENCE, |host| reaches(host, "alpha"))
}

#[test]
fn files_outlive_a_power_loss_and_nothing_else_does() -> Result<()> {
    let bed = Bed::up(BedOptions::new(["alpha"]))?;
    let (deployer, alpha) = (bed.deployer(), bed.host("alpha"));
    alpha.write_file("/root/kept", "kept")?;
    alpha.write_file("/run/lost", "lost")?;
    alpha.sh("ip address add 198.51.100.1/32 dev lo; systemd-run --unit=lost sleep 1000")?;
    let machine_id = alpha.read_file("/etc/machine-id")?;
    let boot_id = alpha.read_file(BOOT_ID)?;
    alpha.crash()?;
    assert!(!alpha.is_running()?);
    assert!(alpha.exec(["true"]).unwrap_err().to_string().contains("is off"));
    assert!(!reaches(&deployer, "alpha")?);
    alpha.boot()?;
    assert!(alpha.boot().unwrap_err().to_string().contains("running already"));
    assert_eq!(alpha.read_file("/root/kept")?, "kept");
    assert_eq!(alpha.read_file("/etc/machine-id")?, machine_id);
    assert!(!alpha.exec(["test", "-e", "/run/lost"])?.success());
    assert!(!alpha.exec(["systemctl", "is-active", "lost"])?.success());
    assert!(!alpha.sh("ip address")?.contains("198.51.100.1"));
    assert_ne!(alpha.read_file(BOOT_ID)?, boot_id);
    // The host key stayed the same.
    deployer.sh("ssh -o BatchMode=yes alpha true").map(|_| ())
}

#[test]
fn a_host_that_powers_itself_off_is_off() -> Result<()> {
    let bed = Bed::up(BedOptions::new(["alpha"]))?;
    let alpha = bed.host("alpha");
    let _ = alpha.exec(["systemctl", "poweroff"])?;
    alpha.wait_until("off", PATIENCE, |host| Ok(!host.is_running()?))?;
    alpha.boot()
}

#[test]
fn a_host_with_a_broken_unit_still_boots() -> Result<()> {
    let bed = Bed::up(BedOptions::new(["alpha"]))?;
    let alpha = bed.host("alpha");
    let unit = "[Service]\nExecStart=/bin/false\n[Install]\nWantedBy=multi-user.target\n";
    alpha.write_file("/etc/systemd/system/broken.service", unit)?;
    alpha.sh("systemctl enable broken.service")?;
    alpha.crash()?;
    alpha.boot()?;
    assert!(alpha.sh("systemctl --failed")?.contains("broken.service"));
    Ok(())
}

#[test]
fn a_full_disk_refuses_writes_until_there_is_space() -> Result<()> {
    let bed = Bed::up(BedOptions::new(["alpha"]).disk_limit("alpha", "100M"))?;
    let alpha = bed.host("alpha");
    assert!(bed.deployer().fill_disk().unwrap_err().to_string().contains("no disk limit"));
    alpha.fill_disk()?;
    let refused = alpha.exec(["cp", "/bin/bash", "/nix/store/file"])?;
    assert!(refused.stderr.contains("No space left"), "{}", refused.stderr);
    alpha.free_disk()?;
    alpha.write_file("/root/kept", "kept")?;
    alpha.crash()?;
    alpha.boot()?;
    assert_eq!(alpha.read_file("/root/kept")?, "kept");
    Ok(())
}

#[test]
fn a_wireguard_tunnel_works_with_boringtun() -> Result<()> {
    let bed = Bed::up(BedOptions::new(["alpha", "beta"]))?;
    let (alpha, beta) = (bed.host("alpha"), bed.host("beta"));
    let mut keys = Vec::new();
    for host in [&alpha, &beta] {
        host.sh("umask 077; wg genkey > /root/private")?;
        keys.push(host.sh("wg pubkey < /root/private")?);
    }
    for (host, peer, own, other) in [(&alpha, &beta, 1, 2), (&beta, &alpha, 2, 1)] {
        let key = &keys[other - 1];
        let endpoint = peer.ipv4()?;
        host.sh(&format!(
            "boringtun-cli --disable-drop-privileges wg0 && \
             wg set wg0 listen-port 51820 private-key /root/private peer {key} allowed-ips 10.9.9.{other}/32 endpoint {endpoint}:51820 && \
             ip address add 10.9.9.{own}/24 dev wg0 && ip link set wg0 up"
        ))?;
    }
    alpha.wait_until("beta answers in the tunnel", PATIENCE, |host| reaches(host, "10.9.9.2"))?;
    let received = alpha.sh("wg show wg0 transfer | cut -f2")?;
    assert!(received.parse::<u64>().is_ok_and(|bytes| bytes > 0), "{received}");
    Ok(())
}
