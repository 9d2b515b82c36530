use domain::{Service, Severity, Verdict};

use super::layout::Run;

/// Which findings of an audit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only those that ended so.
    pub verdict: Option<Verdict>,
    /// Only those at least so severe.
    pub severity: Option<Severity>,
    /// Only those about this service.
    pub service: Option<Service>,
    /// Only those of this check.
    pub check: Option<String>,
}

impl Filter {
    /// Whether it takes the findings of a run: all of them, or none.
    pub(super) fn takes(&self, run: &Run) -> bool {
        self.verdict.is_none_or(|verdict| run.verdict == verdict)
            && self.severity.is_none_or(|least| run.severity >= least)
            && self.service.is_none_or(|service| run.service == service)
            && self.check.as_ref().is_none_or(|check| run.check == *check)
    }
}
