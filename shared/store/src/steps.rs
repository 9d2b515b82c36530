//! What tasks and jobs have in common: a worker takes one that is queued, or whose worker is taken for dead, renews its
//! lease, and fences its writes by the attempt.

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::{
    Claim, Error, Fence, Store,
    audits::{free, lease},
    item,
    table::{Condition, Key, Write, Written},
};

/// What the two states are called in which there is something to do.
pub(crate) struct States {
    pub(crate) queued: &'static str,
    pub(crate) running: &'static str,
}

impl States {
    /// That the worker of this attempt still has it.
    pub(crate) fn works(&self, attempt: u32) -> Condition {
        Condition::All(vec![
            Condition::is("state", self.running),
            Condition::is("attempt", attempt),
        ])
    }
}

impl Store {
    /// Takes what is under a key; `lease_of` tells until when another worker has it, nothing once it is over.
    pub(crate) async fn take<T: DeserializeOwned>(
        &self,
        doing: &'static str,
        key: Key,
        states: &States,
        [now, until]: [Timestamp; 2],
        lease_of: fn(&T) -> Option<Timestamp>,
    ) -> Result<Claim<T>, Error> {
        let mut set = item::with(lease(until));
        set.extend(item::with([
            ("state", states.running.into()),
            ("updated_at", now.to_string().into()),
        ]));
        let open = Condition::Any(vec![
            Condition::is("state", states.queued),
            Condition::All(vec![Condition::is("state", states.running), free(now)]),
        ]);
        let write = Write::update(key, set).adding("attempt", 1).only_if(open);
        match self.table.write(doing, write).await? {
            Written::Done(Some(taken)) => Ok(Claim::Claimed(Box::new(item::read(taken)?))),
            Written::Done(None) | Written::Refused(None) => Ok(Claim::Missing),
            Written::Refused(Some(there)) => {
                let there: T = item::read(there)?;
                Ok(lease_of(&there).map_or(Claim::Passed, |until| Claim::Held { until }))
            }
        }
    }

    /// Renews the lease of what is under a key, where the worker still has it.
    pub(crate) async fn renew_lease(
        &self,
        key: Key,
        works: Condition,
        [now, until]: [Timestamp; 2],
    ) -> Result<Fence, Error> {
        let mut set = item::with(lease(until));
        set.insert("updated_at".into(), now.to_string().into());
        let write = Write::update(key, set).only_if(works);
        Ok(Fence::of(&self.table.write("renew a lease", write).await?))
    }
}
