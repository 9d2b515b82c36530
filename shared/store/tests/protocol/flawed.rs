//! What the protocol must not be: each flaw breaks a property, so the model would see it.

use crate::{
    check::breaks,
    properties::{
        COUNTED, ENDS_ONCE, FENCED, NEVER_BACK, NEWEST, NO_HANG, NOT_EARLY, NOT_NEGATIVE, PLANNED,
        SELDOM_TWICE, SETTLES, TOLD, TOLD_ONCE,
    },
    scope::{Faults, Flaw, Poison, Scope, Start},
    sound::{CALM, NO_FAULTS},
};

const CRASH: Faults = Faults { crashes: 1, ..NO_FAULTS };
const ZOMBIE: Faults = Faults { lapses: 1, ..NO_FAULTS };
const TWO_AUDITS: Scope = Scope { audits: 2, tasks: 1, facts: &[false, true], findings: 1, ..CALM };

fn with(flaw: Flaw, faults: Faults, scope: Scope) -> Scope {
    Scope { flaw: Some(flaw), faults, ..scope }
}

#[test]
fn a_separate_decrement_loses_count_and_hangs() {
    let scope = with(Flaw::SeparateDecrement, CRASH, CALM);
    breaks(&scope, COUNTED);
    breaks(&scope, NO_HANG);
}

#[test]
fn an_unconditional_completion_lets_a_zombie_overwrite() {
    let scope = with(Flaw::UnconditionalCompletion, ZOMBIE, CALM);
    breaks(&scope, FENCED);
    breaks(&scope, ENDS_ONCE);
    breaks(&scope, NOT_EARLY);
    breaks(&scope, NOT_NEGATIVE);
}

#[test]
fn an_inline_finalise_hangs_when_its_worker_dies() {
    breaks(&with(Flaw::InlineFinalise, CRASH, CALM), NO_HANG);
}

#[test]
fn without_a_sweeper_a_dead_workers_task_hangs() {
    breaks(&with(Flaw::NoSweeper, CRASH, CALM), NO_HANG);
}

#[test]
fn what_is_never_given_up_never_ends() {
    for poison in [Poison::Plan, Poison::Task, Poison::Evaluation] {
        let scope = Scope { start: Start::Created, poison: Some(poison), tasks: 1, ..CALM };
        breaks(&with(Flaw::NoGiveUp, NO_FAULTS, scope), SETTLES);
    }
    let scope = Scope { start: Start::Created, poison: Some(Poison::Plan), ..CALM };
    breaks(&with(Flaw::EndlessPlanning, NO_FAULTS, scope), SETTLES);
}

#[test]
fn a_plan_that_counts_before_it_is_written_hangs() {
    let scope = Scope { start: Start::Created, ..CALM };
    let scope = with(Flaw::CountedBeforeWritten, CRASH, scope);
    breaks(&scope, COUNTED);
    breaks(&scope, NO_HANG);
}

#[test]
fn an_attempt_without_its_phase_lets_a_zombie_end_the_audit() {
    let scope = Scope { start: Start::Created, tasks: 0, ..CALM };
    let faults = Faults { refusals: 1, duplicates: 1, lapses: 1, ..NO_FAULTS };
    breaks(&with(Flaw::AttemptWithoutPhase, faults, scope), PLANNED);
}

#[test]
fn an_alert_apart_from_its_transition_is_lost() {
    let scope = Scope { tasks: 0, facts: &[false], findings: 1, ..CALM };
    breaks(&with(Flaw::AlertApart, CRASH, scope), TOLD);
}

#[test]
fn a_notifier_that_does_not_read_publishes_what_the_sweeper_touched() {
    let scope = Scope { tasks: 0, facts: &[false], findings: 1, ..CALM };
    breaks(&with(Flaw::PublishedUnread, NO_FAULTS, scope), SELDOM_TWICE);
}

#[test]
fn an_older_snapshot_replaces_a_newer_one_unless_refused() {
    breaks(&with(Flaw::AnySnapshot, NO_FAULTS, TWO_AUDITS), NEWEST);
}

#[test]
fn an_older_audit_overwrites_what_a_newer_one_left_as_it_was() {
    breaks(&with(Flaw::SeenAtOnly, NO_FAULTS, TWO_AUDITS), NEVER_BACK);
}

#[test]
fn a_finding_that_is_not_compared_is_told_twice() {
    let scope = Scope { tasks: 0, facts: &[false], findings: 1, ..CALM };
    breaks(&with(Flaw::FindingUnread, ZOMBIE, scope), TOLD_ONCE);
}
