//! A command between the activations of two roles.

use netlib_scenarios::assert_says;

use crate::shop::{self, DATABASES, Shop};

const MIGRATION: &str = r#"
  deploy.steps.migrate = {
    kind = "command";
    on = "database1";
    command = "cat /etc/version >> /root/migrations; if [ -e /root/no-space ]; then echo 'no space for the migration' >&2; exit 7; fi";
    after = [ "role:database" ];
    before = [ "role:web" ];
    timeout = 30;
  };
  deploy.steps.announce = {
    kind = "command";
    on = "deployer";
    command = "echo announced >> /root/announcements";
    after = [ "role:web" ];
  };
  deploy.steps.drain = {
    kind = "command";
    on = "deployer";
    command = "if [ -e /root/busy ]; then echo 'web1 is busy' >&2; exit 7; fi";
    after = [ "gate:web:0" ];
    before = [ "activate:web1" ];
  };
"#;

#[test]
fn a_migration_that_fails_stops_what_comes_after_it_and_nothing_before() {
    let site = shop::open(r#""self""#);
    let before = shop::running(&site, &shop::all());
    site.exec_must("database1", "touch /root/no-space");
    let shop = Shop { lines: MIGRATION, ..Shop::at("2") };
    site.write(&shop.network());
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(&text, &["migrate", "database1", "no space for the migration"]);
    shop::assert_moved(&site, &DATABASES, &before, &text);
    // It ran after the new database was there, and what comes after the web servers did not run.
    assert_eq!(site.exec_must("database1", "cat /root/migrations"), "2");
    assert!(!site.exec("deployer", "test -e /root/announcements").success());

    site.exec_must("database1", "rm /root/no-space");
    let text = site.netlib_must("deploy");
    shop::assert_moved(&site, &shop::all(), &before, &text);
    assert_eq!(site.exec_must("database1", "cat /root/migrations"), "22");
    assert_eq!(site.exec_must("deployer", "cat /root/announcements"), "announced");

    // What keeps the canary from its turn keeps all behind it, too.
    let before = shop::running(&site, &shop::all());
    site.exec_must("deployer", "touch /root/busy");
    site.write(&Shop { web: "3", ..shop }.network());
    let (status, text) = site.netlib("deploy");
    assert_eq!(status, 1, "{text}");
    assert_says(
        &text,
        &[
            "web1 is busy",
            "web1       blocked       by drain",
            "rollout web  aborted  0 of 5 nodes healthy, blocked: web1",
        ],
    );
    shop::assert_moved(&site, &[], &before, &text);
}
