//! What must hold, by the names under which the flawed protocols break it.

use stateright::{Model, Property};

use crate::{
    scope::Scope,
    state::State,
    store::{Alert, Audit, End, Phase, Task, TaskState},
};

pub(crate) const SETTLES: &str = "every audit ends and every alert is sent";
pub(crate) const NO_HANG: &str = "nothing waits that nobody will do";
pub(crate) const NOT_EARLY: &str = "no audit is judged before each of its tasks is done or failed";
pub(crate) const COUNTED: &str = "`remaining` counts the unfinished tasks of the plan";
pub(crate) const NOT_NEGATIVE: &str = "`remaining` is never negative";
pub(crate) const ENDS_ONCE: &str = "what is done, failed or cancelled stays so";
pub(crate) const FENCED: &str = "a result is that of the attempt that holds the claim";
pub(crate) const GAPS: &str = "an audit is complete when all of its tasks are done, and only then";
pub(crate) const PLANNED: &str = "no planner ends an audit whose plan is chosen";
pub(crate) const NEWEST: &str = "the newest snapshot stays the newest";
pub(crate) const NEVER_BACK: &str = "an older audit never overwrites the findings of a newer one";
pub(crate) const TOLD: &str = "a transition and its alert are written together";
pub(crate) const TOLD_ONCE: &str = "a change of the account is told once";
pub(crate) const PUBLISHED: &str = "what is marked sent was published";
pub(crate) const SELDOM_TWICE: &str = "an alert comes again only after a fault";

pub(crate) fn all() -> Vec<Property<Scope>> {
    vec![
        Property::<Scope>::eventually(SETTLES, |_, state| state.is_settled()),
        Property::<Scope>::always(NO_HANG, |scope, state| {
            state.is_settled() || goes_on(scope, state)
        }),
        Property::<Scope>::always(NOT_EARLY, |scope, state| {
            each_audit(state, |audit, tasks| {
                let judged = audit.phase == Phase::Evaluate
                    || matches!(audit.end, Some(End::Complete | End::Incomplete));
                !judged
                    || is_all_there(scope, tasks) && tasks.iter().all(|task| !task.is_unfinished())
            })
        }),
        Property::<Scope>::always(COUNTED, |scope, state| {
            each_audit(state, |audit, tasks| {
                let unfinished = tasks.iter().filter(|task| task.is_unfinished()).count();
                !matches!(audit.phase, Phase::Collect | Phase::Evaluate)
                    || is_all_there(scope, tasks) && i8::try_from(unfinished) == Ok(audit.remaining)
            })
        }),
        Property::<Scope>::always(NOT_NEGATIVE, |_, state| {
            each_audit(state, |audit, _| audit.remaining >= 0)
        }),
        Property::<Scope>::always(ENDS_ONCE, |_, state| {
            state.store.tasks.values().all(|task| task.ends <= 1)
                && state.store.audits.iter().all(|audit| audit.ends <= 1)
        }),
        Property::<Scope>::always(FENCED, |_, state| {
            let tasks = state.store.tasks.values().map(|task| (task.attempt, task.ended_by));
            let audits = state.store.audits.iter().map(|audit| (audit.attempt, audit.ended_by));
            tasks.chain(audits).all(|(holder, by)| by.is_none_or(|by| by == holder))
        }),
        Property::<Scope>::always(GAPS, |_, state| {
            each_audit(state, |audit, tasks| {
                let done = tasks.iter().all(|task| task.state == TaskState::Done);
                match audit.end {
                    Some(End::Complete) => done,
                    Some(End::Incomplete) => !done,
                    _ => true,
                }
            })
        }),
        Property::<Scope>::always(PLANNED, |_, state| {
            each_audit(state, |audit, _| audit.end != Some(End::Unplanned) || audit.plan == 0)
        }),
        Property::<Scope>::always(NEWEST, |_, state| {
            state.store.tasks.values().all(|task| task.snapshot <= state.store.part)
        }),
        Property::<Scope>::always(NEVER_BACK, |scope, state| {
            // Of the newest snapshot, whoever judged it.
            each_audit(state, |audit, _| {
                audit.judged.is_none()
                    || audit.judged != state.store.part
                    || state.store.findings.iter().all(|finding| {
                        audit.judged.is_some_and(|judged| finding.open == scope.is_bad(judged))
                    })
            })
        }),
        Property::<Scope>::always(TOLD, |_, state| {
            state.store.findings.iter().enumerate().all(|(index, finding)| {
                let about = |alert: &&Alert| alert.finding == index;
                let alerts = state.store.alerts.iter().filter(about).count();
                alerts == usize::from(finding.transitions)
            })
        }),
        Property::<Scope>::always(TOLD_ONCE, |_, state| {
            state.store.findings.iter().all(|finding| finding.transitions <= state.now + 1)
        }),
        Property::<Scope>::always(PUBLISHED, |_, state| {
            state.store.alerts.iter().all(|alert| !alert.sent || alert.published > 0)
        }),
        Property::<Scope>::always(SELDOM_TWICE, |scope, state| {
            let (may, left) = (scope.faults, state.left);
            let faults = may.crashes - left.crashes + may.duplicates - left.duplicates;
            state.store.alerts.iter().all(|alert| alert.published <= 1 + faults)
        }),
    ]
}

fn goes_on(scope: &Scope, state: &State) -> bool {
    let mut events = Vec::new();
    scope.actions(state, &mut events);
    !events.is_empty()
}

fn is_all_there(scope: &Scope, tasks: &[&Task]) -> bool {
    tasks.len() == usize::from(scope.tasks)
}

fn each_audit(state: &State, holds: impl Fn(&Audit, &[&Task]) -> bool) -> bool {
    state.store.audits.iter().enumerate().all(|(index, audit)| {
        let tasks: Vec<&Task> = state.store.tasks_of_plan(index).map(|(_, task)| task).collect();
        holds(audit, &tasks)
    })
}
