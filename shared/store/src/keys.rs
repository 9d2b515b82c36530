//! The names in the table and its bucket, which the deployment's template and the stream's event filters
//! share.
//!
//! | item | [`PARTITION`] | [`SORT`] | [`KIND`] | [`KIND_SORT`] |
//! |---|---|---|---|---|
//! | audit | `TENANT#AUDIT#ID` | `AUDIT` | `audit` | `TENANT#ID` until it ends |
//! | task | `TENANT#AUDIT#ID` | `TASK#PLAN#REGION#SERVICE` | `task` | |
//! | alert | `TENANT#AUDIT#ID` | `ALERT#NAME` | `alert` | `TENANT#ID#NAME` until it is sent |
//! | audit in a list | `TENANT#AUDITS` | `ID` | `entry` | |
//! | audit in an account's list | `TENANT#ACCOUNT#ACCOUNT` | `AUDIT#ID` | `entry` | |
//! | registered account | `TENANT#ACCOUNT#ACCOUNT` | `ACCOUNT` | `account` | `TENANT#ACCOUNT` |
//! | account in a list | `TENANT#ACCOUNTS` | `ACCOUNT` | `entry` | |
//! | newest snapshot of a place | `TENANT#ACCOUNT#ACCOUNT` | `PART#REGION#SERVICE` | `part` | |
//! | when a place was read for some checks or regions | `TENANT#ACCOUNT#ACCOUNT` | `READ#REGION#SERVICE#CHECK#REGION` | `read` | |
//! | tracked finding | `TENANT#ACCOUNT#ACCOUNT` | `FINDING#FINGERPRINT` | `finding` | |
//! | the one full audit under way | `TENANT#ACCOUNT#ACCOUNT` | `ACTIVE` | `active` | |
//! | idempotency key | `TENANT#KEY#SHA-256` | `KEY` | `key` | |
//! | suppression | `TENANT#SUPPRESSIONS` | `ID` | `suppression` | |
//! | job | `TENANT#JOB#ID` | `JOB` | `job` | `TENANT#ID` until it ends |
//! | the one forced audit under way | `TENANT#ACCOUNT#ACCOUNT` | `FORCED` | `active` | |
//! | how many accounts there are | `TENANT#QUOTA` | `ACCOUNTS` | `quota` | |
//! | how many audits of a day count | `TENANT#QUOTA` | `AUDITS#YYYY-MM-DD` | `quota` | |
//! | how many calls of a kind may be made | `TENANT#QUOTA` | `CALLS#KIND` | `quota` | |
//! | how many suppressions were written | `TENANT#QUOTA` | `SUPPRESSIONS` | `quota` | |
//!
//! Beside these an item has the fields of the domain's type at its top level, so that a filter can ask for
//! `state`. The index [`BY_KIND`] (partition [`KIND`], sort [`KIND_SORT`], keys only) holds only what has
//! both. Objects are `TENANT/snapshots/ACCOUNT/REGION/SERVICE/ID.ATTEMPT.json.zst`,
//! `TENANT/results/ID.ATTEMPT.json.zst` and `TENANT/jobs/ACCOUNT/ID.ATTEMPT.WHAT.json.zst`; a result is read in
//! parts.

use domain::{
    AccountId, AuditFilter, AuditId, Fingerprint, JobId, ServiceRegion, TaskName, Tenant,
};
use jiff::civil::Date;
use uuid::Uuid;

use crate::table::Key;

/// The table's partition key.
pub const PARTITION: &str = "pk";
/// The table's sort key.
pub const SORT: &str = "sk";
/// What an item is.
pub const KIND: &str = "kind";
/// The sort key of [`BY_KIND`]; an item without it is not in the index.
pub const KIND_SORT: &str = "kind_sort";
/// The index of unfinished audits, unsent alerts and registered accounts.
pub const BY_KIND: &str = "by_kind";
/// When an item may be deleted, in seconds since 1970.
pub const EXPIRES_AT: &str = "ttl";

