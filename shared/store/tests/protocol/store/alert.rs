use super::{Record, Store};

/// The outbox's alert about one transition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Alert {
    pub(crate) finding: usize,
    pub(crate) sent: bool,
    /// How often people got it.
    pub(crate) published: u8,
}

impl Store {
    pub(crate) fn raise(&mut self, finding: usize) {
        self.stream.insert(Record::Unsent(self.alerts.len()));
        self.alerts.push(Alert { finding, sent: false, published: 0 });
    }

    pub(crate) fn mark_sent(&mut self, alert: usize) {
        self.alerts[alert].sent = true;
    }

    /// Writes an unsent alert again, so that the stream shows it again.
    pub(crate) fn touch(&mut self, alert: usize) {
        self.stream.insert(Record::Unsent(alert));
    }
}
