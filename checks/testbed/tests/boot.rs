//! Hosts as they are after booting: what runs there, who reaches whom, and by which name.

use std::time::Duration;

use netlib_testbed::{Bed, BedOptions, Result, Suite};

#[test]
fn hosts_boot_resolve_each_other_and_let_the_deployer_in() -> Result<()> {
    let bed = Bed::up(BedOptions::new(["alpha", "beta"]))?;
    for host in bed.hosts() {
        assert_eq!(host.sh("cat /proc/1/comm")?, "systemd");
        assert_eq!(host.sh("hostname")?, host.name());
        assert_eq!(host.sh("systemctl is-system-running")?, "running");
        // Nobody else's processes, and no way out of the bed.
        assert_eq!(host.sh("ip route show default; ip -6 route show default")?, "");
        for other in bed.hosts() {
            for name in [other.name().to_owned(), format!("{}.bed", other.name())] {
                host.sh(&format!("ping -4 -c1 -W5 {name} && ping -6 -c1 -W5 {name}"))?;
            }
            let resolved = host.sh(&format!("getent ahosts {}", other.name()))?;
            assert!(resolved.contains(&other.ipv4()?.to_string()), "{resolved}");
            assert!(resolved.contains(&other.ipv6()?.to_string()), "{resolved}");
        }
    }
    let deployer = bed.deployer();
    for destination in ["alpha", "beta.bed", "root@192.0.2.11", "2001:db8:bed::c"] {
        deployer.sh(&format!("ssh -o BatchMode=yes {destination} true"))?;
    }
    assert_eq!(deployer.sh("ssh -o BatchMode=yes admin@alpha 'id -un; sudo id -un'")?, "admin\nroot");
    Ok(())
}

#[test]
fn ssh_reads_the_keys_that_a_deployment_would_write() -> Result<()> {
    let bed = Bed::up(BedOptions::new(["alpha"]))?;
    let (deployer, alpha) = (bed.deployer(), bed.host("alpha"));
    deployer.sh("ssh-keygen -q -t ed25519 -N '' -f /root/other")?;
    let login = "ssh -o BatchMode=yes -o IdentitiesOnly=yes -i /root/other admin@alpha id -un";
    assert!(!deployer.exec(["sh", "-c", login])?.success());
    let key = deployer.read_file("/root/other.pub")?;
    alpha.write_file("/etc/ssh/authorized_keys.d/admin", key)?;
    assert_eq!(deployer.sh(login)?, "admin");
    alpha.change_ssh_host_key()?;
    let refused = deployer.exec(["ssh", "-o", "BatchMode=yes", "alpha", "true"])?;
    assert_eq!(refused.code(), 255);
    assert!(refused.stderr.contains("HOST IDENTIFICATION HAS CHANGED"), "{}", refused.stderr);
    Ok(())
}

#[test]
fn nix_builds_and_copies_without_any_network() -> Result<()> {
    let bed = Bed::up(BedOptions::new(["alpha"]))?;
    let deployer = bed.deployer();
    let expression = r#"derivation { name = "x"; system = builtins.currentSystem; builder = "/bin/sh"; args = [ "-c" "echo built > $out" ]; }"#;
    let build = ["nix", "build", "--impure", "--expr", expression, "--print-out-paths", "--no-link"];
    let path = deployer.command(build).run()?.stdout.trim().to_owned();
    for user in ["root", "admin"] {
        deployer.sh(&format!("nix copy --no-check-sigs --to ssh-ng://{user}@alpha {path}"))?;
        assert_eq!(bed.host("alpha").read_file(&path)?, "built\n");
        bed.host("alpha").sh(&format!("nix store delete {path}"))?;
    }
    assert!(deployer.sh("ls /src")?.contains("Cargo.toml"));
    assert_eq!(deployer.sh("ls -A /src/target")?, "");
    assert!(!deployer.exec(["touch", "/src/new"])?.success());
    Ok(())
}

#[test]
fn commands_pass_on_status_stdin_and_variables_and_end_in_time() -> Result<()> {
    let bed = Bed::up(BedOptions::new(["alpha"]))?;
    let alpha = bed.host("alpha");
    assert_eq!(alpha.exec(["sh", "-c", "exit 42"])?.code(), 42);
    assert_eq!(alpha.exec(["no-such-command"])?.code(), 127);
    let output = alpha.command(["sh", "-c", "cat; echo $NAME; pwd"]).stdin("in\n").env("NAME", "a b");
    assert_eq!(output.current_dir("/tmp").run()?.stdout, "in\na b\n/tmp\n");
    let error = alpha.sh("echo because >&2; exit 3").unwrap_err().to_string();
    assert!(error.contains("alpha") && error.contains("status 3") && error.contains("because"), "{error}");
    let slow = alpha.command(["sh", "-c", "sleep 1000 & sleep 1000"]).timeout(Duration::from_millis(300));
    assert!(slow.output().unwrap_err().to_string().contains("sleep 1000"));
    alpha.wait_until("nothing sleeps", Duration::from_secs(120), |host| {
        Ok(!host.exec(["pgrep", "-x", "sleep"])?.success())
    })?;
    alpha.write_file("/deep/down/file", vec![b'x'; 1 << 20])?;
    assert_eq!(alpha.read_file("/deep/down/file")?.len(), 1 << 20);
    assert!(bed.host("nobody").exec(["true"]).unwrap_err().to_string().contains("no host \"nobody\""));
    Ok(())
}

#[test]
fn a_host_cannot_reach_the_machine_below_it() -> Result<()> {
    let bed = Bed::up(BedOptions::new(["alpha"]))?;
    let alpha = bed.host("alpha");
    for path in ["/proc/sys/kernel/hostname", "/proc/sysrq-trigger", "/sys/kernel/mm/ksm/run"] {
        let before = std::fs::read_to_string(path).ok();
        let _ = alpha.exec(["sh", "-c", &format!("echo 1 > {path}")])?;
        assert_eq!(std::fs::read_to_string(path).ok(), before, "{path}");
    }
    assert!(!alpha.exec(["sh", "-c", "echo 1 > /proc/sys/kernel/panic"])?.success());
    alpha.sh("echo 1 > /proc/sys/net/ipv4/ip_forward")?;
    assert!(!alpha.exec(["test", "-e", "/sys/kernel/debug/sched"])?.success());
    Ok(())
}

#[test]
fn suites_mix_in_one_bed() -> Result<()> {
    let options = BedOptions::new(["old", "new"]).suite_of("old", Suite::Bookworm).suite_of("new", Suite::Forky);
    let bed = Bed::up(options)?;
    assert!(bed.host("old").sh("nix --version")?.contains(" 2.8"));
    let new = bed.host("new").sh("nix --version")?;
    assert!(new.contains(" 2.3"), "{new}");
    for host in ["old", "new"] {
        bed.deployer().sh(&format!("ssh -o BatchMode=yes {host} boringtun-cli --version"))?;
    }
    Ok(())
}
