use super::{Store, Time};

/// The life of one finding; before its first transition there is no such item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub(crate) open: bool,
    /// The moment of the snapshot that brought the last transition. A verdict that changes nothing
    /// is not written.
    pub(crate) seen_at: Option<Time>,
    pub(crate) transitions: u8,
}

impl Store {
    /// Points to a snapshot unless a newer one is there.
    pub(crate) fn publish_part(&mut self, taken: Time) {
        self.part = self.part.max(Some(taken));
    }

    /// A flaw: a slow worker's old snapshot counts as the newest.
    pub(crate) fn publish_any_part(&mut self, taken: Time) {
        self.part = Some(taken);
    }

    /// One transaction: a finding opens or resolves, and the alert about it is in the outbox. The
    /// finding must still be what the transition was computed from, and so must the snapshot.
    pub(crate) fn transition(&mut self, finding: usize, read: &Finding, judged: Time) -> bool {
        let accepted = self.findings[finding] == *read && self.part == Some(judged);
        if accepted {
            self.turn(finding, !read.open, judged);
            self.raise(finding);
        }
        accepted
    }

    /// A flaw: only the moment that the finding was last written for is compared.
    pub(crate) fn transition_if_newer(&mut self, finding: usize, open: bool, judged: Time) -> bool {
        let accepted = self.findings[finding].seen_at < Some(judged);
        if accepted {
            self.turn(finding, open, judged);
            self.raise(finding);
        }
        accepted
    }

    /// A flaw: the finding may have changed since it was read.
    pub(crate) fn transition_again(&mut self, finding: usize, open: bool, judged: Time) -> bool {
        let accepted = self.part == Some(judged);
        if accepted {
            self.turn(finding, open, judged);
            self.raise(finding);
        }
        accepted
    }

    /// A flaw: only the first half of `transition`. The other one is `raise`.
    pub(crate) fn transition_untold(&mut self, finding: usize, read: &Finding, at: Time) -> bool {
        let accepted = self.findings[finding] == *read && self.part == Some(at);
        if accepted {
            self.turn(finding, !read.open, at);
        }
        accepted
    }

    fn turn(&mut self, finding: usize, open: bool, judged: Time) {
        let finding = &mut self.findings[finding];
        finding.open = open;
        finding.seen_at = Some(judged);
        finding.transitions += 1;
    }
}
