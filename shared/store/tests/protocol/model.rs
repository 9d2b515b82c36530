//! All that may happen next, whatever the state.

mod apply;

use stateright::{Model, Property};

use crate::{
    properties,
    scope::{Flaw, Scope},
    state::State,
    store::{Lease, Phase, Record, TaskId, TaskState},
    sweeper::{self, Swept},
    worker::{Job, Message, Worker},
};

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// The stream shows a record; `again` means that it will come again.
    Shown {
        record: Record,
        again: bool,
    },
    /// The queue hands a message to a worker.
    Taken {
        message: Message,
        again: bool,
    },
    RecordLost(Record),
    MessageLost(Message),
    Stray(Message),
    /// A worker's next operation.
    Step(usize),
    Crash(usize),
    /// A worker puts its task back.
    Requeue(usize),
    /// A planner fails its audit.
    Refuse(usize),
    NotifierStep,
    NotifierCrash,
    LeaseLapsed(usize),
    TaskLeaseLapsed(TaskId),
    Swept(Swept),
    Cancel(usize),
    /// The audited account changes.
    Change,
}

impl Model for Scope {
    type State = State;
    type Action = Event;

    fn init_states(&self) -> Vec<State> {
        vec![self.first_state()]
    }

    fn actions(&self, state: &State, events: &mut Vec<Event>) {
        let mut deliver = |lost: Event, event: &dyn Fn(bool) -> Event, room: bool| {
            if room {
                events.push(event(false));
                if state.left.duplicates > 0 {
                    events.push(event(true));
                }
            }
            if state.left.losses > 0 {
                events.push(lost);
            }
        };
        for record in state.store.stream.iter().copied() {
            let room = !matches!(record, Record::Unsent(_)) || state.notifier.is_none();
            deliver(Event::RecordLost(record), &|again| Event::Shown { record, again }, room);
        }
        for message in state.queue.iter().copied() {
            let room = state.workers.len() < self.workers;
            deliver(Event::MessageLost(message), &|again| Event::Taken { message, again }, room);
        }
        self.work(state, events);
        self.time(state, events);
        if !self.has(Flaw::NoSweeper) {
            let told = sweeper::sweep(state).into_iter();
            // Whoever finalises inline relies on it.
            let told = told.filter(|swept| {
                !(self.has(Flaw::InlineFinalise)
                    && matches!(swept, Swept::Message(Message::Evaluate(_))))
            });
            events.extend(told.map(Event::Swept));
        }
        if state.left.cancels > 0 {
            events.extend((0..self.audits).map(Event::Cancel));
        }
        if state.left.strays > 0 {
            let audits = (0..self.audits).flat_map(|it| [Message::Plan(it), Message::Evaluate(it)]);
            let tasks = state.store.tasks.keys().copied().map(Message::Collect);
            let strays = audits.chain(tasks).filter(|message| !state.queue.contains(message));
            events.extend(strays.map(Event::Stray));
        }
    }

    fn next_state(&self, state: &State, event: Event) -> Option<State> {
        let mut next = state.clone();
        self.apply(&mut next, event);
        next.workers.sort();
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }

    /// Cuts off what is tried for ever.
    fn within_boundary(&self, state: &State) -> bool {
        let audits = state.store.audits.iter().map(|audit| audit.attempt);
        let tasks = state.store.tasks.values().map(|task| task.attempt);
        audits.chain(tasks).all(|attempt| attempt < self.attempts + 5)
    }
}

impl Scope {
    fn work(&self, state: &State, events: &mut Vec<Event>) {
        for (index, worker) in state.workers.iter().enumerate() {
            if worker.is_poisoned(self) {
                events.push(Event::Crash(index));
                continue;
            }
            events.push(Event::Step(index));
            if state.left.crashes > 0 {
                events.push(Event::Crash(index));
            }
            if state.left.deadlines > 0 && worker.collecting().is_some() {
                events.push(Event::Requeue(index));
            }
            if state.left.refusals > 0 && worker.planning().is_some() {
                events.push(Event::Refuse(index));
            }
        }
        if state.notifier.is_some() {
            events.push(Event::NotifierStep);
            if state.left.crashes > 0 {
                events.push(Event::NotifierCrash);
            }
        }
    }

    /// The lease of a dead worker lapses in any case.
    fn time(&self, state: &State, events: &mut Vec<Event>) {
        for index in unfinished(state) {
            if state.store.audits[index].lease == Lease::Live
                && (state.left.lapses > 0 || !state.is_audit_worked_on(index))
            {
                events.push(Event::LeaseLapsed(index));
            }
            let running = state
                .store
                .tasks_of_plan(index)
                .filter(|(_, task)| task.state == TaskState::Running && task.lease == Lease::Live);
            for (id, _) in running {
                if state.left.lapses > 0 || !state.is_task_worked_on(id) {
                    events.push(Event::TaskLeaseLapsed(id));
                }
            }
        }
        if usize::from(state.now) + 1 < self.facts.len() {
            events.push(Event::Change);
        }
    }
}

impl State {
    fn is_audit_worked_on(&self, index: usize) -> bool {
        let audit = &self.store.audits[index];
        self.works(audit.attempt, |worker| match worker.message {
            Message::Plan(named) => audit.phase == Phase::Plan && named == index,
            Message::Evaluate(named) => audit.phase == Phase::Evaluate && named == index,
            // See `Flaw::InlineFinalise`.
            Message::Collect(id) => {
                audit.phase == Phase::Evaluate
                    && id.audit == index
                    && matches!(worker.job, Job::Finish { .. })
            }
        })
    }

    fn is_task_worked_on(&self, id: TaskId) -> bool {
        let attempt = self.store.tasks[&id].attempt;
        self.works(attempt, |worker| worker.message == Message::Collect(id))
    }

    fn works(&self, attempt: u8, on: impl Fn(&Worker) -> bool) -> bool {
        self.workers.iter().any(|worker| worker.attempt() == Some(attempt) && on(worker))
    }
}

fn unfinished(state: &State) -> impl Iterator<Item = usize> {
    let audits = state.store.audits.iter().enumerate();
    audits.filter(|(_, audit)| audit.phase != Phase::Ended).map(|(index, _)| index)
}
