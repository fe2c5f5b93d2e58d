//! A crash at every command that the real script runs: whatever is killed there, and whatever cannot be written from
//! there on, the host ends on a system that was confirmed.

mod stage;

use stage::{Crash, Stage};

/// Runs an activation once for each command that it runs, with a crash there, until there is no such command.
/// Each of the `shares` tests takes its share of the points;
fn at_every_command((share, shares): (usize, usize), is_ignored: &str, crash: impl Fn(&Stage), judge: impl Fn(&Stage)) {
    let (mut points, mut point) = (0, 1 + share);
    loop {
        let stage = Stage::new();
        let Crash::Came(command) = stage.activate_until(point, is_ignored) else {
            break;
        };
        crash(&stage);
        stage.at(point, &command);
        judge(&stage);
        points += 1;
        point += shares;
    }
    println!("{points} points");
    assert!(points > 30 / shares, "only {points} points");
}

/// The unit is killed; what is to bring it to its end goes on.
fn unit_killed(share: usize) {
    at_every_command(
        (share, 2),
        "",
        |stage| {
            stage.kill_unit();
            stage.go_on();
            stage.until_all_ended();
        },
        |stage| {
            // Killed before there was a record: there is nothing to bring to an end.
            stage.assert_at_rest();
            stage.assert_next_deployment();
        },
    );
}

#[test]
fn a_unit_that_is_killed_at_any_command_is_brought_to_its_end_even() {
    unit_killed(0);
}

#[test]
fn a_unit_that_is_killed_at_any_command_is_brought_to_its_end_odd() {
    unit_killed(1);
}

/// Everything is killed, and nobody comes but the next deployment, which fails.
#[test]
fn the_next_deployment_finds_whatever_was_killed_at_any_command() {
    at_every_command(
        (0, 2),
        "",
        |stage| stage.kill_where(|_| true),
        |stage| {
            stage.assert_next_failure();
            stage.assert_next_deployment();
        },
    );
}

#[test]
fn a_host_without_power_at_any_command_boots_a_confirmed_system() {
    at_every_command(
        (1, 2),
        "",
        |stage| {
            stage.kill_where(|_| true);
            stage.boot();
        },
        |stage| {
            stage.assert_at_rest();
            stage.assert_next_deployment();
        },
    );
}

#[test]
fn what_was_killed_with_its_recovery_at_any_command_is_begun_again_and_brought_to_its_end() {
    at_every_command(
        (0, 1),
        "",
        |stage| {
            stage.kill_where(|_| true);
            stage.watch();
        },
        |stage| {
            stage.assert_at_rest();
            stage.assert_next_deployment();
        },
    );
}

#[test]
fn a_recovery_that_is_killed_at_any_command_is_done_again() {
    let (mut points, mut point) = (0, 1);
    loop {
        let stage = Stage::new();
        stage.leave_unconfirmed();
        let Crash::Came(command) = stage.recover_until(point) else {
            break;
        };
        stage.kill_where(|_| true);
        stage.watch();
        stage.at(point, &command);
        stage.assert_at_rest();
        stage.assert_next_deployment();
        points += 1;
        point += 1;
    }
    println!("{points} points");
    assert!(points > 8, "only {points} points");
}

/// From some command on every write fails, or kills whoever writes. Whoever asked waits for seconds then.
fn nothing_is_written(share: usize, is_ignored: &str) {
    at_every_command(
        (2 * share, 4),
        is_ignored,
        |stage| {
            stage.let_no_write_through();
            stage.go_on();
            stage.until_all_ended();
            stage.watch();
        },
        |stage| {
            stage.assert_at_rest();
            stage.assert_next_deployment();
        },
    );
}

#[test]
fn a_disk_that_is_full_from_any_command_on_leaves_a_confirmed_system_even() {
    nothing_is_written(0, "XFSZ");
}

#[test]
fn a_disk_that_is_full_from_any_command_on_leaves_a_confirmed_system_odd() {
    nothing_is_written(1, "XFSZ");
}

#[test]
fn a_write_that_kills_from_any_command_on_leaves_a_confirmed_system_even() {
    nothing_is_written(0, "");
}

#[test]
fn a_write_that_kills_from_any_command_on_leaves_a_confirmed_system_odd() {
    nothing_is_written(1, "");
}
