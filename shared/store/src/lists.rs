//! Lists, page by page.

use domain::{AccountId, Audit, AuditId, AuditState, Lifecycle, Severity, Tenant, TrackedFinding};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    Error, Page, PageError, PageRequest, Store,
    cursor::List,
    item, keys,
    table::{Item, Key, Range},
};

/// How many audits are looked at for one page of those in one state.
const LOOKED_AT: usize = 10_000;

/// How many items one query reads, of a list of which only some are wanted.
struct Limits {
    next: usize,
    filtered: bool,
}

impl Limits {
    fn of(page: PageRequest<'_>, filtered: bool) -> Self {
        Self { next: page.bounded(), filtered }
    }

    /// More each time: whoever wants one item in ten thousand does not make ten thousand queries.
    fn next(&mut self) -> usize {
        let limit = self.next;
        if self.filtered {
            self.next = limit.saturating_mul(4).min(PageRequest::MAX.into());
        }
        limit
    }
}

/// Which findings of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrackedFilter {
    /// Only those in one of these states; in any where there are none.
    pub states: Vec<Lifecycle>,
    /// Only those at least so severe.
    pub severity: Option<Severity>,
}

impl TrackedFilter {
    fn takes(&self, problem: &TrackedFinding) -> bool {
        (self.states.is_empty() || self.states.contains(&problem.state))
            && self.severity.is_none_or(|least| problem.severity >= least)
    }
}

impl Store {
    /// How many audits of a tenant are queued or running, counted up to `at_most`.
    ///
    /// # Errors
    ///
    /// The store gave no answer.
    pub async fn waiting(&self, tenant: &Tenant, at_most: u32) -> Result<u32, Error> {
        let limit = usize::try_from(at_most).unwrap_or(usize::MAX).max(1);
        let prefix = format!("{tenant}#");
        let found = self.table.by_kind("count audits", keys::AUDIT, &prefix, "", limit).await?;
        Ok(u32::try_from(found.0.len()).unwrap_or(u32::MAX).min(at_most))
    }

    /// The audits of a tenant, or of one of its accounts, the newest first.
    ///
    /// # Errors
    ///
    /// The cursor is not one of this list, or the store gave no answer.
    pub async fn audits(
        &self,
        tenant: &Tenant,
        account: Option<&AccountId>,
        page: PageRequest<'_>,
    ) -> Result<Page<Audit>, PageError> {
        self.audits_in(tenant, account, None, page).await
    }

    /// The same, of those in one state alone. A page is full unless the list ends, or a great many audits in other
    /// states stand between.
    ///
    /// # Errors
    ///
    /// The cursor is not one of this list, or the store gave no answer.
    pub async fn audits_in(
        &self,
        tenant: &Tenant,
        account: Option<&AccountId>,
        state: Option<AuditState>,
        page: PageRequest<'_>,
    ) -> Result<Page<Audit>, PageError> {
        let doing = "list audits";
        let (pk, prefix) = match account {
            None => (keys::audits_partition(tenant), ""),
            Some(account) => (keys::account_partition(tenant, account), keys::AUDITS),
        };
        let position = List::Audits.position(page.cursor)?;
        let mut after = page.cursor.map(|_| format!("{prefix}{position}"));
        let (mut items, mut looked_at) = (Vec::new(), 0);
        let mut limits = Limits::of(page, state.is_some());
        loop {
            let limit = limits.next();
            let range = Range { pk: &pk, prefix, after: after.as_deref(), descending: true, limit };
            let (entries, more) = self.table.query(doing, range).await?;
            let ids: Vec<AuditId> = entries
                .iter()
                .filter_map(|entry| entry.get("audit_id")?.as_str()?.parse().ok())
                .collect();
            let keys = ids.iter().map(|id| keys::audit(tenant, *id)).collect();
            let found: Vec<Audit> = self.read_all(doing, keys).await?;
            let last = ids.last().map(AuditId::to_string);
            looked_at += ids.len();
            let mut wanted =
                found.into_iter().filter(|audit| state.is_none_or(|state| audit.state == state));
            items.extend(wanted.by_ref().take(page.bounded() - items.len()));
            let behind = match items.last() {
                Some(audit) if wanted.next().is_some() => Some(audit.id.to_string()),
                _ => last.filter(|_| more),
            };
            let is_enough = items.len() == page.bounded() || looked_at >= LOOKED_AT;
            match behind {
                Some(id) if !is_enough => after = Some(format!("{prefix}{id}")),
                behind => {
                    let next_cursor = behind.map(|id| List::Audits.cursor(&id));
                    return Ok(Page { items, next_cursor });
                }
            }
        }
    }

