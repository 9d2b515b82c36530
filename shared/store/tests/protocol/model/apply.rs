use super::Event;
use crate::{
    notifier::Notifier,
    scope::{Flaw, Scope},
    state::State,
    store::{Lease, Phase, Record},
    sweeper::Swept,
    worker::{Job, Message, Worker},
};

impl Scope {
    pub(super) fn apply(&self, state: &mut State, event: Event) {
        match event {
            Event::Shown { record, again } => {
                if again {
                    state.left.duplicates -= 1;
                } else {
                    state.store.stream.remove(&record);
                }
                self.show(state, record);
            }
            Event::Taken { message, again } => {
                if again {
                    state.left.duplicates -= 1;
                } else {
                    state.queue.remove(&message);
                }
                let worker = Worker::take(self, state, message);
                state.workers.extend(worker);
            }
            Event::RecordLost(record) => {
                state.left.losses -= 1;
                state.store.stream.remove(&record);
            }
            Event::MessageLost(message) => {
                state.left.losses -= 1;
                state.queue.remove(&message);
            }
            Event::Stray(message) => {
                state.left.strays -= 1;
                state.queue.insert(message);
            }
            Event::NotifierStep => {
                let notifier = state.notifier.take();
                state.notifier = notifier.and_then(|notifier| notifier.step(&mut state.store));
            }
            Event::NotifierCrash => {
                state.left.crashes -= 1;
                let alert = state.notifier.take().map(|notifier| Record::Unsent(notifier.alert));
                state.store.stream.extend(alert);
            }
            Event::Step(index) => self.step(state, index),
            Event::Crash(index) => {
                let worker = state.workers.remove(index);
                if !worker.is_poisoned(self) {
                    state.left.crashes -= 1;
                }
                state.queue.insert(worker.message);
            }
            Event::Requeue(index) => {
                state.left.deadlines -= 1;
                let worker = state.workers.remove(index);
                if let Some((id, attempt)) = worker.collecting()
                    && state.store.requeue(id, attempt)
                {
                    state.workers.push(Worker { job: Job::SendAgain, ..worker });
                }
            }
            Event::Refuse(index) => self.refuse(state, index),
            Event::LeaseLapsed(index) => {
                if state.is_audit_worked_on(index) {
                    state.left.lapses -= 1;
                }
                state.store.audits[index].lease = Lease::Lapsed;
            }
            Event::TaskLeaseLapsed(id) => {
                if state.is_task_worked_on(id) {
                    state.left.lapses -= 1;
                }
                if let Some(task) = state.store.tasks.get_mut(&id) {
                    task.lease = Lease::Lapsed;
                }
            }
            Event::Swept(Swept::Message(message)) => {
                state.queue.insert(message);
            }
            Event::Swept(Swept::Alert(alert)) => state.store.touch(alert),
            Event::Cancel(audit) => {
                state.left.cancels -= 1;
                state.store.cancel(audit);
            }
            Event::Change => state.now += 1,
        }
    }

    fn show(&self, state: &mut State, record: Record) {
        match record {
            Record::Created(audit) => {
                state.queue.insert(Message::Plan(audit));
            }
            // Nobody else is told.
            Record::Collected(_) if self.has(Flaw::InlineFinalise) => {}
            Record::Collected(audit) => {
                state.queue.insert(Message::Evaluate(audit));
            }
            Record::Unsent(alert) => state.notifier = Notifier::take(self, &state.store, alert),
        }
    }

    fn step(&self, state: &mut State, index: usize) {
        let worker = state.workers.remove(index);
        if let Some(job) = worker.step(self, state) {
            state.workers.push(Worker { job, ..worker });
        }
    }

    fn refuse(&self, state: &mut State, index: usize) {
        state.left.refusals -= 1;
        let worker = state.workers.remove(index);
        let Some((audit, attempt)) = worker.planning() else { return };
        if self.has(Flaw::AttemptWithoutPhase) {
            state.store.fail_whatever_phase(audit, Phase::Plan, attempt);
        } else {
            state.store.fail(audit, Phase::Plan, attempt);
        }
    }
}
