//! Tests of summaries.

use super::*;
use crate::report::tests::example;
use insta::assert_snapshot;
use netlib_core::event::Skip;
use netlib_core::plan::StepKind;

fn run(results: &[(&str, StepResult)]) -> Summary {
    run_with(results, &BTreeMap::new())
}

fn run_with(results: &[(&str, StepResult)], plan: &BTreeMap<String, Node>) -> Summary {
    let graph = Graph::from_steps(&example().steps).unwrap();
    let mut run = RunResult::default();
    for step in graph.steps() {
        run.insert(step.id.clone(), StepResult::Done("new system".to_owned()));
    }
    for (step, result) in results {
        run.insert((*step).to_owned(), result.clone());
    }
    Summary::of(&graph, &run, plan)
}

#[test]
fn a_run_where_all_is_well() {
    let summary = run(&[("activate:beta", StepResult::Skipped(Skip::UpToDate))]);
    assert!(summary.is_success());
    assert_snapshot!(summary);
}

#[test]
fn a_run_where_nothing_is_well() {
    let failed = StepResult::Failed("node `beta`: build failed\nerror: builder failed".to_owned());
    let summary = run(&[
        ("build:alpha", StepResult::Offline("\nalpha.example.org: Connection refused:\n…".to_owned())),
        ("build:beta", failed),
        ("copy:beta", StepResult::Blocked("build:beta".to_owned())),
        ("activate:gamma", StepResult::Blocked("activate:beta".to_owned())),
    ]);
    assert!(!summary.is_success());
    assert_snapshot!(summary);
}

