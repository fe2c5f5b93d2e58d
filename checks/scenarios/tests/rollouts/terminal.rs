//! The approval of somebody who sits at the terminal of the deploy.

use netlib_scenarios::assert_says;

use crate::trio::{self, Trio};

const PAUSED: &str = "rollout web: paused after batch 1";
const ROLLOUT: &str = r#"canary = true; batches = [ "100%" ]; pause = { after = "canary"; deadline = 250; };"#;

#[test]
fn a_pause_is_approved_by_typing_the_name_of_the_rollout() {
    let site = trio::open_deployed();
    let at = |version| Trio { rollout: ROLLOUT, ..Trio::at(version) };
    site.write(&at("2").network());
    let run = site.start_on_terminal("deploy");
    run.wait_for(PAUSED);
    assert_says(&run.text(), &["web and Enter"]);

    // Neither an empty line nor another word is an approval.
    run.type_line("");
    run.type_line("yes");
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert!(!run.text().contains("goes on"), "{}", run.text());
    trio::assert_versions(&site, ["2", "1", "1", "2"], &run.text());

    run.type_line("web");
    run.wait_for("rollout web: goes on: approved by root@deployer");
    let (status, text) = run.wait();
    assert_eq!(status, 0, "{text}");
    trio::assert_versions(&site, ["2"; 4], &text);
}
