//! Three rounds of the campaign, always the same ones; `checks/campaign` plays as many as one likes.

#[test]
fn three_rounds_of_random_faults_leave_a_confirmed_system_and_nothing_else() {
    let exceptions = netlib_scenarios::campaign::run(0..3, 2026);
    assert!(exceptions.is_empty(), "{}", exceptions.join("\n"));
}
