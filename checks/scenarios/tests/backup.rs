//! Backups with real borg: made, restored, and still there after a client was taken over or lost.

use netlib_scenarios::{Network, Site, assert_says};

/// alpha backs up to vault; whoever holds the deployer's SSH key may read the backups.
fn network(site: &Site) -> Network {
    let key = site.exec_must("deployer", "cat /root/.ssh/id_ed25519.pub");
    // A program that is nowhere but in the system of alpha, as a database's are.
    let program = "environment.systemPackages = [ (pkgs.writeShellScriptBin \"only-here\" \"echo dumped\") ];";
    Network::of(&["alpha", "vault"]).configure("alpha", program).with(&format!(
        "imports = [ netlib.modules.backup ];
         rollout.timing.minHealthyTime = 1;
         backup.main = {{
           servers.vault = {{ directory = \"/srv/backup\"; reserve = \"600M\"; }};
           clients.alpha = {{
             paths = [ \"/srv/data\" \"/var/backup\" ];
             preHook = \"only-here > /var/backup/dump\";
             readWritePaths = [ \"/var/backup\" ];
           }};
           recoveryRecipients = [ \"{key}\" ];
         }};"
    ))
}

fn deployed() -> Site {
    let site = Site::up(&["alpha", "vault"]);
    site.exec_must("alpha", "mkdir -p /srv/data && echo precious > /srv/data/file");
    site.write(&network(&site));
    site.gather();
    site.netlib_must("deploy");
    site
}

/// borg on alpha with all that a thief of alpha has.
fn borg(arguments: &str) -> String {
    let directory = "/var/lib/netlib/backup/main";
    format!(
        "BORG_REPO=ssh://borg@vault/./. BORG_PASSCOMMAND='cat {directory}/passphrase' BORG_RELOCATED_REPO_ACCESS_IS_OK=yes \
         BORG_RSH='ssh -i {directory}/ssh-key -o BatchMode=yes -o StrictHostKeyChecking=no' borg {arguments}"
    )
}

fn start(site: &Site, host: &str, unit: &str) {
    site.exec_must(host, &format!("systemctl start --wait {unit} || {{ journalctl -u {unit} -n 30; exit 1; }}"));
}

#[test]
fn a_backup_outlives_the_client_and_those_who_break_into_it() {
    let site = deployed();
    start(&site, "alpha", "borgbackup-job-main.vault");
    start(&site, "alpha", "backup-main.vault-restore-check");
    start(&site, "vault", "backup-main-maintenance");
    start(&site, "vault", "backup-main-watch");
    let archive = site.exec_must("alpha", &borg("list --short"));
    assert_says(&archive, &["alpha-main.vault-"]);
    assert_eq!(archive.lines().count(), 1, "{archive}");
    let restored = site.exec_must("alpha", &borg(&format!("extract --stdout ::{archive} srv/data/file")));
    assert_eq!(restored, "precious");
    let dumped = site.exec_must("alpha", &borg(&format!("extract --stdout ::{archive} var/backup/dump")));
    assert_eq!(dumped, "dumped");

    // Who breaks into the client gets no shell on the server and cannot remove the repository.
    let shell = site.exec(
        "alpha",
        "ssh -i /var/lib/netlib/backup/main/ssh-key -o StrictHostKeyChecking=no borg@vault id </dev/null",
    );
    assert!(!shell.stdout.contains("uid="), "{}", shell.stdout);
    let remove = site.exec("alpha", &format!("BORG_DELETE_I_KNOW_WHAT_I_AM_DOING=YES {}", borg("delete")));
    assert!(!remove.success(), "{}", remove.stdout);

    // It can mark archives as deleted; even when the server has freed them, it has a copy.
    site.exec_must("alpha", &borg("delete --glob-archives '*'"));
    site.exec_must("alpha", &borg("compact"));
    assert_eq!(site.exec_must("alpha", &borg("list --short")), "");
    start(&site, "vault", "backup-main-maintenance");
    let check = site.exec("alpha", "systemctl start backup-main.vault-restore-check");
    assert!(!check.success(), "a backup that is gone was restored");
    assert_says(
        &site.exec_must("alpha", "journalctl -u backup-main.vault-restore-check"),
        &["there is no finished backup on vault yet"],
    );

    // The client is lost. The owner has the passphrase in the facts, and the server the copy.
    site.bed.host("alpha").crash().unwrap();
    let passphrase = site.must(
        "sed -n 's/.*\"backup-main-recovery\": \"\\(.*\\)\".*/\\1/p' facts/alpha.json | base64 -d | age -d -i /root/.ssh/id_ed25519",
    );
    assert_eq!(passphrase.len(), 64, "{passphrase}");
    let restored = site.exec_must(
        "vault",
        &format!(
            "BORG_PASSPHRASE={passphrase} BORG_RELOCATED_REPO_ACCESS_IS_OK=yes borg extract --stdout $(echo /srv/backup/.undo/alpha/*)::{archive} srv/data/file"
        ),
    );
    assert_eq!(restored, "precious");
}

#[test]
fn keys_stay_when_gathered_again_and_silence_is_noticed() {
    let site = deployed();
    let before = site.must("cat facts/alpha.json facts/vault.json");
    site.netlib_must("facts gather");
    assert_eq!(site.must("cat facts/alpha.json facts/vault.json"), before);
    let secret = site.exec_must("alpha", "cat /var/lib/netlib/backup/main/passphrase");
    assert!(!before.contains(&secret), "the passphrase is among the facts");

    // Fresh repositories are no reason for an alarm; a client that has been silent for three days is one.
    start(&site, "vault", "backup-main-watch");
    start(&site, "alpha", "borgbackup-job-main.vault");
    site.exec_must("vault", "touch -d '3 days ago' /srv/backup/alpha/transactions");
    let watch = site.exec("vault", "systemctl start backup-main-watch");
    assert!(!watch.success(), "nobody noticed");
    assert_says(
        &site.exec_must("vault", "journalctl -u backup-main-watch"),
        &["alpha: no backup for 72 hours; it uses", "without a quota"],
    );

    // Another host in the server's place is refused, whatever its address, by the job and by the check of a deployment.
    let key = "/etc/ssh/ssh_host_ed25519_key";
    let check = format!(
        "{}/bin/check-alpha.backup-main.vault",
        site.must("nix build --no-link --print-out-paths .#netlibConfigurations.default.programs.alpha").trim()
    );
    site.must(&format!("nix copy --no-check-sigs --to ssh-ng://root@alpha {check}"));
    site.exec_must("alpha", &check);
    site.exec_must(
        "vault",
        &format!("mkdir /root/keys && mv {key}* /root/keys && ssh-keygen -q -t ed25519 -N '' -f {key} && systemctl restart ssh"),
    );
    let job = "systemctl start --wait borgbackup-job-main.vault";
    assert!(!site.exec("alpha", job).success(), "backed up to a stranger");
    let refused = site.exec("alpha", &check);
    assert!(!refused.success());
    assert_says(&format!("{}{}", refused.stdout, refused.stderr), &["Host key verification failed"]);
    site.exec_must("vault", "mv /root/keys/* /etc/ssh && systemctl restart ssh");
    site.exec_must("alpha", job);

    a_full_disk_and_a_dead_client_are_got_over(&site);
}

/// The repositories move to a small disk, which fills up; and a run of the client dies with the lock in its hands.
fn a_full_disk_and_a_dead_client_are_got_over(site: &Site) {
    site.exec_must(
        "vault",
        "cp -a /srv/backup /srv/moved && mount -t tmpfs -o size=1300M tmpfs /srv/backup && cp -aT /srv/moved /srv/backup",
    );
    start(site, "vault", "backup-main-maintenance");
    site.exec_must("vault", "test $(stat -c %s /srv/backup/.undo/reserve) = 629145600");
    // All but some blocks: borg cannot even take its lock.
    site.exec("vault", "cat /dev/zero > /srv/backup/filler; echo > /srv/backup/more");
    let job = "systemctl start --wait borgbackup-job-main.vault";
    assert!(!site.exec("alpha", job).success(), "backed up to a full disk");
    assert!(!site.exec("vault", "systemctl start backup-main-watch").success(), "nobody noticed the full disk");
    assert_says(&site.exec_must("vault", "journalctl -u backup-main-watch"), &["the disk has only"]);
    start(site, "vault", "backup-main-maintenance");
    assert_says(
        &site.exec_must("vault", "journalctl -u backup-main-maintenance"),
        &["using the 600M that were set aside"],
    );
    site.exec_must("alpha", job);

    // sshd of the server ends the half of a client that is gone without a word; of nobody else.
    for (user, interval) in [("borg", 30), ("root", 0)] {
        let asked =
            format!("sshd -T -C user={user},host=alpha,addr=192.0.2.11 | grep -x 'clientaliveinterval {interval}'");
        site.exec_must("vault", &asked);
    }

    // Killed, and its server's half with it: what it locked is free again.
    site.exec_must("vault", "rm /srv/backup/filler");
    let hold = borg("with-lock :: sleep 600");
    site.bed.host("alpha").write_file("/root/hold", format!("{hold}\n").as_str()).expect("the hold");
    site.exec_must("alpha", "systemd-run --quiet --unit hold sh /root/hold");
    site.wait_until("vault", "the repository is locked", "test -e /srv/backup/alpha/lock.exclusive");
    site.exec_must("alpha", "systemctl kill --signal KILL hold");
    site.exec_must("vault", "pkill -KILL -u borg || true");
    site.exec_must("alpha", job);
}
