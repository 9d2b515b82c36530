//! The register of accounts.

use domain::{AccountId, RegisteredAccount, RegisteredState, Tenant};
use jiff::{SignedDuration, Timestamp};

use crate::{
    Error, Page, PageError, PageRequest, Store,
    cursor::List,
    item, keys, lists,
    table::{Condition, Item, Range, Write, Written},
};

impl Store {
    /// Registers an account; false where it is registered already, which changes nothing. A deleted one
    /// is registered anew.
    ///
    /// # Errors
    ///
    /// It may or may not be registered; the same call finds out.
    pub async fn register(&self, account: &RegisteredAccount) -> Result<bool, Error> {
        let (tenant, id) = (&account.tenant, &account.account_id);
        let entry = item::with([(keys::KIND, "entry".into()), ("account_id", id.as_str().into())]);
        let free = Condition::Any(vec![
            Condition::Absent,
            Condition::is("state", RegisteredState::Deleted.name()),
        ]);
        let writes = [
            Write::put(keys::account(tenant, id), item_of(account)?).only_if(free),
            Write::put(keys::account_of_tenant(tenant, id), entry),
        ];
        Ok(self.table.transact("register the account", &writes).await?.is_ok())
    }

    /// A registered account as it is now, deleted or not.
    ///
    /// # Errors
    ///
    /// The store gave no answer.
    pub async fn account(
        &self,
        tenant: &Tenant,
        id: &AccountId,
    ) -> Result<Option<RegisteredAccount>, Error> {
        let item = self.table.get("read the account", &keys::account(tenant, id)).await?;
        item.map(item::read).transpose()
    }

    /// Changes a registered account as `change` says; nothing where it is not there. What a change does
    /// is done to what is there: it may be called more than once.
    ///
    /// # Errors
    ///
    /// It may or may not be changed; the same call may be made again.
    pub async fn change_account(
        &self,
        tenant: &Tenant,
        id: &AccountId,
        now: Timestamp,
        change: impl Fn(&mut RegisteredAccount) + Send,
    ) -> Result<Option<RegisteredAccount>, Error> {
        loop {
            let Some(before) = self.account(tenant, id).await? else { return Ok(None) };
            let mut after = before.clone();
            change(&mut after);
            if after == before {
                return Ok(Some(after));
            }
            // The id and its way in are for ever.
            after.external_id = before.external_id.clone();
            // Two changes never have the same time, or the later one would not see the earlier.
            let next = before.updated_at.checked_add(SignedDuration::from_nanos(1));
            after.updated_at = now.max(next.unwrap_or(before.updated_at));
            // What was not read to be changed is not overwritten: the newest result has its own writer.
            let mut set = item_of(&after)?;
            set.remove("last_audit");
            let same = Condition::All(vec![
                Condition::is("updated_at", before.updated_at.to_string()),
                Condition::is("state", before.state.name()),
            ]);
            let write = Write::update(keys::account(tenant, id), set).only_if(same);
            match self.table.write("change the account", write).await? {
                Written::Done(Some(item)) => return item::read(item).map(Some),
                Written::Done(None) | Written::Refused(_) => {}
            }
        }
    }

    /// The registered accounts of a tenant, by their digits, deleted ones included.
    ///
    /// # Errors
    ///
    /// The cursor is not one of this list, or the store gave no answer.
    pub async fn accounts(
        &self,
        tenant: &Tenant,
        page: PageRequest<'_>,
    ) -> Result<Page<RegisteredAccount>, PageError> {
        let pk = keys::accounts_partition(tenant);
        let position = List::Accounts.position(page.cursor)?;
        let after = page.cursor.map(|_| position.as_str());
        let range = Range { pk: &pk, prefix: "", after, descending: false, limit: page.bounded() };
        let (entries, more) = self.table.query("list accounts", range).await?;
        let ids: Vec<_> = entries.iter().map(|entry| lists::text(entry, keys::SORT)).collect();
        let next_cursor = ids.last().filter(|_| more).map(|id| List::Accounts.cursor(id));
        let ids = ids.iter().filter_map(|id| id.parse::<AccountId>().ok());
        let keys = ids.map(|id| keys::account(tenant, &id)).collect();
        Ok(Page { items: self.read_all("list accounts", keys).await?, next_cursor })
    }

    /// The cursor of the registered accounts behind one of them, whether it is there or not.
    #[must_use]
    pub fn cursor_behind(id: &AccountId) -> String {
        List::Accounts.cursor(id.as_str())
    }

    /// The registered accounts of every tenant. May lag behind the newest writes.
    ///
    /// # Errors
    ///
    /// The cursor is not one of this list, or the store gave no answer.
    pub async fn all_accounts(
        &self,
        page: PageRequest<'_>,
    ) -> Result<Page<RegisteredAccount>, PageError> {
        self.indexed("list accounts", List::AllAccounts, keys::ACCOUNT, "", page).await
    }
}

fn item_of(account: &RegisteredAccount) -> Result<Item, Error> {
    let mut item = item::of(keys::ACCOUNT, account)?;
    let sort = format!("{}#{}", account.tenant, account.account_id);
    item.insert(keys::KIND_SORT.into(), sort.into());
    Ok(item)
}
