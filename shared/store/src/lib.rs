//! Where audits are kept: their state, their results, the alerts and the accounts they make known.
//!
//! [`Store`] has two implementations that pass the same tests: `SqliteStore` for one machine and
//! `DynamoStore` for the Lambda functions, each behind the feature of its name. Everything may be
//! called again after an error: writes are conditional and keys are deterministic.
//!
//! A worker takes an audit with [`Store::claim`], which counts `attempt` up; every later write of
//! that worker names the attempt, so one that was given up on cannot overwrite its successor.

#[cfg(any(feature = "sqlite", feature = "dynamodb"))]
mod cursor;
mod error;
pub mod keys;
mod outcome;
#[cfg(any(feature = "sqlite", feature = "dynamodb"))]
mod result;
#[cfg(any(feature = "sqlite", feature = "dynamodb"))]
mod step;

#[cfg(feature = "dynamodb")]
mod dynamodb;
#[cfg(feature = "sqlite")]
mod sqlite;

use async_trait::async_trait;
use domain::{AccountId, Alert, Audit, AuditId, Finding, Progress, Report, Tenant};
use jiff::Timestamp;

#[cfg(feature = "dynamodb")]
pub use dynamodb::DynamoStore;
pub use error::{Error, PageError};
pub use outcome::{Claim, Created, End, Fence, Filter, KnownAccount, Page, PageRequest};
#[cfg(feature = "sqlite")]
pub use sqlite::{OpenError, SqliteStore};

/// A place for audits.
#[async_trait]
pub trait Store: Send + Sync {
    /// Writes down a new audit; where its id is taken, changes nothing and tells what is there.
    ///
    /// # Errors
    ///
    /// The audit may or may not be written; the same call finds out.
    async fn create(&self, audit: &Audit) -> Result<Created, Error>;

    /// An audit as it is now, all earlier writes included.
    ///
    /// # Errors
    ///
    /// The store gave no answer.
    async fn audit(&self, tenant: &Tenant, id: AuditId) -> Result<Option<Audit>, Error>;

    /// How many audits of a tenant are queued or running, counted up to `at_most`.
    ///
    /// # Errors
    ///
    /// The store gave no answer.
    async fn waiting(&self, tenant: &Tenant, at_most: u32) -> Result<u32, Error>;

    /// Takes an audit that is queued, or running with a lease that ended before `now`.
    ///
    /// # Errors
    ///
    /// The audit may have been taken; it is free again at `lease_until`.
    async fn claim(
        &self,
        tenant: &Tenant,
        id: AuditId,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> Result<Claim, Error>;

    /// Tells that the worker that claimed `held` is alive, and how far it is.
    ///
    /// # Errors
    ///
    /// The store gave no answer.
    async fn renew(
        &self,
        held: &Audit,
        now: Timestamp,
        lease_until: Timestamp,
        progress: Progress,
    ) -> Result<Fence, Error>;

    /// Puts a claimed audit back among the queued ones, for another worker to begin again.
    ///
    /// # Errors
    ///
    /// The audit may or may not be back; its lease ends in any case.
    async fn release(&self, held: &Audit, now: Timestamp) -> Result<Fence, Error>;

    /// Ends a claimed audit: keeps the result, raises the alerts that are not raised yet, takes away
    /// those whose finding passes now, remembers the account, and then, in one conditional write,
    /// sets the final state. Safe to repeat at any point.
    ///
    /// # Errors
    ///
    /// The audit may or may not have ended; the same call finds out.
    async fn finish(&self, held: &Audit, now: Timestamp, end: End<'_>) -> Result<Fence, Error>;

    /// Findings of an audit in the report's order, page by page; none while it has no result.
    ///
    /// # Errors
    ///
    /// The cursor is not one of this list, or the store gave no answer.
    async fn findings(
        &self,
        tenant: &Tenant,
        id: AuditId,
        filter: Filter,
        page: PageRequest<'_>,
    ) -> Result<Page<Finding>, PageError>;

    /// The whole result of an audit; nothing while it has none.
    ///
    /// # Errors
    ///
    /// The store gave no answer.
    async fn report(&self, tenant: &Tenant, id: AuditId) -> Result<Option<Report>, Error>;

    /// The audits of every tenant that are queued or running, the oldest of a tenant first. May lag
    /// behind the newest writes.
    ///
    /// # Errors
    ///
    /// The cursor is not one of this list, or the store gave no answer.
    async fn unfinished(&self, page: PageRequest<'_>) -> Result<Page<Audit>, PageError>;

    /// The known accounts of every tenant: those that an audit ended with a result for. May lag
    /// behind the newest writes.
    ///
    /// # Errors
    ///
    /// The cursor is not one of this list, or the store gave no answer.
    async fn accounts(&self, page: PageRequest<'_>) -> Result<Page<KnownAccount>, PageError>;

    /// The alerts of an account that are raised: its severe problems, by fingerprint.
    ///
    /// # Errors
    ///
    /// The cursor is not one of this list, or the store gave no answer.
    async fn alerts(
        &self,
        tenant: &Tenant,
        account: &AccountId,
        page: PageRequest<'_>,
    ) -> Result<Page<Alert>, PageError>;
}
