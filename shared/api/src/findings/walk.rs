//! A walk through the tracked findings of many accounts, from a cursor on.

use std::collections::VecDeque;

use domain::{AccountId, RegisteredState, Tenant, TrackedFinding};
use store::{Page, PageRequest, Store, TrackedFilter};

use crate::problem::Problem;

/// How many pages of findings are read for one page of an answer.
const ROUNDS: usize = 40;
/// How many accounts are read at once.
const ACCOUNTS: u16 = 50;

/// Where a walk stands: the accounts that are known to come next, and the place in the first of them.
pub(super) struct Walk<'a> {
    store: &'a Store,
    tenant: &'a Tenant,
    ahead: VecDeque<AccountId>,
    within: Option<String>,
    /// The cursor of the accounts behind those; nothing once all are known.
    behind: Option<Behind>,
}

enum Behind {
    Beginning,
    At(String),
}

impl<'a> Walk<'a> {
    /// A walk through all accounts, or one of them, from a cursor on.
    pub(super) fn new(
        store: &'a Store,
        tenant: &'a Tenant,
        only: Option<AccountId>,
        cursor: Option<&str>,
    ) -> Result<Self, Problem> {
        let mut ahead = VecDeque::new();
        let (mut within, mut behind) = (None, None);
        if let Some(cursor) = cursor {
            let place = cursor.split_once('.');
            let place = place.and_then(|(id, inner)| Some((id.parse::<AccountId>().ok()?, inner)));
            let place = place.filter(|(id, _)| only.as_ref().is_none_or(|only| only == id));
            let (id, inner) = place.ok_or_else(|| Problem::cursor(cursor))?;
            within = (!inner.is_empty()).then(|| inner.to_owned());
            behind = only.is_none().then(|| Behind::At(Store::cursor_behind(&id)));
            ahead.push_back(id);
        } else if let Some(only) = only {
            ahead.push_back(only);
        } else {
            behind = Some(Behind::Beginning);
        }
        Ok(Self { store, tenant, ahead, within, behind })
    }

    /// The next page of findings that a filter takes.
    pub(super) async fn page(
        mut self,
        filter: &TrackedFilter,
        limit: u16,
    ) -> Result<Page<TrackedFinding>, Problem> {
        let most = limit;
        let limit = usize::from(limit);
        let mut items: Vec<TrackedFinding> = Vec::new();
        for _ in 0..ROUNDS {
            self.look_ahead().await?;
            let Some(account) = self.ahead.front() else { break };
            let left = u16::try_from(limit.saturating_sub(items.len())).unwrap_or(most);
            if left == 0 {
                break;
            }
            let page = PageRequest { cursor: self.within.as_deref(), limit: left };
            let page = self.store.tracked_page(self.tenant, account, filter, page).await?;
            items.extend(page.items);
            self.within = page.next_cursor;
            if self.within.is_none() {
                self.ahead.pop_front();
            }
        }
        self.look_ahead().await?;
        Ok(Page { items, next_cursor: self.cursor() })
    }

    /// Finds out which account comes next, deleted ones left out.
    async fn look_ahead(&mut self) -> Result<(), Problem> {
        while self.ahead.is_empty() {
            let cursor = match self.behind.take() {
                None => return Ok(()),
                Some(Behind::Beginning) => None,
                Some(Behind::At(cursor)) => Some(cursor),
            };
            let page = PageRequest { cursor: cursor.as_deref(), limit: ACCOUNTS };
            let page = self.store.accounts(self.tenant, page).await?;
            let there = page.items.into_iter().filter(|a| a.state != RegisteredState::Deleted);
            self.ahead.extend(there.map(|account| account.account_id));
            self.behind = page.next_cursor.map(Behind::At);
        }
        Ok(())
    }

    fn cursor(&self) -> Option<String> {
        let account = self.ahead.front()?;
        Some(format!("{account}.{}", self.within.as_deref().unwrap_or_default()))
    }
}
