//! How often a tenant may ask for what costs: a token bucket in the table, so that all instances of a function count
//! together.

use std::{num::NonZeroU32, time::Duration};

use domain::Tenant;
use jiff::Timestamp;
use serde_json::Value;

use crate::{
    Error, Store, item, keys,
    table::{Condition, Item, Write, Written},
};

/// In how much time an empty bucket is full again.
const MINUTE: i64 = 60_000_000_000;

/// When the bucket is full again, in nanoseconds since 1970: as the generic cell rate algorithm has it, this one time
/// says how much is in the bucket.
const FULL_AT: &str = "full_at_ns";

/// How long a bucket is kept that nobody takes from, in days; it has been full for long by then.
const KEPT_DAYS: u32 = 1;

impl Store {
    /// Takes one of the `a_minute` calls of a kind that a tenant may make in a minute, a burst being as many; where there
    /// is none left, tells in how much time there is one.
    ///
    /// It costs one conditional write; a second one while the bucket is neither full nor empty.
    ///
    /// # Errors
    ///
    /// One may or may not be taken.
    pub async fn take_call(
        &self,
        tenant: &Tenant,
        kind: &str,
        a_minute: NonZeroU32,
        now: Timestamp,
    ) -> Result<Result<(), Duration>, Error> {
        let (doing, key) = ("count a call", keys::calls_counted(tenant, kind));
        let now_ns = i64::try_from(now.as_nanosecond()).unwrap_or(i64::MAX);
        let each = (MINUTE / i64::from(a_minute.get())).max(1);
        // With less than one call in it, the bucket is full only after this time.
        let last = now_ns.saturating_add(MINUTE - each);
        let kept = [
            (keys::KIND, keys::QUOTA.into()),
            (keys::EXPIRES_AT, item::days_after(now, KEPT_DAYS)),
        ];
        loop {
            let mut set = item::with(kept.clone());
            set.insert(FULL_AT.into(), now_ns.saturating_add(each).into());
            let is_full = Condition::Any(vec![
                Condition::Missing(FULL_AT),
                Condition::below(FULL_AT, now_ns.saturating_add(1)),
            ]);
            let write = Write::update(key.clone(), set).only_if(is_full);
            let there = match self.table.write(doing, write).await? {
                Written::Done(_) => return Ok(Ok(())),
                Written::Refused(there) => there,
            };
            if let Some(wait) = wait(there.as_ref(), last) {
                return Ok(Err(wait));
            }
            let has_one = Condition::below(FULL_AT, last.saturating_add(1));
            let write = Write::update(key.clone(), item::with(kept.clone()));
            match self.table.write(doing, write.adding(FULL_AT, each).only_if(has_one)).await? {
                Written::Done(_) => return Ok(Ok(())),
                Written::Refused(there) => {
                    if let Some(wait) = wait(there.as_ref(), last) {
                        return Ok(Err(wait));
                    }
                    // It expired between the two.
                }
            }
        }
    }
}

/// In how much time a bucket has a call again; nothing where it has one, or is not there.
fn wait(there: Option<&Item>, last: i64) -> Option<Duration> {
    let full_at = there?.get(FULL_AT).and_then(Value::as_i64)?;
    let wait = u64::try_from(full_at.saturating_sub(last)).ok().filter(|wait| *wait > 0)?;
    Some(Duration::from_nanos(wait))
}
