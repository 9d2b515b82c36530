//! The notifier: publishes an alert that the stream shows, and marks it sent.

use crate::{
    scope::{Flaw, Scope},
    store::Store,
};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Notifier {
    pub(crate) alert: usize,
    published: bool,
}

impl Notifier {
    /// Looks the alert up: the record may be old.
    pub(crate) fn take(scope: &Scope, store: &Store, alert: usize) -> Option<Self> {
        let wanted = scope.has(Flaw::PublishedUnread) || !store.alerts[alert].sent;
        wanted.then_some(Self { alert, published: false })
    }

    pub(crate) fn step(&self, store: &mut Store) -> Option<Self> {
        let alert = self.alert;
        if self.published {
            store.mark_sent(alert);
            return None;
        }
        store.alerts[alert].published += 1;
        Some(Self { alert, published: true })
    }
}