    /// The audits of every tenant that are queued or running, the oldest of a tenant first. May lag
    /// behind the newest writes.
    ///
    /// # Errors
    ///
    /// The cursor is not one of this list, or the store gave no answer.
    pub async fn unfinished(&self, page: PageRequest<'_>) -> Result<Page<Audit>, PageError> {
        self.indexed("list audits", List::Unfinished, keys::AUDIT, "", page).await
    }

    /// The tracked findings of an account that a filter takes, by name.
    ///
    /// # Errors
    ///
    /// The cursor is not one of this list, or the store gave no answer.
    pub async fn tracked_page(
        &self,
        tenant: &Tenant,
        account: &AccountId,
        filter: &TrackedFilter,
        page: PageRequest<'_>,
    ) -> Result<Page<TrackedFinding>, PageError> {
        let pk = keys::account_partition(tenant, account);
        let mut after = match List::Tracked.position(page.cursor)? {
            none if none.is_empty() => None,
            name => Some(format!("{}{name}", keys::FINDINGS)),
        };
        let mut items = Vec::new();
        let mut limits = Limits::of(page, *filter != TrackedFilter::default());
        loop {
            let limit = limits.next();
            let (prefix, position) = (keys::FINDINGS, after.as_deref());
            let range = Range { pk: &pk, prefix, after: position, descending: false, limit };
            let (found, more) = self.table.query("list findings", range).await?;
            let mut left = found.len();
            for item in found {
                left -= 1;
                let sort = text(&item, keys::SORT);
                let tracked: TrackedFinding = item::read(item)?;
                let name = tracked.fingerprint.to_string();
                after = Some(sort);
                if filter.takes(&tracked) {
                    items.push(tracked);
                }
                if items.len() == page.bounded() {
                    let next = (more || left > 0).then(|| List::Tracked.cursor(&name));
                    return Ok(Page { items, next_cursor: next });
                }
            }
            if !more {
                return Ok(Page { items, next_cursor: None });
            }
        }
    }

    /// A page of the index of kinds, read as it is now. What has left the index since is left out; what cannot be read is
    /// logged and left out too, because whoever goes through all tenants must get past it.
    pub(crate) async fn indexed<T: DeserializeOwned + Send>(
        &self,
        doing: &'static str,
        list: List,
        kind: &str,
        prefix: &str,
        page: PageRequest<'_>,
    ) -> Result<Page<T>, PageError> {
        let after = list.position(page.cursor)?;
        let found = self.table.by_kind(doing, kind, prefix, &after, page.bounded()).await?;
        let (found, more) = found;
        let next_cursor = found.last().filter(|_| more).map(|last| list.cursor(&last.sort));
        let keys = found.into_iter().map(|indexed| indexed.key).collect();
        let mut items = Vec::new();
        for item in self.get_all(doing, keys).await? {
            if item.contains_key(keys::KIND_SORT) {
                match item::read(item) {
                    Ok(item) => items.push(item),
                    Err(error) => tracing::error!(doing, %error, "an item was passed over"),
                }
            }
        }
        Ok(Page { items, next_cursor })
    }

    /// What is under these keys, in their order; what is gone is left out.
    pub(crate) async fn read_all<T: DeserializeOwned + Send>(
        &self,
        doing: &'static str,
        keys: Vec<Key>,
    ) -> Result<Vec<T>, Error> {
        self.get_all(doing, keys).await?.into_iter().map(item::read).collect()
    }

    async fn get_all(&self, doing: &'static str, keys: Vec<Key>) -> Result<Vec<Item>, Error> {
        let items = self.table.get_all(doing, keys).await?;
        Ok(items.into_iter().flatten().collect())
    }
}

pub(crate) fn text(item: &Item, name: &str) -> String {
    item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}
