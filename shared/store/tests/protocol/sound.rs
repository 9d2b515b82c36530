//! The protocol as it is, one concern after the other.

use std::collections::BTreeSet;

use crate::{
    check::holds,
    scope::{Faults, Poison, Scope, Start},
    store::End,
};

/// A small world of two workers in which nothing goes wrong.
pub(crate) const CALM: Scope = Scope {
    start: Start::Planned,
    audits: 1,
    tasks: 2,
    workers: 2,
    attempts: 2,
    facts: &[],
    findings: 0,
    faults: NO_FAULTS,
    poison: None,
    flaw: None,
};

pub(crate) const NO_FAULTS: Faults = Faults {
    crashes: 0,
    duplicates: 0,
    losses: 0,
    lapses: 0,
    deadlines: 0,
    refusals: 0,
    cancels: 0,
    strays: 0,
};

#[test]
fn tasks_are_collected_and_counted() {
    let faults =
        Faults { crashes: 1, duplicates: 1, losses: 1, lapses: 1, deadlines: 1, ..NO_FAULTS };
    let ends = holds("collect", &Scope { faults, ..CALM });
    assert_eq!(ends, BTreeSet::from([End::Complete, End::Incomplete, End::Unjudged]));
}

#[test]
fn a_plan_of_nothing_is_a_plan() {
    let faults = Faults { crashes: 1, duplicates: 1, losses: 1, lapses: 1, ..NO_FAULTS };
    let ends = holds("nothing", &Scope { start: Start::Created, tasks: 0, faults, ..CALM });
    assert_eq!(ends, BTreeSet::from([End::Complete, End::Unplanned, End::Unjudged]));
}

#[test]
fn messages_that_come_twice_or_never_cost_no_attempt() {
    let faults = Faults { duplicates: 2, losses: 1, strays: 1, ..NO_FAULTS };
    let ends = holds("messages", &Scope { start: Start::Created, tasks: 1, faults, ..CALM });
    assert_eq!(ends, BTreeSet::from([End::Complete]));
}

#[test]
fn the_tasks_of_a_dead_plan_count_for_nothing() {
    let faults = Faults { crashes: 1, strays: 1, ..NO_FAULTS };
    let ends = holds("dead plan", &Scope { start: Start::Created, faults, ..CALM });
    // A stray message before the plan is chosen costs its task an attempt, and a crash another.
    assert_eq!(ends, BTreeSet::from([End::Complete, End::Incomplete]));
}

#[test]
fn a_dead_plan_is_made_again() {
    let faults = Faults { crashes: 1, lapses: 1, refusals: 1, ..NO_FAULTS };
    let ends = holds("plan", &Scope { start: Start::Created, faults, ..CALM });
    assert_eq!(ends.len(), 4, "{ends:?}");
}

#[test]
fn what_kills_its_workers_is_given_up() {
    let faults = Faults { crashes: 1, duplicates: 1, losses: 1, ..NO_FAULTS };
    for (poison, start, end) in [
        (Poison::Plan, Start::Created, End::Unplanned),
        (Poison::Task, Start::Planned, End::Incomplete),
        (Poison::Evaluation, Start::Planned, End::Unjudged),
    ] {
        let scope = Scope { start, poison: Some(poison), faults, ..CALM };
        let ends = holds(&format!("{poison:?}"), &scope);
        assert_eq!(ends, BTreeSet::from([end]));
    }
}

#[test]
fn each_transition_is_told() {
    let faults = Faults { crashes: 1, lapses: 1, ..NO_FAULTS };
    let scope = Scope { tasks: 0, facts: &[false], findings: 2, faults, ..CALM };
    let both = BTreeSet::from([End::Complete, End::Unjudged]);
    assert_eq!(holds("evaluate", &scope), both);

    let faults = Faults { duplicates: 1, losses: 2, ..faults };
    assert_eq!(holds("evaluate, unheard", &Scope { findings: 1, faults, ..scope }), both);
}

#[test]
fn two_audits_of_an_account_agree() {
    let faults = Faults { crashes: 1, ..NO_FAULTS };
    let scope = Scope { audits: 2, tasks: 1, facts: &[false, true], findings: 1, faults, ..CALM };
    let ends = holds("two audits", &scope);
    assert_eq!(ends, BTreeSet::from([End::Complete]));
}

#[test]
fn a_cancelled_audit_stays_cancelled() {
    let faults = Faults { crashes: 1, duplicates: 1, lapses: 1, cancels: 1, ..NO_FAULTS };
    let ends = holds("cancel", &Scope { start: Start::Created, tasks: 1, faults, ..CALM });
    assert!(ends.contains(&End::Cancelled), "{ends:?}");
}
