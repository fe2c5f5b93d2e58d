//! The ways of `netlib run`: arguments, what prepares a run, what ends it, restarts.

use std::time::Duration;

use netlib_scenarios::{Network, Site, assert_says};

use super::{HOSTS, site};

#[test]
fn arguments_are_read_by_nix_and_what_is_wrong_is_said() {
    let site = site();
    site.write(&Network::of(&HOSTS).with(
        "plans.greet = { description = \"Greet somebody\"; requests = [ { deploy = false; } ];
           arguments = { who = { description = \"Whom\"; position = 1; };
             times = { description = \"How often\"; type = \"number\"; default = 1; };
             loud = { description = \"Whether it is heard\"; type = \"flag\"; }; };
           steps.greet = { kind = \"command\"; on = \"deployer\";
             command = ''echo \"$NETLIB_ARG_WHO:$NETLIB_ARG_TIMES:$NETLIB_ARG_LOUD\" >/root/greeted''; }; };",
    ));
    let (status, text) = site.netlib("run");
    assert_eq!(status, 2, "{text}");
    assert_says(&text, &["Plans are `deploy`, `greet`"]);
    let (status, text) = site.netlib("run greet --tims=3");
    assert_eq!(status, 2, "{text}");
    assert_says(&text, &["has no option `--tims`. Did you mean `--times`?", "needs `who`: Whom"]);
    let help = site.netlib_must("run greet --help");
    assert_says(&help, &["Greet somebody", "[--on <selector>]", "--times <number>: How often"]);
    assert!(!help.contains("nodes active"), "{help}");
    site.netlib_must("run greet 'a; touch /root/b $(id) \"${x}' --times=3 --loud");
    assert_eq!(site.must("cat /root/greeted"), "a; touch /root/b $(id) \"${x}:3:true\n");
    site.must("test ! -e /root/b");
}

#[test]
fn what_prepares_a_run_mends_the_network_that_is_evaluated_then() {
    let site = site();
    let network = Network::of(&HOSTS).with(
        "assertions = [ { assertion = builtins.pathExists ./mended; message = \"not mended\"; } ];
         plans.mend = { description = \"Mend it\"; requests = [ { goal = \"build\"; } ];
           prepare.mend.script = ''
             cp -r . /root/other && touch /root/other/mended && git -C /root/other add mended
             printf '{\"flake\":\"git+file:///root/other\"}\\n' >&3
           '';
           hooks.onEnd.tell.script = ''cp \"$NETLIB_CONTEXT\" /root/told''; };
         commands.look = { description = \"Look\"; script = \"echo looked\"; };",
    );
    site.write(&network);
    let (status, text) = site.netlib("deploy --goal build");
    assert_eq!(status, 2, "{text}");
    assert_says(&text, &["not mended"]);
    assert_says(&site.must("nix run .#command -- look"), &["looked"]);
    site.netlib_must("run mend");
    // The flake that is deployed is the changed one: its commit, and a file that is in none.
    let commit = site.must("git rev-parse HEAD").trim().to_owned();
    let source = format!("\"flake\":{{\"commit\":\"{commit}\",\"dirty\":true}}");
    let told = ["\"build:alpha\":\"done\"", "\"plan\":\"mend\"", &source];
    assert_says(&site.must("cat /root/told"), &told);

    site.write(
        &network.with("plans.mend.prepare.again.script = ''printf '{\"problem\":\"the moon is full\"}\\n' >&3'';"),
    );
    let (status, text) = site.netlib("run mend");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["the moon is full"]);
}

/// What must happen before every deployment, whoever deploys and however, costs no login.
#[test]
fn a_deployment_is_prepared_and_ended_like_any_plan() {
    let site = site();
    let network = Network::of(&HOSTS);
    let logins = |site: &Site| -> u32 {
        let count = site.exec_must(
            "alpha",
            "journalctl --sync && journalctl -q --no-pager | grep -c 'Accepted publickey for' || true",
        );
        count.trim().parse().unwrap()
    };
    let before = logins(&site);
    site.write(&network);
    site.netlib_must("deploy --on alpha");
    let plain = logins(&site) - before;

    site.write(&network.configure("alpha", "environment.etc.other.text = \"2\";").with(
        "plans.deploy = {
           prepare.look.script = ''
             ssh -F \"$NETLIB_SSH_CONFIG\" alpha cat /etc/hostname >/root/there
             cp -r . /root/other && git -C /root/other init -q && git -C /root/other add -A
             printf '{\"flake\":\"/root/other\"}\\n' >&3
           '';
           hooks.onEnd.tell.script = ''cp \"$NETLIB_CONTEXT\" /root/told''; };",
    ));
    site.netlib_must("deploy --on alpha --goal build");
    site.netlib_must("deploy --on alpha --dry-run");
    site.must("test ! -e /root/there");
    let before = logins(&site);
    site.netlib_must("deploy --on alpha");
    assert_eq!(logins(&site) - before, plain);
    site.assert_active("alpha");
    assert_eq!(site.must("cat /root/there"), "alpha\n");
    assert_says(&site.must("cat /root/told"), &["\"activate:alpha\":\"done\"", "\"plan\":\"deploy\""]);
}

#[test]
fn a_restart_has_its_place_between_other_steps() {
    let site = site();
    site.write(&Network::of(&HOSTS).with(
        "plans.refresh = { description = \"Deploy and restart alpha\";
           steps = {
             restart = { kind = \"reboot\"; on = \"alpha\"; after = [ \"activate:alpha\" ]; };
             ready = { kind = \"barrier\"; after = [ \"restart\" ]; };
             look = { kind = \"command\"; on = \"alpha\"; command = \"cat /proc/sys/kernel/random/boot_id; touch /run/looked\"; after = [ \"ready\" ]; };
           }; };",
    ));
    site.exec_must("alpha", "touch /run/before");
    let run = site.start("run refresh --on alpha");
    // A host of the bed that restarts goes off; this is the hand that switches it on again.
    let alpha = site.bed.host("alpha");
    alpha.wait_until("it is off", Duration::from_secs(240), |host| Ok(!host.is_running()?)).expect("off");
    alpha.boot().expect("boot");
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    site.exec_must("alpha", "test ! -e /run/before && test -e /run/looked");
    site.assert_active("alpha");
}

#[test]
fn a_command_that_takes_too_long_ends_on_its_node_too() {
    let site = site();
    site.write(&Network::of(&HOSTS).with(
        "plans.wait = { description = \"Wait\"; requests = [ { deploy = false; } ];
           steps.wait = { kind = \"command\"; on = \"alpha\"; timeout = 3; command = \"touch /run/waits; sleep 4321 & wait\"; }; };",
    ));
    let (status, text) = site.netlib("run wait");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["time limit of 3 s"]);
    site.exec_must("alpha", "test -e /run/waits");
    site.wait_until("alpha", "it is ended", "! pgrep -f 'sleep [4]321'");
}

#[test]
fn no_program_runs_without_its_context() {
    let site = site();
    site.write(&Network::of(&HOSTS).with(
        "plans.look = { description = \"Look\"; requests = [ { deploy = false; } ];
           steps.look = { kind = \"command\"; on = \"alpha\"; command = \"touch /run/looked\"; }; };",
    ));
    site.netlib_must("run look");
    site.exec_must(
        "alpha",
        "rm /run/looked && mount -t tmpfs -o size=4k,nr_inodes=100 full /tmp && head -c 4096 /dev/zero >/tmp/full",
    );
    let (status, text) = site.netlib("run look");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["No space left on device"]);
    site.exec_must("alpha", "test ! -e /run/looked");
}

#[test]
fn a_module_adds_lines_to_the_status_of_nodes() {
    let site = site();
    site.write(&Network::of(&HOSTS).with(
        "status.release = { column = \"release\"; on = [ \"alpha\" ]; program = ''echo v1; echo v2''; };
         status.broken = { column = \"broken\"; on = [ \"alpha\" ]; program = ''exit 1''; };",
    ));
    site.netlib_must("deploy");
    assert_says(&site.netlib_must("status --on alpha"), &["  release     v1\n"]);
    let json = site.must("netlib status --json | tr -d ' \\n'");
    assert_says(&json, &["\"fields\":{\"broken\":\"\",\"release\":\"v1\"}", "\"fields\":{}"]);
}

#[test]
fn a_node_is_reached_elsewhere_for_one_run() {
    let site = site();
    site.write(&Network::of(&HOSTS).with(
        "plans.visit = { description = \"Visit beta where it is now\"; requests = [ { deploy = false; } ];
           arguments = { at.description = \"Where\"; key.description = \"Its host key\"; };
           targets = arguments: { beta = { host = arguments.at; hostKey = arguments.key; }; };
           steps.visit = { kind = \"command\"; on = \"beta\"; command = \"touch /root/visited\"; }; };",
    ));
    let key = |host| site.exec_must(host, "cut -d ' ' -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub");
    let (status, text) = site.netlib(&format!("run visit --at alpha --key '{}' --on beta", key("beta")));
    assert_eq!(status, 1, "{text}");
    site.exec_must("alpha", "test ! -e /root/visited");
    site.netlib_must(&format!("run visit --at alpha --key '{}' --on beta", key("alpha")));
    site.exec_must("alpha", "test -e /root/visited");
    site.exec_must("beta", "test ! -e /root/visited");
}

#[test]
fn what_is_for_the_end_runs_after_an_interrupt_too() {
    let site = site();
    site.write(&Network::of(&HOSTS).with(
        "plans.wait = { description = \"Wait\"; requests = [ { deploy = false; } ];
           steps.wait = { kind = \"command\"; on = \"deployer\"; command = \"touch /root/waits; sleep 600\"; };
           hooks.onEnd = { bad.script = \"exit 1\"; tell.script = \"touch /root/ended\"; }; };",
    ));
    assert_says(&site.netlib_must("run --dry-run wait"), &["wait"]);
    site.exec_must("deployer", "test ! -e /root/waits && test ! -e /root/ended");
    let run = site.start("run wait");
    site.wait_until("deployer", "the step runs", "test -e /root/waits");
    run.interrupt();
    let (status, text) = run.wait();
    assert_eq!(status, 130, "{text}");
    assert_says(&text, &["end-wait.bad"]);
    site.exec_must("deployer", "rm /root/ended");

    // And after a failure; what takes too long is ended, and fails no run.
    let ends =
        "hooks.onEnd = { slow = { script = \"sleep 600\"; timeout = 1; }; tell.script = \"touch /root/ended\"; }; };";
    let plan = |command: &str| {
        Network::of(&HOSTS).with(&format!(
            "plans.wait = {{ description = \"Wait\"; requests = [ {{ deploy = false; }} ];
               steps.wait = {{ kind = \"command\"; on = \"deployer\"; command = \"{command}\"; }}; {ends}"
        ))
    };
    for (command, expected) in [("exit 7", 1), ("true", 0)] {
        site.write(&plan(command));
        let (status, text) = site.netlib("run wait");
        assert_eq!(status, expected, "{text}");
        assert_says(&text, &["end-wait.slow", "time limit of 1 s"]);
        site.exec_must("deployer", "rm /root/ended");
    }
}
