use super::{Job, Message};
use crate::{
    scope::{Flaw, Scope},
    state::State,
    store::{Attempt, Task, TaskId, TaskState, Time},
};

pub(super) fn first(scope: &Scope, attempt: Attempt) -> Job {
    if scope.facts.is_empty() {
        Job::Complete { attempt, taken: None }
    } else {
        Job::Read { attempt }
    }
}

pub(super) fn step(scope: &Scope, state: &mut State, id: TaskId, job: &Job) -> Option<Job> {
    match *job {
        Job::Read { attempt } => Some(Job::Publish { attempt, taken: state.now }),
        Job::Publish { attempt, taken } => {
            if scope.has(Flaw::AnySnapshot) {
                state.store.publish_any_part(taken);
            } else {
                state.store.publish_part(taken);
            }
            Some(Job::Complete { attempt, taken: Some(taken) })
        }
        Job::Complete { attempt, taken } => end(scope, state, id, attempt, TaskState::Done, taken),
        Job::GiveUp { attempt } => end(scope, state, id, attempt, TaskState::Failed, None),
        Job::CountDown => {
            state.store.count_down(id.audit);
            None
        }
        Job::SendAgain => {
            state.queue.insert(Message::Collect(id));
            None
        }
        Job::Inline => {
            let attempt = state.store.claim_evaluate(id.audit)?;
            Some(Job::Finish { attempt, judged: None })
        }
        Job::Finish { attempt, judged } => {
            state.store.finish(id.audit, attempt, judged);
            None
        }
        _ => None,
    }
}

fn end(
    scope: &Scope,
    state: &mut State,
    id: TaskId,
    attempt: Attempt,
    to: TaskState,
    snapshot: Option<Time>,
) -> Option<Job> {
    let ended = Task { state: to, snapshot, ended_by: Some(attempt), ..Task::default() };
    match scope.flaw {
        Some(Flaw::SeparateDecrement) => {
            state.store.complete_uncounted(id, attempt, &ended).then_some(Job::CountDown)
        }
        Some(Flaw::UnconditionalCompletion) => {
            state.store.complete_whoever_holds(id, &ended);
            None
        }
        Some(Flaw::InlineFinalise) => {
            state.store.complete(id, attempt, &ended);
            (state.store.audits[id.audit].remaining == 0).then_some(Job::Inline)
        }
        _ => {
            state.store.complete(id, attempt, &ended);
            None
        }
    }
}
