//! What is told of what was read.

use std::collections::BTreeSet;

use super::{Counts, Is, PASS_ROLE, Unmapped, Untold, Usage};
use crate::{Principal, Trouble, Widened, document::Policies};

impl Usage<'_> {
    /// How much was read.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Whose records count.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// What could not be read, the first twenty; and how many more there are.
    #[must_use]
    pub fn troubles(&self) -> (&[Trouble], u64) {
        (&self.troubles, self.more_troubles)
    }

    /// Calls of the principal that map to nothing known, the most frequent first.
    #[must_use]
    pub fn unmapped(&self) -> Vec<Unmapped> {
        let unmapped = self.known.iter().filter_map(|known| match known.is {
            Is::Unmapped(why) => {
                Some(Unmapped { call: known.call.clone(), why, records: known.records })
            }
            _ => None,
        });
        let mut unmapped: Vec<_> = unmapped.collect();
        unmapped.sort_by(|a, b| (b.records, &a.call).cmp(&(a.records, &b.call)));
        unmapped
    }

    /// What calls of the principal took that their records do not tell, the most frequent first.
    #[must_use]
    pub fn untold(&self) -> Vec<Untold> {
        let untold = self.untold.iter();
        let mut untold: Vec<_> = untold
            .map(|((action, why), records)| Untold {
                action: action.clone(),
                why,
                records: *records,
            })
            .collect();
        untold.sort_by(|a, b| (b.records, &a.action).cmp(&(a.records, &b.action)));
        untold
    }

    /// The times of the principal's first and last record.
    #[must_use]
    pub fn span(&self) -> Option<(&str, &str)> {
        self.span.as_ref().map(|(first, last)| (&**first, &**last))
    }

    /// Some of the callers whose records were left out.
    pub fn others(&self) -> impl Iterator<Item = &str> {
        self.others.iter().map(|other| &**other)
    }

    /// The services, by `eventSource`, of which the logs have data events, whoever called them.
    pub fn data_services(&self) -> impl Iterator<Item = &str> {
        self.data_services.iter().map(|source| &**source)
    }

    /// The prefixes of the services that the policy grants something of.
    #[must_use]
    pub fn services(&self) -> BTreeSet<&str> {
        let actions = self.needs.keys().filter_map(|action| action.split_once(':'));
        actions.map(|(service, _)| service).collect()
    }

    /// Patterns that cover more than what was used.
    #[must_use]
    pub fn widened(&self) -> Vec<Widened> {
        let needs = self.needs.iter().flat_map(|(action, need)| need.widened(action));
        let mut widened: Vec<_> = needs.chain(self.passed.widened(PASS_ROLE)).collect();
        widened.sort();
        widened
    }

    /// Every action that was used, with the patterns it is granted on and how many calls took it.
    pub fn needs(&self) -> impl Iterator<Item = (&str, BTreeSet<Box<str>>, u64)> {
        let needs = self.needs.iter().map(|(action, need)| (&**action, need));
        let passed = (self.passed.calls > 0).then_some((PASS_ROLE, &self.passed));
        needs.chain(passed).map(|(action, need)| (action, need.patterns(), need.calls))
    }

    /// The policy that grants what was used, and no more.
    #[must_use]
    pub fn policies(&self) -> Policies {
        Policies::of(self.facts, self.needs().map(|(action, patterns, _)| (action, patterns)))
    }
}
