//! Facts of AWS Identity and Access Management.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Cause, GLOBAL, Known, Listing, Tags, Unread};

/// What was read of an account's IAM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Iam {
    /// Flags of the account as a whole.
    pub summary: Known<AccountSummary>,
    /// The account's users.
    pub users: Listing<User>,
}

impl Iam {
    /// IAM of which nothing was read.
    #[must_use]
    pub fn unread(unread: &Unread) -> Self {
        Self { summary: Known::Unread(unread.clone()), users: Listing::unread(unread.clone()) }
    }
}

/// What `GetAccountSummary` tells about the root user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSummary {
    /// How many access keys root has (`AccountAccessKeysPresent`).
    pub root_access_keys: Known<u32>,
    /// Whether root has a second factor (`AccountMFAEnabled`).
    pub root_mfa: Known<bool>,
    /// Whether root has a password (`AccountPasswordPresent`); central root access can remove it.
    #[serde(default = "before_root_password")]
    pub root_password: Known<bool>,
}

/// What a snapshot tells of root's password that was taken before it was read.
fn before_root_password() -> Known<bool> {
    Known::Unread(Unread {
        action: "iam:GetAccountSummary".into(),
        cause: Cause::Failed("the snapshot does not hold `AccountPasswordPresent`".into()),
        region: GLOBAL.into(),
    })
}

impl AccountSummary {
    /// A summary that passes every check; tests spoil one field of it.
    #[must_use]
    pub fn secure() -> Self {
        Self { root_access_keys: 0.into(), root_mfa: true.into(), root_password: true.into() }
    }
}

/// An IAM user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Its name.
    pub name: String,
    /// Its ARN, path included.
    pub arn: String,
    /// Its access keys.
    pub access_keys: Listing<AccessKey>,
    /// Its tags, where they were asked for and read.
    #[serde(default)]
    pub tags: Option<Tags>,
}

/// A long-term access key of an IAM user. Its secret is never read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessKey {
    /// The name of the user it belongs to.
    pub user: String,
    /// The key's public id: `AKIA…`.
    pub id: String,
    /// Whether it can sign requests now.
    pub active: bool,
    /// When it was made.
    pub created: Known<Timestamp>,
}

impl AccessKey {
    /// A key that passes every check; tests spoil one field of it.
    #[must_use]
    pub fn secure() -> Self {
        Self {
            user: "example".into(),
            id: "AKIAIOSFODNN7EXAMPLE".into(),
            active: true,
            created: Timestamp::UNIX_EPOCH.into(),
        }
    }

    /// The last four characters of the id: enough to recognise it by.
    #[must_use]
    pub fn last_four(&self) -> &str {
        let start = self.id.char_indices().rev().nth(3).map_or(0, |(index, _)| index);
        self.id.get(start..).unwrap_or_default()
    }
}
