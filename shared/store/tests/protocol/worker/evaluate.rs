use super::Job;
use crate::{
    scope::{Flaw, Scope},
    state::State,
    store::{Attempt, Finding, Phase, Time},
};

pub(super) fn first(scope: &Scope, attempt: Attempt) -> Job {
    if scope.facts.is_empty() {
        Job::Finish { attempt, judged: None }
    } else {
        Job::Merge { attempt }
    }
}

pub(super) fn step(scope: &Scope, state: &mut State, audit: usize, job: &Job) -> Option<Job> {
    match job {
        Job::Merge { attempt } => {
            let attempt = *attempt;
            Some(match state.store.part {
                Some(judged) => Job::Compare { attempt, judged },
                None => Job::Finish { attempt, judged: None },
            })
        }
        Job::Compare { attempt, judged } => {
            Some(write(scope, *attempt, *judged, state.store.findings.clone(), 0))
        }
        Job::Transition { attempt, judged, read, next } => {
            let (store, finding, bad) = (&mut state.store, &read[*next], scope.is_bad(*judged));
            let accepted = match scope.flaw {
                Some(Flaw::SeenAtOnly) => store.transition_if_newer(*next, bad, *judged),
                Some(Flaw::FindingUnread) => store.transition_again(*next, bad, *judged),
                Some(Flaw::AlertApart) => store.transition_untold(*next, finding, *judged),
                _ => store.transition(*next, finding, *judged),
            };
            if !accepted {
                // Somebody wrote what this was computed from: compute it again.
                return Some(Job::Merge { attempt: *attempt });
            }
            let (attempt, judged, read, next) = (*attempt, *judged, read.clone(), *next);
            Some(if scope.has(Flaw::AlertApart) {
                Job::Raise { attempt, judged, read, next }
            } else {
                write(scope, attempt, judged, read, next + 1)
            })
        }
        Job::Raise { attempt, judged, read, next } => {
            state.store.raise(*next);
            Some(write(scope, *attempt, *judged, read.clone(), next + 1))
        }
        Job::Finish { attempt, judged } => {
            state.store.finish(audit, *attempt, *judged);
            None
        }
        Job::GiveUp { attempt } => {
            state.store.fail(audit, Phase::Evaluate, *attempt);
            None
        }
        _ => None,
    }
}

/// The next transition from `next` on, or the end.
fn write(scope: &Scope, attempt: Attempt, judged: Time, read: Vec<Finding>, next: usize) -> Job {
    let bad = scope.is_bad(judged);
    match (next..read.len()).find(|index| read[*index].open != bad) {
        Some(next) => Job::Transition { attempt, judged, read, next },
        None => Job::Finish { attempt, judged: Some(judged) },
    }
}