#[test]
fn one_cause_is_told_once_and_a_connection_is_no_build() {
    let connect = |node: &str| {
        let why = format!("root@{node}: permission denied: none of your SSH keys is accepted");
        StepResult::Failed(format!("node `{node}`, step `connect`: {why}\nhelp: …"))
    };
    let evaluate = StepResult::Failed(
        "node `gamma`, step `build:gamma`: node `gamma` does not evaluate: netlib: no. Definition values:\n- In …"
            .to_owned(),
    );
    assert_snapshot!(run(&[("build:alpha", connect("alpha")), ("build:beta", connect("beta")), ("build:gamma", evaluate)]), @r"
    alpha  failed        connect: root@alpha: permission denied: none of your SSH keys is accepted
    beta   failed        as alpha
    gamma  failed        does not evaluate: no
    0 of 3 nodes active: 3 failed
    ");
}

#[test]
fn of_many_nodes_those_that_are_well_are_counted() {
    let row = |result, detail: &str| Row { result, detail: detail.to_owned() };
    let mut nodes: BTreeMap<String, Row> = (0..180).map(|n| (format!("web{n:03}"), row("upToDate", ""))).collect();
    nodes.insert("web007".to_owned(), row("changed", "switched from nixos-system-web007"));
    for n in 100..104 {
        let why = format!("connect: root@web{n:03}: this machine belongs to the network \"shop\", not to \"home\"");
        nodes.insert(format!("web{n:03}"), row("failed", &why));
    }
    assert_snapshot!(Summary { nodes, ..Summary::default() }, @r#"
    web007  changed       switched from nixos-system-web007
    web100  failed        connect: root@web100: this machine belongs to the network "shop", not to "home"
            and 3 more: web101, web102, web103
    176 of 180 nodes active: 1 changed, 175 up to date, 4 failed
    "#);
}

#[test]
fn an_interrupted_run_is_no_success() {
    let summary = run(&[("copy:alpha", StepResult::Cancelled), ("activate:alpha", StepResult::Cancelled)]);
    assert!(!summary.is_success());
    assert_snapshot!(summary);
}

#[test]
fn a_dry_run_says_from_what_to_what() {
    let change = || StepResult::Skipped(Skip::WouldChange("/nix/store/old-system -> /nix/store/new-system".to_owned()));
    let summary = run(&[
        ("activate:alpha", change()),
        ("activate:beta", StepResult::Skipped(Skip::UpToDate)),
        ("activate:gamma", change()),
    ]);
    assert!(summary.is_success());
    assert_snapshot!(summary);
}

#[test]
fn a_node_whose_goal_is_not_the_whole_way_is_not_called_active() {
    let mut beta = Node::default();
    beta.activation.goal = Goal::Boot;
    let plan = [("beta".to_owned(), beta)].into();
    let because = "build:gamma".to_owned();
    let summary = run_with(
        &[
            ("activate:beta", StepResult::Done("boots the new system next time".to_owned())),
            ("activate:gamma", StepResult::NotStarted(because)),
        ],
        &plan,
    );
    assert_snapshot!(summary, @r"
    alpha  changed       new system
    beta   done          boots the new system next time
    gamma  skipped       not started after the failure of build:gamma
    1 of 3 nodes active: 1 changed, 1 done, 0 failed, 1 skipped
    ");
}

#[test]
fn a_goal_that_ends_before_the_activation_is_done_with_its_last_step() {
    let step = |kind: StepKind, id: &str| WalkStep { id: id.to_owned(), kind, node: Some("alpha".to_owned()) };
    let (build, copy) = (step(StepKind::Build, "build:alpha"), step(StepKind::Copy, "copy:alpha"));
    let of = |last: StepResult| {
        let built = StepResult::Done("built".to_owned());
        let row = row(&[(&build, &built), (&copy, &last)], Some(Goal::Copy));
        row.map(|row| (row.result, row.detail)).unwrap()
    };
    let (result, detail) = of(StepResult::Done("copied 3 paths".to_owned()));
    assert_eq!(result, "done");
    assert_eq!(detail, "copied 3 paths; the goal is copy");
    let (result, _) = of(StepResult::Skipped(Skip::UpToDate));
    assert_eq!(result, "upToDate");
}

fn report(state: &'static str, reverted: &[&str]) -> RolloutReport {
    let what = |node: &&str| ((*node).to_owned(), "reverted with the rollout web".to_owned());
    RolloutReport {
        id: "web".to_owned(),
        state,
        detail: "2 of 3 nodes healthy".to_owned(),
        reverted: reverted.iter().map(what).collect(),
    }
}

#[test]
fn rollouts_have_lines_of_their_own_and_name_who_went_back() {
    let failed = StepResult::Failed("node `beta`, step `check:beta`: not healthy".to_owned());
    let summary = run(&[("activate:beta", failed)]);
    let summary = summary.with_rollouts(&[report("rolledBack", &["alpha", "beta"])]);
    assert!(!summary.is_success() && !summary.is_paused());
    assert_snapshot!(summary, @r"
    alpha  rolled back   reverted with the rollout web
    beta   rolled back   activate: not healthy; reverted with the rollout web
    gamma  changed       new system
    rollout web  rolledBack  2 of 3 nodes healthy
    1 of 3 nodes active: 1 changed, 0 failed, 2 rolled back
    ");
}

#[test]
fn what_waits_for_a_person_is_neither_well_nor_failed() {
    let by = "gate:web:1".to_owned();
    let blocked = ("activate:gamma", StepResult::Blocked(by));
    let paused = [report("paused", &[])];
    let summary = run(std::slice::from_ref(&blocked)).with_rollouts(&paused);
    assert!(!summary.is_success() && summary.is_paused());
    let failed = ("activate:beta", StepResult::Failed("boom".to_owned()));
    let summary = run(&[blocked, failed]).with_rollouts(&paused);
    assert!(!summary.is_success() && !summary.is_paused());
    let well = run(&[]).with_rollouts(&[report("healthy", &[])]);
    assert!(well.is_success() && !well.is_paused());
    assert!(!run(&[]).with_rollouts(&[report("degraded", &[])]).is_success());
}
