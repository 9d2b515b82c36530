//! Facts of Amazon S3.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Known, Listing, Location, Read, Resource, Service, Tags, Unread};

/// The account's own public access block: one call, whatever the number of buckets.
pub const ACCOUNT_BLOCK: Read = Read {
    service: Service::S3,
    name: "account_block",
    actions: &["s3:GetAccountPublicAccessBlock"],
};
/// What keeps each bucket from being public, and where something is missing, whether its policy or ACL makes
/// it so.
pub const EXPOSURE: Read = Read {
    service: Service::S3,
    name: "exposure",
    actions: &[
        "s3:ListAllMyBuckets",
        "s3:GetBucketLocation",
        "s3:GetAccountPublicAccessBlock",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetBucketPolicyStatus",
        "s3:GetBucketAcl",
    ],
};
/// How each bucket encrypts new objects.
pub const ENCRYPTION: Read = Read {
    service: Service::S3,
    name: "encryption",
    actions: &["s3:ListAllMyBuckets", "s3:GetBucketLocation", "s3:GetEncryptionConfiguration"],
};
/// The tags of every bucket; a call per bucket.
pub const BUCKET_TAGS: Read = Read {
    service: Service::S3,
    name: "bucket_tags",
    actions: &["s3:ListAllMyBuckets", "s3:GetBucketLocation", "s3:GetBucketTagging"],
};
pub(crate) const READS: &[Read] = &[ACCOUNT_BLOCK, EXPOSURE, ENCRYPTION, BUCKET_TAGS];

/// What was read of an account's S3.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct S3 {
    /// The account's own public access block, which holds for all its buckets.
    #[serde(default)]
    pub block_public: Known<PublicAccessBlock>,
    /// The account's buckets.
    #[serde(default)]
    pub buckets: Listing<Bucket>,
}

/// A bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Its name, unique in its partition.
    pub name: String,
    /// The region that holds it.
    pub region: String,
    /// The bucket's own public access block; not asked for where the account's settles it.
    #[serde(default)]
    pub block_public: Known<PublicAccessBlock>,
    /// Whether AWS calls its policy public; asked for only where nothing restricts a public policy.
    #[serde(default)]
    pub policy_is_public: Known<bool>,
    /// What its ACL grants to everyone; asked for only where nothing ignores public ACLs.
    #[serde(default)]
    pub public_grants: Known<Vec<PublicGrant>>,
    /// How new objects are encrypted; nothing where there is no default encryption.
    #[serde(default)]
    pub encryption: Known<Option<Encryption>>,
    /// Its tags, where they were asked for and read.
    #[serde(default)]
    pub tags: Option<Tags>,
}

impl Bucket {
    /// A bucket of which nothing but its name was asked.
    #[must_use]
    pub fn named(name: impl Into<String>, region: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            region: region.into(),
            block_public: Known::NotAsked,
            policy_is_public: Known::NotAsked,
            public_grants: Known::NotAsked,
            encryption: Known::NotAsked,
            tags: None,
        }
    }
}

impl Bucket {
    /// Whether its policy or ACL lets everyone in, the public access blocks of bucket and account applied. A fact
    /// that was not read matters only where the others leave the answer open.
    ///
    /// # Errors
    ///
    /// Why it cannot be said.
    pub fn is_public(&self, account: &Known<PublicAccessBlock>) -> Result<bool, Unread> {
        let blocks = |switch: fn(&PublicAccessBlock) -> bool| {
            let (account, own) = (account.is(switch), self.block_public.is(switch));
            if account == Ok(true) || own == Ok(true) { Ok(true) } else { account.and(own) }
        };
        let open =
            |blocked: Result<bool, Unread>, opens: Result<bool, Unread>| match (blocked, opens) {
                (Ok(true), _) | (_, Ok(false)) => Ok(false),
                (Ok(false), opens) => opens,
                (Err(unread), _) => Err(unread),
            };
        let policy =
            open(blocks(|block| block.restrict_buckets), self.policy_is_public.is(|is| *is));
        let acl =
            open(blocks(|block| block.ignore_acls), self.public_grants.is(|all| !all.is_empty()));
        match (policy, acl) {
            (Ok(true), _) | (_, Ok(true)) => Ok(true),
            (Err(unread), _) | (_, Err(unread)) => Err(unread),
            (Ok(false), Ok(false)) => Ok(false),
        }
    }
}

impl Resource for Bucket {
    type Service = S3;
    const TYPE: &'static str = "AWS::S3::Bucket";
    const TAGS: Option<Read> = Some(BUCKET_TAGS);

    fn all(s3: &S3) -> &Listing<Self> {
        &s3.buckets
    }

    fn arn(&self, at: &Location<'_>) -> String {
        ["arn:", at.account.partition.name(), ":s3:::", &self.name].concat()
    }

    fn arn_of_any(at: &Location<'_>) -> String {
        format!("arn:{}:s3:::*", at.account.partition)
    }

    fn region<'a>(&'a self, _: &Location<'a>) -> &'a str {
        &self.region
    }

    fn tags(&self) -> Option<&Tags> {
        self.tags.as_ref()
    }

    fn secure() -> Self {
        Self {
            block_public: PublicAccessBlock::ALL.into(),
            policy_is_public: false.into(),
            public_grants: Vec::new().into(),
            encryption: Some(Encryption { algorithm: Algorithm::Aes256, key: None }).into(),
            ..Self::named("example", "us-east-1")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_public_where_nothing_stops_its_policy_or_acl() {
        let none = || Known::from(PublicAccessBlock::NONE);
        let lost = || Unread::failed("s3:GetBucketPolicyStatus", "global", "no");
        let bucket = |policy: Known<bool>, grants: Vec<PublicGrant>| Bucket {
            block_public: none(),
            policy_is_public: policy,
            public_grants: grants.into(),
            ..Bucket::secure()
        };
        let grant =
            || vec![PublicGrant { grantee: PublicGroup::AllUsers, permission: "READ".into() }];
        let unknown = || Known::Unread(lost());
        assert_eq!(bucket(true.into(), Vec::new()).is_public(&none()), Ok(true));
        assert_eq!(bucket(false.into(), grant()).is_public(&none()), Ok(true));
        assert_eq!(bucket(false.into(), Vec::new()).is_public(&none()), Ok(false));
        assert_eq!(bucket(unknown(), grant()).is_public(&none()), Ok(true));
        assert_eq!(bucket(unknown(), Vec::new()).is_public(&none()), Err(lost()));
        assert_eq!(
            bucket(true.into(), grant()).is_public(&PublicAccessBlock::ALL.into()),
            Ok(false)
        );
        assert_eq!(bucket(true.into(), grant()).is_public(&Known::Unread(lost())), Err(lost()));
        assert_eq!(bucket(false.into(), Vec::new()).is_public(&Known::Unread(lost())), Ok(false));
    }
}
