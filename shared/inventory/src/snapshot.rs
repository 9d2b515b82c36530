use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Account, GLOBAL, Known, Receipt, ReceiptOutcome, Service, ServiceName, Unread};

mod facts;

pub use facts::Facts;

/// Everything an audit read: judged now, kept, and judged again by newer checks.
///
/// Fields that this version does not know are ignored, and ones that are missing were not asked for, so that
/// the snapshots of older and newer versions are read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The version of this shape.
    pub version: u32,
    /// The audited account.
    pub account: Account,
    /// When the reading began; ages are counted to here.
    pub started_at: Timestamp,
    /// When the reading ended.
    pub finished_at: Timestamp,
    /// What was read, by region and service.
    pub parts: Vec<ServiceSnapshot>,
}

impl Snapshot {
    /// The version this program writes and reads.
    pub const VERSION: u32 = 1;

    /// Accepts this program's version: asked first, for the rest of another one may be unreadable.
    ///
    /// # Errors
    ///
    /// Both versions, where they differ.
    pub const fn check_version(found: u32) -> Result<(), VersionMismatch> {
        if found == Self::VERSION {
            Ok(())
        } else {
            Err(VersionMismatch { found, supported: Self::VERSION })
        }
    }
}

/// A snapshot of another version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the snapshot has version {found} and this program reads version {supported}: take a new snapshot, or use the release that wrote this one"
)]
pub struct VersionMismatch {
    /// The snapshot's version.
    pub found: u32,
    /// This program's version.
    pub supported: u32,
}

/// What was read of one service in one region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceSnapshot {
    /// How the reading went; names region and service.
    pub receipt: Receipt,
    /// The facts; or why there are none at all.
    #[serde(with = "facts::stored", default)]
    pub facts: Known<Facts>,
    /// The IAM actions that AWS answered to a role here at least once; empty where none was assumed.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub answered: BTreeSet<String>,
    /// When its reading began, where that is another time than the snapshot's: it was taken from
    /// another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<Timestamp>,
}

impl ServiceSnapshot {
    /// One of which nothing was read, for a reason that the receipt tells.
    #[must_use]
    pub fn unread(service: Service, region: &str, unread: Unread) -> Self {
        let is_denied = unread.cause == crate::Cause::Denied;
        let receipt = Receipt {
            region: region.into(),
            service,
            outcome: if is_denied { ReceiptOutcome::Denied } else { ReceiptOutcome::Failed },
            calls: 0,
            denied: is_denied.then(|| unread.action.to_string()).into_iter().collect(),
            error: (!is_denied).then(|| unread.to_string()),
            notes: Vec::new(),
        };
        Self { receipt, facts: Known::Unread(unread), answered: BTreeSet::new(), taken_at: None }
    }

    /// One of a region that is not enabled in the account: there is nothing to read.
    #[must_use]
    pub fn not_enabled(service: Service, region: &str) -> Self {
        let why = "the region is not enabled in this account";
        let unread = Unread::failed("ec2:DescribeRegions", region, why);
        let mut part = Self::unread(service, region, unread);
        part.receipt.outcome = ReceiptOutcome::NotApplicable;
        part.receipt.error = Some(why.into());
        part
    }

    /// The service that it is of.
    #[must_use]
    pub const fn service(&self) -> Service {
        self.receipt.service
    }

    /// Whether the service is there at all.
    #[must_use]
    pub fn is_applicable(&self) -> bool {
        self.receipt.outcome != ReceiptOutcome::NotApplicable
    }
}

/// Where the facts of a service that spans regions are.
#[must_use]
pub fn region_of(service: Service, region: &str) -> &str {
    if service.is_global() { GLOBAL } else { region }
}

/// A service that this version does not know cannot be read by it.
#[must_use]
pub fn unknown_service(name: ServiceName, region: &str) -> Unread {
    let why = format!("this version of InfraAudit does not know the service `{}`", name.as_str());
    Unread::failed("", region, why)
}
