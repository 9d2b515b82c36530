//! Facts of AWS Identity and Access Management.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Cause, GLOBAL, Known, Listing, Tags, Unread, known::plain_or_known};

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
    /// Whether it can sign requests now; unread where its status is one that this version does not know.
    #[serde(deserialize_with = "plain_or_known")]
    pub active: Known<bool>,
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
            active: true.into(),
            created: Timestamp::UNIX_EPOCH.into(),
        }
    }

    /// How old it is at a time; a key that was made since, as while an account is read, is of age zero.
    ///
    /// # Errors
    ///
    /// When its date was not read, or is so far ahead that one of the two times is wrong.
    pub fn age(&self, now: Timestamp) -> Result<SignedDuration, Unread> {
        let created = *self.created.known()?;
        age(created, now).ok_or_else(|| {
            let (key, user) = (self.last_four(), &self.user);
            let why = format!(
                "key `…{key}` of `{user}` was made at `{created}`, which is after `{now}`: check this machine's clock"
            );
            let action = "iam:ListAccessKeys".into();
            Unread { action, cause: Cause::Failed(why), region: GLOBAL.into() }
        })
    }

    /// The last four characters of the id: enough to recognise it by.
    #[must_use]
    pub fn last_four(&self) -> &str {
        let start = self.id.char_indices().rev().nth(3).map_or(0, |(index, _)| index);
        self.id.get(start..).unwrap_or_default()
    }
}

/// How much later than the reading's time a key may have been made: a reading takes a while, and clocks differ.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// The age at a time of what was made at another; nothing where it was made too long after.
pub(crate) fn age(created: Timestamp, now: Timestamp) -> Option<SignedDuration> {
    let age = now.duration_since(created);
    (age >= -AHEAD).then(|| age.max(SignedDuration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_from_the_future_has_no_age() {
        let now: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
        let aged = |hours| {
            let created = now - SignedDuration::from_hours(hours);
            AccessKey { created: created.into(), ..AccessKey::secure() }.age(now)
        };
        assert_eq!(aged(48), Ok(SignedDuration::from_hours(48)));
        assert_eq!(aged(-1), Ok(SignedDuration::ZERO), "made while the account was read");
        let told = aged(-90 * 24).unwrap_err().to_string();
        assert!(told.contains("`2027-03-01T00:00:00Z`") && told.contains("clock"), "{told}");
        assert!(!told.contains("-90"), "{told}");
    }

    #[test]
    fn a_key_of_an_older_snapshot_is_read() {
        let old = r#"{"user": "kim", "id": "AKIA1", "active": false,
            "created": {"read": "2026-01-01T00:00:00Z"}}"#;
        let key: AccessKey = serde_json::from_str(old).unwrap();
        assert_eq!(key.active, false.into());
        let again = serde_json::from_str(&serde_json::to_string(&key).unwrap());
        assert_eq!(key, again.unwrap());
    }
}
