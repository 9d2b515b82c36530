//! Facts of Amazon S3.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Known, Listing, Tags, Unread};

/// What was read of an account's S3.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct S3 {
    /// The account's own public access block, which holds for all its buckets.
    pub block_public: Known<PublicAccessBlock>,
    /// The account's buckets.
    pub buckets: Listing<Bucket>,
}

impl S3 {
    /// S3 of which nothing was read.
    #[must_use]
    pub fn unread(unread: &Unread) -> Self {
        Self {
            block_public: Known::Unread(unread.clone()),
            buckets: Listing::unread(unread.clone()),
        }
    }
}

/// A bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Its name, unique in its partition.
    pub name: String,
    /// The region that holds it.
    pub region: String,
    /// The bucket's own public access block; not asked for where the account's settles it.
    pub block_public: Known<PublicAccessBlock>,
    /// Whether AWS calls its policy public; asked for only where nothing restricts a public policy.
    pub policy_is_public: Known<bool>,
    /// What its ACL grants to everyone; asked for only where nothing ignores public ACLs.
    pub public_grants: Known<Vec<PublicGrant>>,
    /// How new objects are encrypted; nothing where there is no default encryption.
    pub encryption: Known<Option<Encryption>>,
    /// Its tags, where they were asked for and read.
    #[serde(default)]
    pub tags: Option<Tags>,
}

impl Bucket {
    /// A bucket that passes every check; tests spoil one field of it.
    #[must_use]
    pub fn secure() -> Self {
        Self {
            name: "example".into(),
            region: "us-east-1".into(),
            block_public: PublicAccessBlock::ALL.into(),
            policy_is_public: false.into(),
            public_grants: Vec::new().into(),
            encryption: Some(Encryption { algorithm: Algorithm::Aes256, key: None }).into(),
            tags: None,
        }
    }
}

/// The four settings that keep a bucket from being public.
///
/// Source: *Blocking public access to your Amazon S3 storage*, Amazon S3 User Guide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "AWS's own four switches")]
pub struct PublicAccessBlock {
    /// New public ACLs are refused (`BlockPublicAcls`).
    pub block_acls: bool,
    /// Existing public ACLs have no effect (`IgnorePublicAcls`).
    pub ignore_acls: bool,
    /// New public policies are refused (`BlockPublicPolicy`).
    pub block_policy: bool,
    /// A public policy lets in only AWS services and the owner's account (`RestrictPublicBuckets`).
    pub restrict_buckets: bool,
}

impl PublicAccessBlock {
    /// Everything blocked.
    pub const ALL: Self =
        Self { block_acls: true, ignore_acls: true, block_policy: true, restrict_buckets: true };

    /// Nothing blocked: what AWS means by having no configuration.
    pub const NONE: Self = Self {
        block_acls: false,
        ignore_acls: false,
        block_policy: false,
        restrict_buckets: false,
    };

    /// What holds for a bucket under both: the account's settings and its own.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self {
            block_acls: self.block_acls || other.block_acls,
            ignore_acls: self.ignore_acls || other.ignore_acls,
            block_policy: self.block_policy || other.block_policy,
            restrict_buckets: self.restrict_buckets || other.restrict_buckets,
        }
    }

    /// The settings that are off, by AWS's names.
    pub fn missing(self) -> impl Iterator<Item = &'static str> {
        [
            (self.block_acls, "BlockPublicAcls"),
            (self.ignore_acls, "IgnorePublicAcls"),
            (self.block_policy, "BlockPublicPolicy"),
            (self.restrict_buckets, "RestrictPublicBuckets"),
        ]
        .into_iter()
        .filter_map(|(on, name)| (!on).then_some(name))
    }
}

/// One grant of an ACL to a group that anyone belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicGrant {
    /// Who: everyone, or everyone with an AWS account.
    pub grantee: PublicGroup,
    /// What: `READ`, `WRITE`, `READ_ACP`, `WRITE_ACP` or `FULL_CONTROL`.
    pub permission: String,
}

/// The predefined groups of S3 that anyone belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublicGroup {
    /// Anyone, signed in or not.
    AllUsers,
    /// Anyone with any AWS account.
    AuthenticatedUsers,
}

impl fmt::Display for PublicGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AllUsers => "AllUsers",
            Self::AuthenticatedUsers => "AuthenticatedUsers",
        })
    }
}

/// How new objects of a bucket are encrypted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encryption {
    /// By whose hand.
    pub algorithm: Algorithm,
    /// The KMS key, where one is named.
    pub key: Option<String>,
}

/// The kinds of server-side encryption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// SSE-S3: keys that S3 manages.
    Aes256,
    /// SSE-KMS: a key in AWS KMS.
    Kms,
    /// DSSE-KMS: two layers with a key in AWS KMS.
    KmsTwice,
    /// A kind that is newer than this program, by AWS's name; in older snapshots alone.
    Other(String),
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Aes256 => "SSE-S3",
            Self::Kms => "SSE-KMS",
            Self::KmsTwice => "DSSE-KMS",
            Self::Other(name) => name,
        })
    }
}
