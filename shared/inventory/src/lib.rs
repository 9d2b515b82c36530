//! An AWS account as it was read: resources and settings, one file a service. No I/O, no clock, no AWS SDK.
//!
//! A *fact* is what a collector read, or why it could not ([`Known`], [`Listing`]). A service's facts of one
//! region are a [`ServiceSnapshot`], all of an account a [`Snapshot`]. A kind of resource implements
//! [`Resource`]; a group of calls that fills some fields is a [`Read`], declared beside them.
//!
//! To add a service: one file here with its type, its `READS` and its resources, and one line in
//! [`for_each_service`]. The compiler asks for the rest.

mod account;
mod known;
mod level;
mod listing;
mod nearest;
mod partition;
mod read;
mod receipt;
mod resource;
mod service;
mod snapshot;
mod tags;

pub mod cloudtrail;
pub mod ec2;
pub mod guardduty;
pub mod iam;
pub mod kms;
pub mod s3;

pub use account::{Account, AccountId, ExternalId, Invalid, RoleArn, RoleName};
pub use known::{Cause, Known, Unread};
pub use level::{CLOSED, LEVEL, LEVELS, OutdatedRole, level_of};
pub use listing::{Gap, Listing};
pub use nearest::nearest;
pub use partition::Partition;
pub use read::{REGIONS, Read, Reads, ServiceFacts, all_reads};
pub use receipt::{Outcome as ReceiptOutcome, Receipt};
pub use resource::{Location, Resource, owner};
pub use service::{GLOBAL, Scope, Service, ServiceName, is_region};
pub use snapshot::{Facts, ServiceSnapshot, Snapshot, VersionMismatch, region_of, unknown_service};
pub use tags::Tags;

/// Every audited service, in alphabetical order: module, type, name, scope, and how many requests may be under
/// way at once. A crate that needs something of every service hands in a macro.
///
/// The name is the one in check ids, receipts and on the command line, and is stored: it never changes.
#[macro_export]
macro_rules! for_each_service {
    ($with:ident) => {
        $with! {
            cloudtrail: CloudTrail, "cloudtrail", Regional, 8;
            ec2: Ec2, "ec2", Regional, 16;
            guardduty: GuardDuty, "guardduty", Regional, 8;
            iam: Iam, "iam", Global, 5;
            kms: Kms, "kms", Regional, 16;
            s3: S3, "s3", Global, 16;
        }
    };
}
