//! What the user's folder may look like: uncommitted, without a lock, with mistakes. Nothing is written there.

use netlib_scenarios::{Network, Site, assert_says};
use netlib_testbed::{BedOptions, Suite};

const BUILD: &str = "deploy --goal build";

/// Both evaluators, on both versions of Nix that the bed has.
#[test]
fn a_folder_is_left_as_it_is_by_nix_2_26() {
    left_as_it_is(Suite::Trixie);
}

#[test]
fn a_folder_is_left_as_it_is_by_nix_2_34() {
    left_as_it_is(Suite::Forky);
}

fn left_as_it_is(suite: Suite) {
    let site = Site::with(BedOptions::new([] as [&str; 0]).suite_of("deployer", suite));
    site.with_nix_eval_jobs();
    site.write(&Network::of(&["alpha", "beta"]));
    site.must("git tag first");
    // A tree that is committed is another source for Nix than one with changes.
    for (evaluator, keep) in [("nix", "true"), ("nix-eval-jobs", "git commit -qam mistake")] {
        let build = format!("{BUILD} --evaluator {evaluator} --no-eval-cache");
        // A tree with changes that are not committed is evaluated with them.
        site.must(
            "echo '{ lib, ... }: { system.stateVersion = \"26.05\"; warnings = [ \"not committed\" ]; }' > alpha.nix",
        );
        let text = site.netlib_must(&build);
        assert_says(&text, &["alpha: not committed"]);
        assert_eq!(site.changes(), " M alpha.nix", "{evaluator}");

        // A lock that is missing is said, and neither written nor added.
        site.must("git rm -q --cached flake.lock && rm flake.lock");
        let text = site.netlib_must(&build);
        assert_says(&text, &["nix flake lock", "alpha: evaluated"]);
        assert_eq!(site.sh("test -e flake.lock").code(), 1, "{evaluator}");
        assert_eq!(site.changes(), "M alpha.nix\nD  flake.lock".replacen("M ", " M ", 1), "{evaluator}");
        site.must("git reset -q --hard");

        // A node's own file that is no Nix: its line, where the user edits it, and the other node goes on.
        site.must("printf '{\\n  services.openssh.enable = ;\\n}\\n' > beta.nix");
        site.must(keep);
        let (status, text) = site.netlib(&build);
        assert_eq!(status, 1, "{text}");
        assert_says(&text, &["/root/network/beta.nix:2:", "syntax error", "alpha: evaluated"]);
        // The whole network's: said before any node.
        site.must("git reset -q --hard first && sed -i '1s/^/}/' flake.nix");
        site.must(keep);
        let (status, text) = site.netlib(&build);
        assert_eq!(status, 2, "{text}");
        assert_says(&text, &["/root/network/flake.nix:1:", "syntax error"]);
        site.must("git reset -q --hard first");
    }

    // A folder that cannot be written to, where nothing of Nix is configured, named by a path from elsewhere.
    site.must("mount --bind /root/network /root/network && mount -o remount,bind,ro /root/network");
    site.exec_must("deployer", "sed -i /experimental/d /etc/nix/nix.conf");
    for flake in ["path:./network", "./network"] {
        let line = format!("cd /root && netlib {BUILD} --no-eval-cache --flake {flake} 2>&1");
        let text = site.exec_must("deployer", &line);
        assert_says(&text, &["alpha: evaluated", "2 done"]);
    }
    // A commit that was asked for is not what is checked out.
    let url = "git+file:///root/network?rev=$(git rev-parse first)";
    assert_says(&site.netlib_must(&format!("{BUILD} --flake {url}")), &["2 done"]);
    let (status, text) = site.netlib(&format!("facts gather --flake {url}"));
    assert_eq!(status, 2, "{text}");
    assert_says(&text, &["is not a folder on this machine"]);
}

#[test]
fn a_nix_that_is_too_old_is_refused_with_the_reason() {
    let options = BedOptions::new([] as [&str; 0]).suite_of("deployer", Suite::Bookworm);
    let site = Site::with(options);
    let flake =
        "mkdir -p /root/network && echo '{ outputs = _: { netlibConfigurations = { }; }; }' >/root/network/flake.nix";
    site.exec_must("deployer", flake);
    let (status, text) = site.netlib("plan --flake path:/root/network");
    assert_eq!(status, 2, "{text}");
    assert_says(&text, &["Nix 2.24 or later", "--reference-lock-file"]);
    // A plain file has no locks: the library refuses it.
    let file =
        "let netlib = import /src { nixpkgs = /src/checks/nixpkgs-stub; }; in netlib.lib.mkNetwork { root = ./.; } { }";
    site.exec_must("deployer", &format!("echo '{file}' >/root/network/network.nix"));
    let (status, text) = site.netlib("plan --file /root/network/network.nix");
    assert_eq!(status, 2, "{text}");
    assert_says(&text, &["this machine has Nix 2.8", "Nix 2.24 or later"]);
}
