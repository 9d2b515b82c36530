//! Facts of AWS Identity and Access Management.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    GLOBAL, Gap, Known, Listing, Location, Read, Resource, Service, Tags, Unread,
    known::plain_or_known,
};

/// Counts and flags of the account as a whole, root's among them.
pub const SUMMARY: Read =
    Read { service: Service::Iam, name: "summary", actions: &["iam:GetAccountSummary"] };
/// The access keys of every user.
pub const ACCESS_KEYS: Read = Read {
    service: Service::Iam,
    name: "access_keys",
    actions: &["iam:ListUsers", "iam:ListAccessKeys"],
};
/// The tags of every user; a call per user.
pub const USER_TAGS: Read = Read {
    service: Service::Iam,
    name: "user_tags",
    actions: &["iam:ListUsers", "iam:ListUserTags"],
};
pub(crate) const READS: &[Read] = &[SUMMARY, ACCESS_KEYS, USER_TAGS];

/// What was read of an account's IAM.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Iam {
    /// Flags of the account as a whole.
    pub summary: Known<AccountSummary>,
    /// The access keys of all users.
    pub access_keys: Listing<AccessKey>,
}

/// IAM as snapshots hold it: until December 2026 every user had a list of keys of its own.
#[derive(Deserialize)]
struct Stored {
    #[serde(default)]
    summary: Known<AccountSummary>,
    #[serde(default)]
    access_keys: Listing<AccessKey>,
    users: Option<Listing<StoredUser>>,
}

#[derive(Deserialize)]
struct StoredUser {
    arn: String,
    #[serde(default)]
    access_keys: Listing<AccessKey>,
    #[serde(default)]
    tags: Option<Tags>,
}

impl From<Stored> for Iam {
    fn from(stored: Stored) -> Self {
        let Stored { summary, access_keys, users } = stored;
        Self { summary, access_keys: users.map_or(access_keys, keys_of) }
    }
}

/// The keys of all users, each with its user's ARN and tags.
fn keys_of(users: Listing<StoredUser>) -> Listing<AccessKey> {
    let mut all = Listing { items: Vec::new(), gaps: users.gaps };
    for StoredUser { arn, access_keys, tags } in users.items {
        let own = |gap: Gap| Gap { parent: Some(arn.clone()), ..gap };
        all.gaps.extend(access_keys.gaps.into_iter().map(own));
        let own = |key| AccessKey { user_arn: arn.clone(), tags: tags.clone(), ..key };
        all.items.extend(access_keys.items.into_iter().map(own));
    }
    all
}

/// What `GetAccountSummary` tells about the root user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSummary {
    /// How many access keys root has (`AccountAccessKeysPresent`).
    #[serde(default)]
    pub root_access_keys: Known<u32>,
    /// Whether root has a second factor (`AccountMFAEnabled`).
    #[serde(default)]
    pub root_mfa: Known<bool>,
    /// Whether root has a password (`AccountPasswordPresent`); central root access can remove it.
    #[serde(default)]
    pub root_password: Known<bool>,
}

impl AccountSummary {
    /// A summary that passes every check; tests spoil one field of it.
    #[must_use]
    pub fn secure() -> Self {
        Self { root_access_keys: 0.into(), root_mfa: true.into(), root_password: true.into() }
    }
}

/// A long-term access key of an IAM user. Its secret is never read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessKey {
    /// The name of the user it belongs to.
    pub user: String,
    /// The key's public id: `AKIA…`.
    pub id: String,
    /// Whether it can sign requests now; unread where its status is one that this version does not know.
    #[serde(default, deserialize_with = "plain_or_known")]
    pub active: Known<bool>,
    /// When it was made.
    #[serde(default)]
    pub created: Known<Timestamp>,
    /// The ARN of its user, path included.
    #[serde(default)]
    pub user_arn: String,
    /// The tags of its user, where they were asked for and read.
    #[serde(default)]
    pub tags: Option<Tags>,
}

impl Resource for AccessKey {
    type Service = Iam;
    /// The user is what one finds in the console; the key is a part of it.
    const TYPE: &'static str = "AWS::IAM::User";
    const TAGS: Option<Read> = Some(USER_TAGS);

    fn all(iam: &Iam) -> &Listing<Self> {
        &iam.access_keys
    }

    fn arn(&self, _: &Location<'_>) -> String {
        self.user_arn.clone()
    }

    fn arn_of_any(at: &Location<'_>) -> String {
        at.global_arn("iam", "user/*")
    }

    fn part(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn tags(&self) -> Option<&Tags> {
        self.tags.as_ref()
    }

    fn secure() -> Self {
        Self {
            user: "example".into(),
            id: "AKIAIOSFODNN7EXAMPLE".into(),
            active: true.into(),
            created: Timestamp::UNIX_EPOCH.into(),
            user_arn: "arn:aws:iam::111122223333:user/example".into(),
            tags: None,
        }
    }
}

impl AccessKey {
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
            Unread::failed("iam:ListAccessKeys", GLOBAL, why)
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
#[must_use]
pub fn age(created: Timestamp, now: Timestamp) -> Option<SignedDuration> {
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
