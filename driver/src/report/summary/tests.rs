//! Tests of summaries.

use super::*;
use crate::plan::tests::example;
use insta::assert_snapshot;

fn run(results: &[(&str, StepResult)]) -> Summary {
    run_with(results, &BTreeMap::new())
}

fn run_with(results: &[(&str, StepResult)], goals: &BTreeMap<String, Goal>) -> Summary {
    let graph = Graph::from_plan(&example()).unwrap();
    let mut run = RunResult::default();
    for step in graph.steps() {
        run.steps
            .insert(step.id.clone(), StepResult::Done("new system".to_owned()));
    }
    for (step, result) in results {
        run.steps.insert((*step).to_owned(), result.clone());
    }
    Summary::of(&graph, &run, goals)
}

#[test]
fn a_run_where_all_is_well() {
    let summary = run(&[(
        "activate:beta",
        StepResult::Skipped("up to date".to_owned()),
    )]);
    assert!(summary.is_success());
    assert_snapshot!(summary);
}

#[test]
fn a_run_where_nothing_is_well() {
    let failed = StepResult::Failed("node `beta`: build failed\nerror: builder failed".to_owned());
    let summary = run(&[
        (
            "build:alpha",
            StepResult::Offline("\nalpha.example.org: Connection refused:\n…".to_owned()),
        ),
        ("build:beta", failed),
        (
            "copy:beta",
            StepResult::Blocked {
                by: "build:beta".to_owned(),
            },
        ),
        (
            "activate:gamma",
            StepResult::Blocked {
                by: "activate:beta".to_owned(),
            },
        ),
    ]);
    assert!(!summary.is_success());
    assert_snapshot!(summary);
}

#[test]
fn an_interrupted_run_is_no_success() {
    let summary = run(&[
        ("copy:alpha", StepResult::Cancelled),
        ("activate:alpha", StepResult::Cancelled),
    ]);
    assert!(!summary.is_success());
    assert_snapshot!(summary);
}

#[test]
fn a_dry_run_says_from_what_to_what() {
    let change = "would change: /nix/store/old-system -> /nix/store/new-system";
    let summary = run(&[
        ("activate:alpha", StepResult::Skipped(change.to_owned())),
        (
            "activate:beta",
            StepResult::Skipped("up to date".to_owned()),
        ),
        ("activate:gamma", StepResult::Skipped(change.to_owned())),
    ]);
    assert!(summary.is_success());
    assert_snapshot!(summary);
}

#[test]
fn a_node_whose_goal_is_not_the_whole_way_is_not_called_active() {
    let goals = [("alpha", Goal::Copy), ("beta", Goal::Boot)];
    let goals = goals.map(|(node, goal)| (node.to_owned(), goal)).into();
    let because = "build:gamma".to_owned();
    let summary = run_with(
        &[
            ("copy:alpha", StepResult::Done("copied 3 paths".to_owned())),
            (
                "activate:alpha",
                StepResult::Skipped("the goal is copy".to_owned()),
            ),
            (
                "activate:beta",
                StepResult::Done("boots the new system next time".to_owned()),
            ),
            ("activate:gamma", StepResult::NotStarted { because }),
        ],
        &goals,
    );
    assert_snapshot!(summary, @r"
    alpha  done          copied 3 paths; the goal is copy
    beta   done          boots the new system next time
    gamma  skipped       not started after the failure of build:gamma
    0 of 3 nodes active, 2 done, 1 skipped
    ");
}

#[test]
fn colours_are_for_terminals() {
    let summary = run(&[]);
    assert!(summary.render(Colours::On).contains('\u{1b}'));
    assert!(!summary.render(Colours::Off).contains('\u{1b}'));
}
