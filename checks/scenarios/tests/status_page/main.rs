//! The status page with real nginx, and Chromium that reads it: one bed for all of it, as each host of it costs.

use netlib_scenarios::Site;
use netlib_testbed::{BedOptions, Suite};

mod desk;
mod hostile;
mod network;
mod story;

/// The server of the page, two nodes, and a machine with a browser, which is no node.
const HOSTS: [&str; 4] = ["watch", "web1", "web2", "desk"];

#[test]
fn machines_are_seen_and_nobody_is_believed_what_is_not_his_to_say() {
    let site = Site::with(BedOptions::new(HOSTS).suite_of("desk", Suite::Browser));
    story::machines_appear(&site);
    hostile::attack_a_person_in_the_network_without_a_key(&site);
    hostile::attack_a_user_of_the_server(&site);
    hostile::attack_a_node_that_lies(&site);
    story::a_check_fails_and_passes_again(&site);
    story::a_machine_is_cut_off_and_comes_back(&site);
    story::a_rollout_pauses_and_is_approved(&site);
    story::a_page_that_nobody_writes_any_more_says_so(&site);
}
