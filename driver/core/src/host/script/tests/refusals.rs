//! What the script refuses, and what people read then.

use std::fs;
use std::time::Duration;

use super::super::*;
use super::bed::{Bed, Switch, identity};

#[tokio::test]
async fn the_second_deployer_hears_of_the_first() {
    let bed = Bed::new();
    let slow = bed.toplevel("slow", Switch::WaitsFor(bed.path("go")));
    let new = bed.toplevel("new", Switch::Works);
    activate(&bed, &bed.activation("1-a", &slow)).await.unwrap();
    bed.wait_for_phase("1-a", Phase::Activating).await;
    let seen = probe(&bed).await.unwrap();
    assert_eq!(seen.lock.unwrap().deployer, "ann@desk");
    assert_eq!(seen.unfinished, []);
    let error = activate(&bed, &bed.activation("2-b", &new)).await.unwrap_err().to_string();
    let since = error.split("since ").nth(1).unwrap().split(';').next().unwrap().to_owned();
    insta::assert_snapshot!(error.replace(&since, "TIME"), @r"
    a bed: ann@desk has been deploying to this host since TIME; nothing was changed
      help: wait for that deployment to end, then deploy again
    ");
    assert!(!bed.path("var/lib/netlib/deploys/2-b").exists());
    assert!(!bed.path("run/netlib/host-2-b.sh").exists());
    assert!(bed.path("run/netlib/host-1-a.sh").exists());
    fs::write(bed.path("go"), "").unwrap();
    assert_eq!(bed.end("1-a").await.phase, Phase::Confirmed);
    assert_eq!(bed.deploy("3-c", &new).await.phase, Phase::Confirmed);
}

/// Whoever looks while another one's unit takes the lock must not take its record for a leftover.
#[tokio::test]
async fn of_many_deployers_at_one_moment_a_single_one_begins() {
    let bed = Bed::new();
    for round in 0..6 {
        let go = bed.path(&format!("go-{round}"));
        let slow = bed.toplevel(&format!("slow-{round}"), Switch::WaitsFor(go.clone()));
        let asked: Vec<Activation> =
            (0..6).map(|deployer| bed.activation(&format!("{round}-{deployer}"), &slow)).collect();
        let answers = futures::future::join_all(asked.iter().map(|asked| activate(&bed, asked))).await;
        let (begun, refused): (Vec<_>, Vec<_>) =
            std::iter::zip(&asked, answers).partition(|(_, answer)| answer.is_ok());
        let [(begun, _)] = begun.as_slice() else {
            panic!("{} deployers began", begun.len());
        };
        for (_, answer) in refused {
            let Err(HostError::Refused { refusal, .. }) = answer else {
                panic!("{answer:?}");
            };
            assert!(matches!(&*refusal, Refusal::Busy { .. }), "{refusal}");
        }
        fs::write(go, "").unwrap();
        assert_eq!(bed.end(&begun.nonce).await.phase, Phase::Confirmed);
    }
}

/// The end of an activation is written down an instant before its unit lets go of the lock.
#[tokio::test]
async fn an_activation_that_is_over_keeps_nobody_from_the_next() {
    let bed = Bed::new();
    let new = bed.toplevel("new", Switch::Works);
    let newer = bed.toplevel("newer", Switch::Works);
    assert_eq!(bed.deploy("1-a", &new).await.phase, Phase::Confirmed);
    fs::write(bed.path("run/netlib/holder"), "nonce=1-a\n").unwrap();
    let lock = fs::File::open(bed.path("run/netlib/lock")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let asked = bed.activation("2-b", &newer);
    let lets_go = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        fs::remove_file(bed.path("run/netlib/holder")).unwrap();
        drop(lock);
    };
    let (answer, ()) = futures::join!(activate(&bed, &asked), lets_go);
    answer.unwrap();
    assert_eq!(bed.end("2-b").await.phase, Phase::Confirmed);
}

#[tokio::test]
async fn what_somebody_else_deployed_meanwhile_is_not_undone() {
    let bed = Bed::new();
    let [old, theirs, ours] = ["old", "theirs", "ours"].map(|name| bed.toplevel(name, Switch::Works));
    bed.run_system(&old);
    let mut asked = bed.activation("2-b", &ours);
    asked.seen = Some([Some(old.clone()), Some(old.clone())]);
    assert_eq!(bed.deploy("1-a", &theirs).await.phase, Phase::Confirmed);
    let error = activate(&bed, &asked).await.unwrap_err().to_string();
    let (before, after) = error.split_once(" at 2").unwrap();
    assert_eq!(
        before,
        format!("a bed: the host changed while this deployment was prepared: ann@desk deployed {theirs}")
    );
    assert!(after.contains("nothing was changed\n"), "{error}");
    assert!(!bed.path("var/lib/netlib/deploys/2-b").exists());
    assert_eq!(bed.look("1-a").await.current, Some(theirs.clone()));

    // Neither is what was only prepared for the next boot, by whatever means.
    let boots = bed.path("nix/var/nix/profiles/system-9-link");
    std::os::unix::fs::symlink(&old, boots).unwrap();
    let profile = bed.path("nix/var/nix/profiles/system");
    fs::remove_file(&profile).unwrap();
    std::os::unix::fs::symlink("system-9-link", &profile).unwrap();
    asked.seen = Some([Some(theirs.clone()), Some(theirs.clone())]);
    assert!(activate(&bed, &asked).await.is_err());

    asked.seen = Some([Some(theirs), Some(old)]);
    activate(&bed, &asked).await.unwrap();
    assert_eq!(bed.end("2-b").await.phase, Phase::Confirmed);
}

#[tokio::test]
async fn a_host_of_another_network_is_refused_unless_adopted() {
    let bed = Bed::new();
    let new = bed.toplevel("new", Switch::Works);
    let [home, work] = ["home", "work"].map(identity);
    identify(&bed, &home).await.unwrap();
    assert_eq!(probe(&bed).await.unwrap().network.as_ref(), Some(&home.network));
    let error = admit(&bed, &work, &[]).await.unwrap_err();
    insta::assert_snapshot!(error, @r#"
    a bed: this host belongs to the network `home` (id id-home); nothing was changed
      help: check `target.host`; if the host is to move to this network, add --adopt to `netlib deploy`, or `netlib facts gather`
    "#);
    let mut activation = bed.activation("1-a", &new);
    activation.identity = work.clone();
    let error = activate(&bed, &activation).await.unwrap_err();
    assert!(error.to_string().contains("this host belongs to the network"), "{error}");
    assert!(identify(&bed, &work).await.is_err());
    assert_eq!(probe(&bed).await.unwrap().network, Some(home.network));
    let adopts = Identity { adopts: true, ..work };
    assert!(admit(&bed, &adopts, &[]).await.is_ok());
    identify(&bed, &adopts).await.unwrap();
    assert_eq!(fs::read_to_string(bed.path("var/lib/netlib/network")).unwrap(), "id=id-work\nname=work\nnode=\n");
}

fn node(names: &[&str]) -> Identity {
    Identity { names: names.join(" "), ..identity("home") }
}

#[tokio::test]
async fn a_host_of_another_node_is_refused_unless_that_is_an_earlier_name() {
    let bed = Bed::new();
    let new = bed.toplevel("new", Switch::Works);
    assert_eq!(bed.deploy("1-a", &new).await.phase, Phase::Confirmed);
    assert_eq!(probe(&bed).await.unwrap().node.as_deref(), Some("alpha"));
    let beta = Identity { adopts: true, ..node(&["beta"]) };
    let error = admit(&bed, &beta, &[]).await.unwrap_err();
    insta::assert_snapshot!(error, @r#"
    a bed: this host is the machine of the node `alpha`, not of `beta`; nothing was changed
      help: check `target.host` of both nodes; if `alpha` was renamed, or its machine is to be `beta` from now on, set `nodes.beta.formerNames = [ "alpha" ];`
    "#);
    let mut activation = bed.activation("2-b", &new);
    activation.identity = beta.clone();
    assert!(activate(&bed, &activation).await.is_err() && identify(&bed, &beta).await.is_err());
    for wrong in ["alph", "alphabeta", "*", "alpha-old"] {
        assert!(admit(&bed, &node(&["beta", wrong]), &[]).await.is_err(), "{wrong}");
    }
    let renamed = node(&["beta", "older", "alpha"]);
    let probe = admit(&bed, &renamed, &[]).await.unwrap();
    assert!(!renamed.is_of(&probe));
    identify(&bed, &renamed).await.unwrap();
    assert!(renamed.is_of(&admit(&bed, &renamed, &[]).await.unwrap()));
    assert!(admit(&bed, &node(&["alpha"]), &[]).await.is_err());
}

/// Of a machine that is adopted from another network, the node that it was there says nothing.
#[tokio::test]
async fn what_the_record_says_of_a_node_counts_in_its_own_network_only() {
    let bed = Bed::new();
    let write = |record: &str| {
        fs::create_dir_all(bed.path("var/lib/netlib")).unwrap();
        fs::write(bed.path("var/lib/netlib/network"), format!("id=id-home\nname=home\n{record}")).unwrap();
    };
    write("node=alpha\n");
    let adopts = Identity { adopts: true, names: "beta".to_owned(), ..identity("work") };
    admit(&bed, &adopts, &[]).await.unwrap();
    // As older versions of netlib wrote it.
    for record in ["by=\n", "by=1-a\nnode=\n"] {
        write(record);
        let beta = node(&["beta"]);
        assert!(!beta.is_of(&admit(&bed, &beta, &[]).await.unwrap()));
        identify(&bed, &beta).await.unwrap();
        assert!(beta.is_of(&admit(&bed, &beta, &[]).await.unwrap()));
    }
    // What else may be there is no other node's name, and harms nobody.
    for record in [
        "node=* beta *\n",
        "node=\u{1b}[31m$(touch /tmp/x)\"\n",
        "node=beta alpha\n",
        &format!("node={}\n", "x".repeat(300_000)),
    ] {
        write(record);
        let error = admit(&bed, &node(&["beta"]), &[]).await.unwrap_err().to_string();
        assert!(error.contains("this host is the machine of the node") && !error.contains('\u{1b}'), "{error}");
    }
}

#[tokio::test]
async fn two_networks_with_one_id_are_told_apart_by_name() {
    let bed = Bed::new();
    let named = |name| {
        let mut named = identity(name);
        named.network.id = "one".to_owned();
        named
    };
    identify(&bed, &named("home")).await.unwrap();
    let error = admit(&bed, &named("work"), &[]).await.unwrap_err();
    insta::assert_snapshot!(error, @r#"
    a bed: two networks share the id one: this host belongs to the one named `home`; nothing was changed
      help: give each network a `network.id` of its own; if this one was renamed, deploy once with --adopt
    "#);
}

#[tokio::test]
async fn nothing_is_activated_without_a_toplevel_or_a_place_for_the_state() {
    let bed = Bed::new();
    let error = activate(&bed, &bed.activation("1-a", "/nix/store/none")).await.unwrap_err();
    assert!(error.to_string().contains("there is no "), "{error}");
    let new = bed.toplevel("new", Switch::Works);
    fs::create_dir_all(bed.path("var/lib")).unwrap();
    fs::create_dir_all(bed.path("var/lib/netlib")).unwrap();
    fs::write(bed.path("var/lib/netlib/deploys"), "in the way").unwrap();
    let error = activate(&bed, &bed.activation("1-a", &new)).await.unwrap_err();
    let error = error.to_string().replace(bed.path("").to_str().unwrap(), "/");
    insta::assert_snapshot!(error, @r"
    a bed: /var/lib/netlib/deploys has to be a folder of root's alone, and is: regular file of root, mode 644; nothing was changed
      help: move it away there, then deploy again
    ");
    fs::remove_file(bed.path("var/lib/netlib/deploys")).unwrap();
    fs::create_dir_all(bed.path("nix/var/nix/gcroots")).unwrap();
    fs::write(bed.path("nix/var/nix/gcroots/netlib"), "in the way").unwrap();
    let error = activate(&bed, &bed.activation("1-a", &new)).await.unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("a bed: the host could not write down its state; nothing was activated\n"), "{text}");
    assert!(text.contains("File exists"), "{text}");
    assert!(!bed.path("var/lib/netlib/deploys/1-a").exists());
    assert_eq!(probe(&bed).await.unwrap().current_system, None);
}

#[tokio::test]
async fn a_host_without_nix_is_told_what_to_install() {
    let bed = Bed::new();
    fs::write(bed.path("nix/var/nix/profiles/default/bin/nix"), "#!/bin/sh\nexit 127\n").unwrap();
    let error = probe(&bed).await.unwrap_err();
    insta::assert_snapshot!(error, @r"
    a bed: there is no `nix`
      help: install Nix there; a host of netlib is NixOS, or a Debian with `apt install nix-bin`
    ");
}

#[tokio::test]
async fn something_else_that_answers_is_not_taken_for_the_script() {
    let bed = Bed::new();
    let output = crate::process::Output { stdout: b"This account is disabled.\n".to_vec(), stderr: String::new() };
    let error = answer::read::<Known>(&bed, "probe", &output).err().unwrap();
    insta::assert_snapshot!(error, @r#"a bed: unexpected answer of the host script's `probe`: "This account is disabled.\n""#);
}

#[tokio::test]
async fn the_script_refuses_what_it_does_not_know() {
    let bed = Bed::new();
    let error = tell(&bed, "explode", &[]).await.unwrap_err().to_string();
    assert!(error.contains("exit status: 64") && error.contains("no subcommand 'explode'"), "{error}");
    let error = tell(&bed, "status", &["../../etc", "0"]).await.unwrap_err().to_string();
    assert!(error.contains("bad nonce"), "{error}");
}

#[tokio::test]
async fn what_was_recorded_a_moment_ago_counts_as_under_way() {
    let bed = Bed::new();
    let new = bed.toplevel("new", Switch::Works);
    let newer = bed.toplevel("newer", Switch::Works);
    assert_eq!(bed.deploy("1-a", &new).await.phase, Phase::Confirmed);
    bed.change_state("1-a", &[("phase", "prepared")]);
    let seen = probe(&bed).await.unwrap();
    assert_eq!(seen.unfinished, []);
    assert_eq!(seen.lock.unwrap().deployment.unwrap().phase, Phase::Prepared);
    let error = activate(&bed, &bed.activation("2-b", &newer)).await.unwrap_err();
    let HostError::Refused { refusal, .. } = error else {
        panic!("{error}");
    };
    let Refusal::Busy { lock: holder } = *refusal else {
        panic!("{refusal}");
    };
    assert_eq!(holder.deployment.unwrap().toplevel, new);
    // Neither does one that another boot left, however young that is, nor one that has not begun after a minute.
    let boot = bed.state_value("1-a", "boot");
    bed.change_state("1-a", &[("boot", "another")]);
    let seen = probe(&bed).await.unwrap();
    assert_eq!((seen.lock, seen.unfinished.len()), (None, 1));
    bed.change_state("1-a", &[("boot", &boot)]);
    bed.change_state("1-a", &[("started_uptime", "-100")]);
    assert_eq!(bed.deploy("2-b", &newer).await.phase, Phase::Confirmed);
    assert_eq!(bed.look("1-a").await.phase, Phase::Interrupted);
}

#[tokio::test]
async fn a_mount_that_hangs_keeps_nobody_from_an_answer() {
    let bed = Bed::new();
    let [old, new] = ["old", "new"].map(|name| bed.toplevel(name, Switch::Works));
    bed.run_system(&old);
    bed.tool(&old, "df", "exec sleep 1000");
    fs::create_dir_all(bed.path("var/lib/netlib/deploys")).unwrap();
    fs::write(bed.path("var/lib/netlib/deploys/1-a"), "in the way").unwrap();
    let error = activate(&bed, &bed.activation("1-a", &new)).await.unwrap_err().to_string();
    assert!(error.starts_with("a bed: the host could not write down its state"), "{error}");
    assert!(!error.contains("file system:"), "{error}");
}
