//! Suppressions of a tenant.

use domain::{Suppression, Tenant};
use uuid::Uuid;

use crate::{
    Error, Page, PageError, PageRequest, Store,
    cursor::List,
    item, keys, lists,
    table::{Condition, Range, Write, Written},
};

/// How long a suppression is kept after it has expired, for whoever asks why something was quiet.
const KEEP_DAYS: u32 = 90;

/// How many suppressions were ever written, in the item that keeps two from being written at once.
const WRITTEN: &str = "written";

impl Store {
    /// Writes a suppression under its id; false where `most` of the tenant are there already, those that have expired
    /// included for as long as they are kept.
    ///
    /// # Errors
    ///
    /// It may or may not be written; the same call may be made again.
    pub async fn suppress(
        &self,
        tenant: &Tenant,
        id: Uuid,
        suppression: &Suppression,
        most: u32,
    ) -> Result<bool, Error> {
        let doing = "write down the suppression";
        let suppression = Suppression { id: Some(id), ..suppression.clone() };
        let mut item = item::of("suppression", &suppression)?;
        let expires = item::days_after(suppression.expires_at, KEEP_DAYS);
        item.insert(keys::EXPIRES_AT.into(), expires);
        let key = keys::suppression(tenant, id);
        let counter = keys::suppressions_counted(tenant);
        loop {
            // They go away by themselves, so that no counter would be right: they are counted, and it is made sure that
            // nobody has written one since.
            let there = self.table.get(doing, &counter).await?;
            let same = match there.as_ref().and_then(|there| there.get(WRITTEN)) {
                None => Condition::Missing(WRITTEN),
                Some(written) => Condition::is(WRITTEN, written.clone()),
            };
            if self.table.get(doing, &key).await?.is_none()
                && self.count_suppressions(tenant, most).await? >= most
            {
                return Ok(false);
            }
            let set = item::with([(keys::KIND, keys::QUOTA.into())]);
            let writes = [
                Write::put(key.clone(), item.clone()),
                Write::update(counter.clone(), set).adding(WRITTEN, 1).only_if(same),
            ];
            if self.table.transact(doing, &writes).await?.is_ok() {
                return Ok(true);
            }
        }
    }

    /// How many suppressions of a tenant are there, counted up to `most`.
    async fn count_suppressions(&self, tenant: &Tenant, most: u32) -> Result<u32, Error> {
        let pk = keys::suppressions_partition(tenant);
        let limit = usize::try_from(most).unwrap_or(usize::MAX).max(1);
        let range = Range { pk: &pk, prefix: "", after: None, descending: false, limit };
        let (there, _) = self.table.query("count suppressions", range).await?;
        Ok(u32::try_from(there.len()).unwrap_or(u32::MAX))
    }

    /// Takes a suppression away; false where there is none.
    ///
    /// # Errors
    ///
    /// It may or may not be gone; the same call may be made again.
    pub async fn unsuppress(&self, tenant: &Tenant, id: Uuid) -> Result<bool, Error> {
        let write = Write::delete(keys::suppression(tenant, id)).only_if(Condition::Present);
        let written = self.table.write("take the suppression away", write).await?;
        Ok(matches!(written, Written::Done(_)))
    }

    /// The suppressions of a tenant, expired ones included.
    ///
    /// # Errors
    ///
    /// The cursor is not one of this list, or the store gave no answer.
    pub async fn suppressions(
        &self,
        tenant: &Tenant,
        page: PageRequest<'_>,
    ) -> Result<Page<Suppression>, PageError> {
        let pk = keys::suppressions_partition(tenant);
        let position = List::Suppressions.position(page.cursor)?;
        let after = page.cursor.map(|_| position.as_str());
        let range = Range { pk: &pk, prefix: "", after, descending: false, limit: page.bounded() };
        let (items, more) = self.table.query("list suppressions", range).await?;
        let last = items.last().filter(|_| more).map(|item| lists::text(item, keys::SORT));
        let next_cursor = last.map(|id| List::Suppressions.cursor(&id));
        let items = items.into_iter().map(item::read).collect::<Result<_, Error>>()?;
        Ok(Page { items, next_cursor })
    }

    /// All suppressions of a tenant.
    ///
    /// # Errors
    ///
    /// The store gave no answer.
    pub async fn all_suppressions(&self, tenant: &Tenant) -> Result<Vec<Suppression>, Error> {
        self.all("list suppressions", &keys::suppressions_partition(tenant), "").await
    }
}
