//! What goes wrong with clones and repositories.

use super::*;

#[test]
fn clones_that_cannot_be_compared_and_broken_repositories_are_said() {
    let site = site(&["alpha"], "requireClean = true;");
    deploy_must(&site, ALICE, "");
    site.must(&format!("cd {ALICE} && echo '# dirty' >>alpha.nix"));
    let (status, text) = deploy(&site, ALICE, "");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["git-tracking.requireClean", "alpha.nix"]);
    site.must(&format!("cd {ALICE} && git checkout -q alpha.nix"));

    site.must(&format!("git clone -q --depth 1 file://{ALICE} /root/shallow"));
    let (_, text) = deploy(&site, "/root/shallow", "");
    assert_says(&text, &["this clone is shallow", "git fetch --unshallow"]);

    // A work tree beside the clone, in which the flake lies below a folder.
    site.must(&format!("cd {ALICE} && git worktree add -q -b side /root/side && cd /root/side && mkdir below && git mv *.nix flake.lock below && git commit -q -m moved"));
    deploy_must(&site, "/root/side/below", "");
    assert_eq!(on(&site, "alpha"), head(&site, "/root/side"));

    site.exec_must("alpha", "cd /var/lib/netlib/network.git && find objects -type f -exec truncate -s 0 {} +");
    site.must("cd /root/side && echo one >note && git add -A && git commit -q -m note");
    let (status, text) = deploy(&site, "/root/side/below", "");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["what alpha has could not be fetched", "remove /var/lib/netlib/network.git there"]);
    // It is made again by the next deployment.
    site.exec_must("alpha", "rm -rf /var/lib/netlib/network.git");
    deploy_must(&site, "/root/side/below", "");
    assert_eq!(on(&site, "alpha"), head(&site, "/root/side"));
}
