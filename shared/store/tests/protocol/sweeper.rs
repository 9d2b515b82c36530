//! The sweeper: finds what nobody works on, and tells the queue or the stream again. It
//! comes at any moment: how long something has waited is not modelled.

use crate::{
    state::State,
    store::{Lease, Phase, Record, TaskState},
    worker::Message,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Swept {
    Message(Message),
    Alert(usize),
}

/// What a sweep would tell that is not told already.
pub(crate) fn sweep(state: &State) -> Vec<Swept> {
    let store = &state.store;
    let mut messages = Vec::new();
    for (index, audit) in store.audits.iter().enumerate() {
        match audit.phase {
            Phase::Plan if audit.lease != Lease::Live => messages.push(Message::Plan(index)),
            Phase::Collect if audit.remaining == 0 => messages.push(Message::Evaluate(index)),
            Phase::Evaluate if audit.lease == Lease::Lapsed => {
                messages.push(Message::Evaluate(index));
            }
            Phase::Collect => {
                let idle = store.tasks_of_plan(index).filter(|(_, task)| match task.state {
                    TaskState::Queued => true,
                    TaskState::Running => task.lease == Lease::Lapsed,
                    TaskState::Done | TaskState::Failed => false,
                });
                messages.extend(idle.map(|(id, _)| Message::Collect(id)));
            }
            Phase::Plan | Phase::Evaluate | Phase::Ended => {}
        }
    }
    let untold = messages.into_iter().filter(|message| !state.queue.contains(message));
    let alerts =
        store.alerts.iter().enumerate().filter(|(index, alert)| {
            !alert.sent && !store.stream.contains(&Record::Unsent(*index))
        });
    untold.map(Swept::Message).chain(alerts.map(|(index, _)| Swept::Alert(index))).collect()
}
