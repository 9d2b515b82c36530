use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Invalid;

/// The region of what belongs to no region.
pub const GLOBAL: &str = "global";

/// An audited AWS service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// AWS Identity and Access Management.
    Iam,
    /// Amazon S3.
    S3,
    /// Amazon EC2.
    Ec2,
}

impl Service {
    /// Every audited service, in the order they are documented.
    pub const ALL: [Self; 3] = [Self::Iam, Self::S3, Self::Ec2];

    /// The name in check ids, receipts and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Iam => "iam",
            Self::S3 => "s3",
            Self::Ec2 => "ec2",
        }
    }

    /// Whether it is read once for the account rather than region by region.
    ///
    /// S3 counts as global: its list names the buckets of every region.
    #[must_use]
    pub const fn is_global(self) -> bool {
        matches!(self, Self::Iam | Self::S3)
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Service {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL
            .into_iter()
            .find(|service| service.name() == text)
            .ok_or_else(|| Invalid::new("service", text, "iam, s3 or ec2"))
    }
}

/// Something that can be asked of an account; a check names the facts it needs, and only those
/// calls are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// Counts and flags of the account as a whole, root's among them.
    AccountSummary,
    /// The access keys of every user.
    AccessKeys,
    /// The tags of every user; a call per user.
    UserTags,
    /// What keeps each bucket from being public, and where something is missing, whether its
    /// policy or ACL makes it so.
    BucketExposure,
    /// How each bucket encrypts new objects.
    BucketEncryption,
    /// The tags of every bucket; a call per bucket.
    BucketTags,
    /// The EC2 instances of every region, their network interfaces and tags.
    Instances,
}

impl Fact {
    /// Every fact.
    pub const ALL: [Self; 7] = [
        Self::AccountSummary,
        Self::AccessKeys,
        Self::UserTags,
        Self::BucketExposure,
        Self::BucketEncryption,
        Self::BucketTags,
        Self::Instances,
    ];

    /// Whose API tells it.
    #[must_use]
    pub const fn service(self) -> Service {
        match self {
            Self::AccountSummary | Self::AccessKeys | Self::UserTags => Service::Iam,
            Self::BucketExposure | Self::BucketEncryption | Self::BucketTags => Service::S3,
            Self::Instances => Service::Ec2,
        }
    }

    /// Every IAM action that reading it may use, as IAM names them.
    ///
    /// Source: the actions of each service in the AWS Service Authorization Reference.
    #[must_use]
    pub const fn actions(self) -> &'static [&'static str] {
        match self {
            Self::AccountSummary => &["iam:GetAccountSummary"],
            Self::AccessKeys => &["iam:ListUsers", "iam:ListAccessKeys"],
            Self::UserTags => &["iam:ListUsers", "iam:ListUserTags"],
            Self::BucketExposure => &[
                "s3:ListAllMyBuckets",
                "s3:GetBucketLocation",
                "s3:GetAccountPublicAccessBlock",
                "s3:GetBucketPublicAccessBlock",
                "s3:GetBucketPolicyStatus",
                "s3:GetBucketAcl",
            ],
            Self::BucketEncryption => {
                &["s3:ListAllMyBuckets", "s3:GetBucketLocation", "s3:GetEncryptionConfiguration"]
            }
            Self::BucketTags => {
                &["s3:ListAllMyBuckets", "s3:GetBucketLocation", "s3:GetBucketTagging"]
            }
            Self::Instances => &["ec2:DescribeRegions", "ec2:DescribeInstances"],
        }
    }
}