/// The [`KIND`] of an audit.
pub const AUDIT: &str = "audit";
/// The [`KIND`] of a task.
pub const TASK: &str = "task";
/// The [`KIND`] of an alert.
pub const ALERT: &str = "alert";
/// The [`KIND`] of a job.
pub const JOB: &str = "job";
/// The [`KIND`] of a registered account.
pub const ACCOUNT: &str = "account";
/// The [`KIND`] of what counts how much a tenant has.
pub(crate) const QUOTA: &str = "quota";

/// What the sort keys of tasks begin with.
pub(crate) const TASKS: &str = "TASK#";
/// What the sort keys of alerts begin with.
pub(crate) const ALERTS: &str = "ALERT#";
/// What the sort keys of tracked findings begin with.
pub(crate) const FINDINGS: &str = "FINDING#";
/// What the sort keys of newest snapshots begin with.
pub(crate) const PARTS: &str = "PART#";
/// What the sort keys of places that were read for some checks begin with.
pub(crate) const READS: &str = "READ#";
/// What the sort keys of an account's audits begin with.
pub(crate) const AUDITS: &str = "AUDIT#";

pub(crate) fn audit_partition(tenant: &Tenant, id: AuditId) -> String {
    format!("{tenant}#AUDIT#{id}")
}

pub(crate) fn account_partition(tenant: &Tenant, account: &AccountId) -> String {
    format!("{tenant}#ACCOUNT#{account}")
}

pub(crate) fn audits_partition(tenant: &Tenant) -> String {
    format!("{tenant}#AUDITS")
}

pub(crate) fn accounts_partition(tenant: &Tenant) -> String {
    format!("{tenant}#ACCOUNTS")
}

pub(crate) fn suppressions_partition(tenant: &Tenant) -> String {
    format!("{tenant}#SUPPRESSIONS")
}

fn quota_partition(tenant: &Tenant) -> String {
    format!("{tenant}#QUOTA")
}

pub(crate) fn audit(tenant: &Tenant, id: AuditId) -> Key {
    Key::new(audit_partition(tenant, id), "AUDIT")
}

/// What the sort keys of one plan's tasks begin with.
pub(crate) fn plan(plan: u32) -> String {
    format!("{TASKS}{plan:04}#")
}

pub(crate) fn task(tenant: &Tenant, id: AuditId, number: u32, name: &TaskName) -> Key {
    Key::new(audit_partition(tenant, id), format!("{}{name}", plan(number)))
}

pub(crate) fn alert(tenant: &Tenant, id: AuditId, name: &str) -> Key {
    Key::new(audit_partition(tenant, id), format!("{ALERTS}{name}"))
}

pub(crate) fn audit_of_tenant(tenant: &Tenant, id: AuditId) -> Key {
    Key::new(audits_partition(tenant), id.to_string())
}

pub(crate) fn audit_of_account(tenant: &Tenant, account: &AccountId, id: AuditId) -> Key {
    Key::new(account_partition(tenant, account), format!("{AUDITS}{id}"))
}

pub(crate) fn account(tenant: &Tenant, account: &AccountId) -> Key {
    Key::new(account_partition(tenant, account), "ACCOUNT")
}

pub(crate) fn account_of_tenant(tenant: &Tenant, account: &AccountId) -> Key {
    Key::new(accounts_partition(tenant), account.as_str())
}

pub(crate) fn active(tenant: &Tenant, account: &AccountId) -> Key {
    Key::new(account_partition(tenant, account), "ACTIVE")
}

pub(crate) fn forced(tenant: &Tenant, account: &AccountId) -> Key {
    Key::new(account_partition(tenant, account), "FORCED")
}

pub(crate) fn part(tenant: &Tenant, account: &AccountId, place: &ServiceRegion) -> Key {
    Key::new(account_partition(tenant, account), format!("{PARTS}{place}"))
}

