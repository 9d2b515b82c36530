use std::collections::BTreeSet;

use crate::{
    notifier::Notifier,
    scope::{Faults, Scope},
    store::{Store, Time},
    worker::{Message, Worker},
};

/// All of the world at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    pub(crate) store: Store,
    /// A second copy of a message that still waits is one of the faults, so this is a set.
    pub(crate) queue: BTreeSet<Message>,
    /// Those that work on something, in an order of their own: which machine it is matters not.
    pub(crate) workers: Vec<Worker>,
    /// One at most: the stream shows the changes of an item one after the other.
    pub(crate) notifier: Option<Notifier>,
    pub(crate) now: Time,
    /// The faults that may still happen.
    pub(crate) left: Faults,
}

impl State {
    pub(crate) fn new(scope: &Scope) -> Self {
        let mut store = Store::default();
        store.findings.resize_with(scope.findings, Default::default);
        // Where there is nothing to collect, there is a snapshot to judge all the same.
        store.part = (scope.tasks == 0 && !scope.facts.is_empty()).then_some(0);
        Self {
            store,
            queue: BTreeSet::new(),
            workers: Vec::new(),
            notifier: None,
            now: 0,
            left: scope.faults,
        }
    }

    /// Nothing is left to be done, for anybody.
    pub(crate) fn is_settled(&self) -> bool {
        self.store.audits.iter().all(|audit| audit.end.is_some())
            && self.store.alerts.iter().all(|alert| alert.sent)
    }
}
