//! The names in the DynamoDB table and its bucket, which the deployment's template and the stream's
//! event filters share.
//!
//! | item | [`PARTITION`] | [`SORT`] | [`KIND`] | [`KIND_SORT`] |
//! |---|---|---|---|---|
//! | audit | `TENANT#AUDIT#ID` | `AUDIT` | `audit` | `TENANT#ID` until it ends |
//! | alert | `TENANT#ACCOUNT#ACCOUNT` | `ALERT#FINGERPRINT` | `alert` | |
//! | known account | `TENANT#ACCOUNT#ACCOUNT` | `ACCOUNT` | `account` | `TENANT#ACCOUNT` |
//!
//! Beside these an item has the fields of [`domain::Audit`], [`domain::Alert`] or
//! [`crate::KnownAccount`] at its top level, so that a filter can ask for `state`. The index
//! [`BY_KIND`] (partition [`KIND`], sort [`KIND_SORT`], all attributes) holds only what has both. A
//! result is the object `TENANT/results/ID.ATTEMPT.json.zst` of the bucket.

use domain::{AccountId, AuditId, Fingerprint, Tenant};

/// The table's partition key.
pub const PARTITION: &str = "pk";
/// The table's sort key.
pub const SORT: &str = "sk";
/// What an item is: [`AUDIT`], [`ALERT`] or [`ACCOUNT`].
pub const KIND: &str = "kind";
/// The sort key of [`BY_KIND`]; an item without it is not in the index.
pub const KIND_SORT: &str = "kind_sort";
/// The index of unfinished audits and known accounts.
pub const BY_KIND: &str = "by_kind";
/// When DynamoDB may delete an item, in seconds since 1970.
pub const EXPIRES_AT: &str = "expires_at";

/// The [`KIND`] of an audit.
pub const AUDIT: &str = "audit";
/// The [`KIND`] of an alert.
pub const ALERT: &str = "alert";
/// The [`KIND`] of a known account.
pub const ACCOUNT: &str = "account";

/// The sort key of an audit.
pub const AUDIT_SORT: &str = "AUDIT";
/// The sort key of a known account.
pub const ACCOUNT_SORT: &str = "ACCOUNT";
/// What the sort key of an alert begins with.
pub const ALERT_SORT: &str = "ALERT#";

/// The partition of an audit.
#[must_use]
pub fn audit_partition(tenant: &Tenant, id: AuditId) -> String {
    format!("{tenant}#AUDIT#{id}")
}

/// The partition of a known account and its alerts.
#[must_use]
pub fn account_partition(tenant: &Tenant, account: &AccountId) -> String {
    format!("{tenant}#ACCOUNT#{account}")
}

/// The sort key of an alert.
#[must_use]
pub fn alert_sort(fingerprint: &Fingerprint) -> String {
    format!("{ALERT_SORT}{fingerprint}")
}
