use super::{Job, Message};
use crate::{
    scope::{Flaw, Scope},
    state::State,
    store::{Attempt, Phase, TaskId},
};

pub(super) fn first(scope: &Scope, attempt: Attempt) -> Job {
    let written = if scope.has(Flaw::CountedBeforeWritten) { scope.tasks } else { 0 };
    Job::Plan { attempt, written }
}

pub(super) fn step(scope: &Scope, state: &mut State, audit: usize, job: &Job) -> Option<Job> {
    match *job {
        Job::Plan { attempt, written } if written < scope.tasks => {
            state.store.write_task(TaskId { audit, plan: attempt, number: written });
            Some(Job::Plan { attempt, written: written + 1 })
        }
        Job::Plan { attempt, .. } => {
            let chosen = state.store.begin_collect(audit, attempt, scope.tasks);
            chosen.then_some(Job::Send { plan: attempt, sent: 0 })
        }
        Job::Send { plan, sent } if sent < scope.tasks => {
            let id = TaskId { audit, plan, number: sent };
            if scope.has(Flaw::CountedBeforeWritten) {
                state.store.write_task(id);
            }
            state.queue.insert(Message::Collect(id));
            let sent = sent + 1;
            (sent < scope.tasks).then_some(Job::Send { plan, sent })
        }
        Job::GiveUp { attempt } => {
            state.store.fail(audit, Phase::Plan, attempt);
            None
        }
        _ => None,
    }
}
