//! The register of accounts.

use domain::{AccountId, RegisteredAccount, RegisteredState, Tenant};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::{
    Error, Page, PageError, PageRequest, Store,
    cursor::List,
    item, keys, lists,
    table::{Condition, Item, Range, Write, Written},
};

impl Store {
    /// Registers an account, where fewer than `most` of its tenant are registered and not deleted. A deleted one is
    /// registered anew.
    ///
    /// # Errors
    ///
    /// It may or may not be registered; the same call finds out.
    pub async fn register(
        &self,
        account: &RegisteredAccount,
        most: u32,
    ) -> Result<Registered, Error> {
        let (tenant, id) = (&account.tenant, &account.account_id);
        let entry = item::with([(keys::KIND, "entry".into()), ("account_id", id.as_str().into())]);
        let free = Condition::Any(vec![
            Condition::Absent,
            Condition::is("state", RegisteredState::Deleted.name()),
        ]);
        let counted = counted(tenant, 1).only_if(Condition::below(COUNT, most));
        let writes = [
            Write::put(keys::account(tenant, id), item_of(account)?).only_if(free),
            Write::put(keys::account_of_tenant(tenant, id), entry),
            counted,
        ];
        loop {
            match self.table.transact("register the account", &writes).await? {
                Ok(()) => return Ok(Registered::New),
                Err(refused) if refused.contains(&0) => return Ok(Registered::There),
                Err(_) if self.count_accounts(tenant).await? >= i64::from(most) => {
                    return Ok(Registered::Full);
                }
                // It was not counted yet, or one was deleted in the meantime.
                Err(_) => {}
            }
        }
    }

    /// How many accounts of a tenant are registered and not deleted. Where that was never counted it is from now on: of
    /// tenants from before there was a quota.
    async fn count_accounts(&self, tenant: &Tenant) -> Result<i64, Error> {
        let (doing, key) = ("count accounts", keys::accounts_counted(tenant));
        loop {
            if let Some(there) = self.table.get(doing, &key).await? {
                return Ok(there.get(COUNT).and_then(Value::as_i64).unwrap_or_default());
            }
            let (mut count, mut cursor) = (0_i64, None::<String>);
            loop {
                let page = self.accounts(tenant, PageRequest::at(cursor.as_deref())).await;
                let page = page.map_err(PageError::into_store)?;
                count += page.items.iter().map(counts).sum::<i64>();
                cursor = page.next_cursor;
                if cursor.is_none() {
                    break;
                }
            }
            // Nobody registers or deletes before it is there, so that it is right.
            let item = item::with([(keys::KIND, keys::QUOTA.into()), (COUNT, count.into())]);
            let write = Write::put(key.clone(), item).only_if(Condition::Absent);
            self.table.write(doing, write).await?;
        }
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
            let by = counts(&after) - counts(&before);
            if by != 0 {
                // It has to be counted before it can be counted down.
                self.count_accounts(tenant).await?;
                let writes = [write, counted(tenant, by)];
                if self.table.transact("change the account", &writes).await?.is_ok() {
                    return self.account(tenant, id).await;
                }
                continue;
            }
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

/// What came of registering an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registered {
    /// It is registered.
    New,
    /// It was registered before; nothing is changed.
    There,
    /// As many accounts are registered as may be; nothing is changed.
    Full,
}

/// How many accounts there are, in the item that counts them.
const COUNT: &str = "live";

/// What an account counts for: one that is deleted gives its place back.
fn counts(account: &RegisteredAccount) -> i64 {
    i64::from(account.state != RegisteredState::Deleted)
}

/// The write that counts accounts up or down.
fn counted(tenant: &Tenant, by: i64) -> Write {
    let set = item::with([(keys::KIND, keys::QUOTA.into())]);
    Write::update(keys::accounts_counted(tenant), set).adding(COUNT, by)
}

fn item_of(account: &RegisteredAccount) -> Result<Item, Error> {
    let mut item = item::of(keys::ACCOUNT, account)?;
    let sort = format!("{}#{}", account.tenant, account.account_id);
    item.insert(keys::KIND_SORT.into(), sort.into());
    Ok(item)
}
