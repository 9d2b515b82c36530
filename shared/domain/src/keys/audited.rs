use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{OldAccessKey, Status, judge::of_key};
use crate::{Thresholds, Unread, iam::Iam, owner};

/// The access keys that an audit found to be older than its limit: what `iam_access_key_age` fails for, as one list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditedKeys {
    /// From how many hours on a key is old.
    pub hours: u64,
    /// Every active key that is older, the oldest first.
    pub old_access_keys: Vec<OwnedKey>,
    /// Why keys may be missing from the list; empty where every user's keys were read.
    pub unread: BTreeSet<String>,
}

/// An old key, and whom to ask about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnedKey {
    /// The key.
    #[serde(flatten)]
    pub key: OldAccessKey,
    /// The value of the user's tag `owner`; null where it has none, or none was read.
    pub owner: Option<String>,
}

impl AuditedKeys {
    /// The old keys of an account whose IAM was read at a time.
    #[must_use]
    pub fn of(iam: &Iam, thresholds: Thresholds, read_at: Timestamp) -> Self {
        let mut all = Self::none(thresholds);
        all.gap(iam.users.unread.as_ref());
        let limit = SignedDuration::from_hours(i64::try_from(all.hours).unwrap_or(i64::MAX / 3600));
        for user in &iam.users.items {
            all.gap(user.access_keys.unread.as_ref());
            for key in &user.access_keys.items {
                match of_key(key, Status::Active, limit, read_at) {
                    Ok(None) => {}
                    Ok(Some(key)) => {
                        let owner = user.tags.as_ref().and_then(owner).map(ToOwned::to_owned);
                        all.old_access_keys.push(OwnedKey { key, owner });
                    }
                    Err(unread) => all.gap(Some(&unread)),
                }
            }
        }
        all.old_access_keys.sort_by(|a, b| a.key.rank().cmp(&b.key.rank()));
        all
    }

    /// The keys of an account of whose IAM there is nothing.
    #[must_use]
    pub fn unread(thresholds: Thresholds, why: impl Into<String>) -> Self {
        Self { unread: [why.into()].into(), ..Self::none(thresholds) }
    }

    fn none(thresholds: Thresholds) -> Self {
        let hours = u64::from(thresholds.access_key_days) * 24;
        Self { hours, old_access_keys: Vec::new(), unread: BTreeSet::new() }
    }

    fn gap(&mut self, unread: Option<&Unread>) {
        self.unread.extend(unread.map(ToString::to_string));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Cause, Known, Listing, Tags,
        iam::{AccessKey, User},
    };
    use jiff::ToSpan as _;

    fn now() -> Timestamp {
        "2026-11-28T02:00:00Z".parse().unwrap()
    }

    fn key(id: &str, hours: i64) -> AccessKey {
        let created = now() - hours.hours() - 1.second();
        AccessKey { id: id.into(), created: created.into(), ..AccessKey::secure() }
    }

    fn user(name: &str, keys: Vec<AccessKey>, tags: &[(&str, &str)]) -> User {
        let tags: Tags = tags.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        User { name: name.into(), arn: String::new(), access_keys: keys.into(), tags: Some(tags) }
    }

    fn of(users: Listing<User>) -> AuditedKeys {
        let unread = Unread::not_asked("iam:GetAccountSummary");
        let iam = Iam { summary: Known::Unread(unread), users };
        AuditedKeys::of(&iam, Thresholds { access_key_days: 90 }, now())
    }

    #[test]
    fn the_old_active_keys_are_told_with_their_owners_the_oldest_first() {
        let off = AccessKey { active: false.into(), ..key("AKIAOFF", 9000) };
        let users = vec![
            user("kim", vec![key("AKIAYOUNG", 2159), key("AKIAOLD", 2160)], &[("OWNER", "data")]),
            user("lee", vec![key("AKIAOLDER", 5000), off], &[("team", "shop")]),
        ];
        let keys = of(users.into());
        assert_eq!((keys.hours, keys.unread.len()), (2160, 0));
        let told: Vec<_> = keys
            .old_access_keys
            .iter()
            .map(|one| (one.key.access_key_id.as_deref().unwrap(), one.key.age_hours, &one.owner))
            .collect();
        assert_eq!(told, [("AKIAOLDER", 5000, &None), ("AKIAOLD", 2160, &Some("data".into()))]);
    }

    #[test]
    fn what_was_not_read_is_told() {
        let denied = |action: &'static str| Unread {
            action: action.into(),
            cause: Cause::Denied,
            region: "us-east-1".into(),
        };
        let dateless =
            AccessKey { created: Known::Unread(denied("iam:ListAccessKeys")), ..key("A", 0) };
        let mut unlisted = user("lee", Vec::new(), &[]);
        unlisted.access_keys.unread = Some(denied("iam:ListAccessKeys"));
        let users = Listing {
            items: vec![user("kim", vec![dateless], &[]), unlisted],
            unread: Some(denied("iam:ListUsers")),
        };
        let unread: Vec<_> = of(users).unread.into_iter().collect();
        assert_eq!(unread.len(), 2, "{unread:?}");
        assert!(unread[0].contains("iam:ListAccessKeys"), "{unread:?}");
        assert!(unread[1].contains("iam:ListUsers"), "{unread:?}");
    }
}