/// When an audit read a place for some checks or regions alone, so that others cannot judge by its snapshot.
pub(crate) fn read(
    tenant: &Tenant,
    account: &AccountId,
    place: &ServiceRegion,
    scope: &AuditFilter,
) -> Key {
    Key::new(account_partition(tenant, account), format!("{READS}{place}#{scope}"))
}

pub(crate) fn finding(tenant: &Tenant, account: &AccountId, name: &Fingerprint) -> Key {
    Key::new(account_partition(tenant, account), format!("{FINDINGS}{name}"))
}

pub(crate) fn suppression(tenant: &Tenant, id: Uuid) -> Key {
    Key::new(suppressions_partition(tenant), id.to_string())
}

/// How many accounts of a tenant are registered and not deleted.
pub(crate) fn accounts_counted(tenant: &Tenant) -> Key {
    Key::new(quota_partition(tenant), "ACCOUNTS")
}

/// How many audits of a tenant were begun on a day, of those that count.
pub(crate) fn audits_counted(tenant: &Tenant, day: Date) -> Key {
    Key::new(quota_partition(tenant), format!("AUDITS#{day}"))
}

/// What keeps two suppressions of a tenant from being written at once.
pub(crate) fn suppressions_counted(tenant: &Tenant) -> Key {
    Key::new(quota_partition(tenant), "SUPPRESSIONS")
}

/// How many calls of a kind a tenant may make.
pub(crate) fn calls_counted(tenant: &Tenant, kind: &str) -> Key {
    Key::new(quota_partition(tenant), format!("CALLS#{kind}"))
}

/// A caller's idempotency key: hashed, for it may hold anything.
pub(crate) fn idempotency(tenant: &Tenant, hash: &str) -> Key {
    Key::new(format!("{tenant}#KEY#{hash}"), "KEY")
}

/// The object of what one attempt at a task read.
pub(crate) fn snapshot_object(task: &domain::Task) -> String {
    let (tenant, account, name) = (&task.tenant, &task.account, &task.name);
    let (region, part) = (&name.region, &name.part);
    let (id, plan, attempt) = (task.audit_id, task.plan, task.attempt);
    format!("{tenant}/snapshots/{account}/{region}/{part}/{id}.{plan}.{attempt}.json.zst")
}

/// What the objects of an account's snapshots begin with.
pub(crate) fn snapshots_of(tenant: &Tenant, account: &AccountId) -> String {
    format!("{tenant}/snapshots/{account}/")
}

/// The object of the result that one attempt at judging gave.
///
/// Attempts do not share it, so that a worker that was given up on cannot overwrite its successor's.
pub(crate) fn result_object(audit: &domain::Audit) -> String {
    format!("{}{}.json.zst", results_of(&audit.tenant, audit.id), audit.attempt)
}

/// What the objects of an audit's results begin with.
pub(crate) fn results_of(tenant: &Tenant, id: AuditId) -> String {
    format!("{tenant}/results/{id}.")
}

pub(crate) fn job(tenant: &Tenant, id: JobId) -> Key {
    Key::new(format!("{tenant}#JOB#{id}"), "JOB")
}

/// The object of what one attempt at a job read so far, or of its answer.
///
/// Attempts do not share it, so that a worker that was given up on cannot overwrite its successor's.
pub(crate) fn job_object(job: &domain::Job, what: &str) -> String {
    let (id, attempt) = (job.id, job.attempt);
    format!("{}{id}.{attempt}.{what}.json.zst", jobs_of(&job.tenant, job.account.as_ref()))
}

/// What the objects of an account's jobs begin with; without one, those of the service's own account.
pub(crate) fn jobs_of(tenant: &Tenant, account: Option<&AccountId>) -> String {
    format!("{tenant}/jobs/{}/", account.map_or("own", AccountId::as_str))
}
