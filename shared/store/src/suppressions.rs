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

impl Store {
    /// Writes a suppression under its id.
    ///
    /// # Errors
    ///
    /// It may or may not be written; the same call may be made again.
    pub async fn suppress(
        &self,
        tenant: &Tenant,
        id: Uuid,
        suppression: &Suppression,
    ) -> Result<(), Error> {
        let suppression = Suppression { id: Some(id), ..suppression.clone() };
        let mut item = item::of("suppression", &suppression)?;
        let expires = item::days_after(suppression.expires_at, KEEP_DAYS);
        item.insert(keys::EXPIRES_AT.into(), expires);
        let write = Write::put(keys::suppression(tenant, id), item);
        self.table.write("write down the suppression", write).await?;
        Ok(())
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
