//! The newest snapshots of an account's places, and when each was last read.

use domain::{AccountId, AuditFilter, Latest, Readings, ServiceRegion, Tenant};
use jiff::Timestamp;

use crate::{
    Error, Store, item, keys, lists,
    table::{Condition, Item, Write},
};

/// How many days before its object the pointer to a newest snapshot goes: neither goes to the hour.
const BEFORE_OBJECT_DAYS: u32 = 3;

impl Store {
    /// Makes a snapshot the newest of its place, unless a newer one is. One that was read for some `scopes` alone is
    /// not: only its time is kept, so that what is older changes nothing there. Without scopes all of the place was read.
    ///
    /// # Errors
    ///
    /// It may or may not be; the same call may be made again.
    pub async fn publish(
        &self,
        tenant: &Tenant,
        account: &AccountId,
        latest: &Latest,
        scopes: Option<&[AuditFilter]>,
    ) -> Result<(), Error> {
        let place = &latest.place;
        let mut items = Vec::new();
        if scopes.is_none() {
            items.push((keys::part(tenant, account, place), item::of("part", latest)?));
        }
        for scope in scopes.unwrap_or_default() {
            let item = item::with([(keys::KIND, "read".into())]);
            items.push((keys::read(tenant, account, place, scope), item));
        }
        let taken = item::nanoseconds(latest.taken_at);
        let days = self.keep_days.saturating_sub(BEFORE_OBJECT_DAYS).max(1);
        let newer =
            Condition::Any(vec![Condition::Absent, Condition::below("taken_ns", taken.clone())]);
        for (key, mut item) in items {
            item.insert("taken_ns".into(), taken.clone());
            item.insert(keys::EXPIRES_AT.into(), item::days_after(latest.taken_at, days));
            let write = Write::put(key, item).only_if(newer.clone());
            self.table.write("keep a snapshot", write).await?;
        }
        Ok(())
    }

    /// The newest snapshots of an account's places.
    ///
    /// # Errors
    ///
    /// The store gave no answer.
    pub async fn latest(&self, tenant: &Tenant, account: &AccountId) -> Result<Vec<Latest>, Error> {
        let pk = keys::account_partition(tenant, account);
        self.all("list snapshots", &pk, keys::PARTS).await
    }

    /// When each of an account's places was last read, by whichever audit.
    ///
    /// # Errors
    ///
    /// The store gave no answer.
    pub async fn last_read(&self, tenant: &Tenant, account: &AccountId) -> Result<Readings, Error> {
        let pk = keys::account_partition(tenant, account);
        let mut readings = Readings::default();
        for item in self.all::<Item>("list snapshots", &pk, keys::PARTS).await? {
            let sort = lists::text(&item, keys::SORT);
            let place = sort.strip_prefix(keys::PARTS).map(str::parse);
            if let (Some(Ok(place)), Some(taken)) = (place, taken_at(&item)) {
                readings.whole.insert(place, taken);
            }
        }
        for item in self.all::<Item>("list snapshots", &pk, keys::READS).await? {
            let sort = lists::text(&item, keys::SORT);
            let of = sort.strip_prefix(keys::READS).and_then(narrowed);
            if let (Some(of), Some(taken)) = (of, taken_at(&item)) {
                readings.narrowed.insert(of, taken);
            }
        }
        Ok(readings)
    }

    /// Forgets the newest snapshot of a place that is not there any more, unless it was read since.
    ///
    /// # Errors
    ///
    /// The store gave no answer.
    pub async fn forget(
        &self,
        tenant: &Tenant,
        account: &AccountId,
        latest: &Latest,
    ) -> Result<(), Error> {
        let same = Condition::is("taken_ns", item::nanoseconds(latest.taken_at));
        let key = keys::part(tenant, account, &latest.place);
        self.table.write("forget a snapshot", Write::delete(key).only_if(same)).await?;
        Ok(())
    }
}

fn taken_at(item: &Item) -> Option<Timestamp> {
    let taken = item.get("taken_ns")?.as_i64()?;
    Timestamp::from_nanosecond(taken.into()).ok()
}

/// A place and a scope, from the end of a key.
fn narrowed(key: &str) -> Option<(ServiceRegion, AuditFilter)> {
    let (service_ends, _) = key.match_indices('#').nth(1)?;
    let (place, scope) = (key.get(..service_ends)?, key.get(service_ends + 1..)?);
    Some((place.parse().ok()?, scope.parse().ok()?))
}
