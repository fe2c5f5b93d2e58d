//! What a node whose root is an enemy can say.

use super::*;

#[test]
fn a_node_that_cuts_or_forges_its_records_is_found_and_says_nothing_for_others() {
    let site = site(&["alpha", "beta"], "");
    deploy_must(&site, ALICE, "");
    change(&site, ALICE, "alpha", "second");
    deploy_must(&site, ALICE, "");
    // Another deployment carries the records of alpha to beta.
    change(&site, ALICE, "beta", "third");
    deploy_must(&site, ALICE, "");
    let verify = "nix run .#command -- verify 2>&1";
    assert_says(&site.must(&format!("cd {ALICE} && {verify}")), &["alpha: 2 records"]);

    let git = "git -C /var/lib/netlib/network.git -c user.name=x -c user.email=x";
    site.exec_must("alpha", &format!("{git} update-ref refs/netlib/log/alpha refs/netlib/log/alpha~2"));
    // Names of others, and a name that is none, with bytes for a terminal.
    site.exec_must("alpha", &format!("{git} update-ref refs/netlib/deployed/beta $({git} commit-tree -m \"$(printf 'of \\033[31malpha\\a')\" HEAD^{{tree}})"));
    let before = head(&site, ALICE);
    deploy_must(&site, ALICE, "");
    assert_eq!(head(&site, ALICE), before);
    let output = site.sh(&format!("cd {ALICE} && {verify}"));
    assert_eq!(output.code(), 1, "{}", output.stdout);
    assert_says(&output.stdout, &["alpha: its records were cut or changed: beta keeps one that they lack"]);

    site.exec_must(
        "beta",
        &format!(
            "cd /tmp && {git} show refs/netlib/log/beta:statement.json | sed 's/confirmed/rolledBack/' >/tmp/statement.json \
             && tree=$({git} ls-tree refs/netlib/log/beta | sed \"/statement.json$/s/[0-9a-f]\\{{40\\}}/$({git} hash-object -w /tmp/statement.json)/\" | {git} mktree) \
             && {git} update-ref refs/netlib/log/beta $({git} commit-tree -m x -p refs/netlib/log/beta~1 $tree)"
        ),
    );
    deploy_must(&site, ALICE, "");
    let output = site.sh(&format!("cd {ALICE} && {verify}"));
    assert_says(&output.stdout, &["beta: record", "not signed by the host key of beta"]);
    assert!(!output.stdout.contains('\u{1b}'), "{}", output.stdout);
}

/// Names that fit into no repository which has earlier ones: what alpha says cannot be fetched, and beta gets what is new.
#[test]
fn a_node_that_cannot_be_fetched_from_is_left_out_alone() {
    let site = site(&["alpha", "beta"], "");
    deploy_must(&site, ALICE, "");
    // This fetches what alpha has by now.
    deploy_must(&site, ALICE, "");
    let git = "git -C /var/lib/netlib/network.git";
    site.exec_must("alpha", &format!("{git} update-ref -d refs/netlib/deployed/alpha && {git} update-ref refs/netlib/deployed/alpha/x refs/heads/main"));
    for node in ["alpha", "beta"] {
        change(&site, ALICE, node, "second");
    }
    let (status, text) = deploy(&site, ALICE, "");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["alpha is left out: git-tracking: what alpha has could not be fetched"]);
    assert!(has(&site, "beta", "second") && !has(&site, "alpha", "second"));
    let (status, text) = deploy(&site, ALICE, "--on alpha");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["step `prepare:git`: git-tracking: what alpha has could not be fetched"]);
}
