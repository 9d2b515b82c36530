use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Account, Receipt, Service, Unread, ec2::Ec2, iam::Iam, s3::S3};

/// Everything an audit read: judged now, kept, and judged again by newer checks.
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
    /// The facts.
    pub facts: Facts,
    /// When its reading began, where that is another time than the snapshot's: it was taken from
    /// another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<Timestamp>,
}

/// The facts of one service in one region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Facts {
    /// The account's IAM.
    Iam(Iam),
    /// The account's S3.
    S3(S3),
    /// EC2 in one region.
    Ec2(Ec2),
}

impl Facts {
    /// The facts of a service of which nothing could be read.
    #[must_use]
    pub fn unread(service: Service, unread: &Unread) -> Self {
        match service {
            Service::Iam => Self::Iam(Iam::unread(unread)),
            Service::S3 => Self::S3(S3::unread(unread)),
            Service::Ec2 => Self::Ec2(Ec2::unread(unread)),
        }
    }
}
