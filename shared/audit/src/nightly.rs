//! The audits of a night: one for every account that has no schedule of its own.

use std::{num::NonZeroU32, panic::AssertUnwindSafe};

use domain::{Audit, AuditId, RegisteredAccount, panic_message, with_causes};
use futures::{FutureExt as _, StreamExt as _, stream};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use store::{Created, Error, Intent, PageError, PageRequest};
use tokio_util::sync::CancellationToken;
use uuid::Builder;

use crate::{Pipeline, Queued, Step, WorkError, lease::now};

/// How many accounts are looked at between two looks at the clock.
const PAGE: u16 = 100;

/// How many audits are written at once.
const AT_ONCE: usize = 8;

impl Pipeline {
    /// Queues one audit for every registered account without a schedule of its own; where it is stopped
    /// before the end, tells the step that goes on. The last is why the first account that was not queued was not; those
    /// behind it were.
    ///
    /// # Errors
    ///
    /// The accounts could not be listed. Some may be queued; the same call goes on.
    pub async fn night(
        &self,
        night: Timestamp,
        cursor: Option<&str>,
        stop: &CancellationToken,
    ) -> Result<(Queued, Option<Step>, Option<WorkError>), WorkError> {
        let mut counted = Queued::default();
        let mut failed = None;
        let mut cursor = cursor.map(str::to_owned);
        loop {
            let page = PageRequest { cursor: cursor.as_deref(), limit: PAGE };
            let accounts = self.store.all_accounts(page).await.map_err(PageError::into_store)?;
            let (chosen, others): (Vec<_>, Vec<_>) = accounts
                .items
                .into_iter()
                .partition(|account| account.is_scheduled() && account.schedule.is_none());
            counted.passed_over += others.len();
            let created: Vec<_> = stream::iter(chosen)
                .map(|account| async move {
                    // A defect that one account meets leaves the others their night.
                    let created =
                        AssertUnwindSafe(self.queue(&account, night, None)).catch_unwind().await;
                    let created = match created {
                        Ok(created) => created.map_err(WorkError::from),
                        Err(panic) => Err(WorkError::Defect(panic_message(&*panic))),
                    };
                    (account.account_id, created)
                })
                .buffer_unordered(AT_ONCE)
                .collect()
                .await;
            for (account, created) in created {
                match created {
                    Ok(Created::New) => counted.queued += 1,
                    Ok(Created::Already(_) | Created::OtherRequest) => counted.already += 1,
                    Ok(Created::Active(_) | Created::Spent) => counted.passed_over += 1,
                    // The event comes again; those behind it do not wait for that.
                    Err(error) => {
                        let causes = with_causes(&error);
                        tracing::error!(%account, error = causes, "not queued for the night");
                        failed.get_or_insert(error);
                    }
                }
            }
            cursor = accounts.next_cursor;
            if cursor.is_none() || stop.is_cancelled() {
                tracing::info!(%night, ?counted, ended = cursor.is_none(), "the night is queued");
                let next = cursor.map(|cursor| Step::Nightly { night, cursor: Some(cursor) });
                return Ok((counted, next, failed));
            }
        }
    }

    /// Queues the audit of an account that is due at a time, once however often it is called; where it counts towards
    /// its tenant's day, only if fewer than `a_day` do.
    pub(crate) async fn queue(
        &self,
        account: &RegisteredAccount,
        due: Timestamp,
        a_day: Option<NonZeroU32>,
    ) -> Result<Created, Error> {
        let id = audit_id(account, due);
        // Asked for first, or the lock of the audit itself would say that one is under way.
        if let Some(there) = self.store.audit(&account.tenant, id).await? {
            return Ok(Created::Already(Box::new(there)));
        }
        let audit = Audit::new(account.tenant.clone(), id, account.order(), now());
        self.store.create(&audit, &Intent { alone: true, a_day, ..Intent::default() }).await
    }
}

/// The id of an account's audit of a scheduled time: the same however often the event comes.
///
/// It is a `UUIDv7` like any other: the time is the schedule's, and where others are random it has the
/// SHA-256 of tenant and account.
pub(crate) fn audit_id(account: &RegisteredAccount, due: Timestamp) -> AuditId {
    let hash = Sha256::digest(format!("{}#{}", account.tenant, account.account_id));
    let mut rest = [0; 10];
    rest.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    let millis = u64::try_from(due.as_millisecond()).unwrap_or_default();
    AuditId(Builder::from_unix_timestamp_millis(millis, &rest).into_uuid())
}
