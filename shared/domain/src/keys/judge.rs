use std::io;

use inventory::iam::{AccessKey, age};
use jiff::{SignedDuration, Timestamp};

use super::{Ask, Failure, KeyStatus, LastUsed, OldAccessKey, Seen, Status};
use crate::{
    Unread,
    credential_report::{self, Key, Malformed, ROOT, Told},
};

/// What a report holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The old keys, in the report's order.
    pub old: Vec<OldAccessKey>,
    /// How many users and keys were looked at.
    pub seen: Seen,
}

impl Ask {
    /// How old a key may be.
    fn limit(self) -> SignedDuration {
        SignedDuration::from_hours(self.hours.get().into())
    }
}

/// The old keys among those of one user, as they were listed.
///
/// # Errors
///
/// When a key that counts has no date that can be true, or an old one no known status.
pub fn of_user(keys: &[AccessKey], ask: Ask, now: Timestamp) -> Result<Vec<OldAccessKey>, Unread> {
    keys.iter().filter_map(|key| of_key(key, ask.status, ask.limit(), now).transpose()).collect()
}

/// A key that counts and is older than a limit; nothing where it is not.
///
/// # Errors
///
/// When it has no date that can be true, or is old and its status was not read.
pub(super) fn of_key(
    key: &AccessKey,
    asked: Status,
    limit: SignedDuration,
    now: Timestamp,
) -> Result<Option<OldAccessKey>, Unread> {
    if asked == Status::Active && key.active.known() == Ok(&false) {
        return Ok(None);
    }
    let age = key.age(now)?;
    if age <= limit {
        return Ok(None);
    }
    Ok(Some(OldAccessKey {
        user_name: key.user.clone(),
        access_key_id: Some(key.id.clone()),
        created_date: *key.created.known()?,
        age_hours: age.as_hours(),
        status: KeyStatus::of(*key.active.known()?),
        slot: None,
        no_id_because: None,
        last_used: None,
    }))
}

/// The old keys of a credential report, without ids.
///
/// # Errors
///
/// When the report cannot tell of every key: no whole CSV, no row, a column missing, a key without a date that can be
/// true or without a status, or more keys than it has room for.
pub fn of_report(report: impl io::Read, ask: Ask, now: Timestamp) -> Result<Found, Failure> {
    let mut found = Found { old: Vec::new(), seen: Seen::default() };
    let mut rows = 0_u64;
    for row in credential_report::rows(report)? {
        let row = row?;
        rows += 1;
        if let Some(more) = row.more {
            let why = format!("`{}` has keys or certificates beyond two ({more})", row.user);
            return Err(Failure::Unusable { why });
        }
        // The live way does not count root among the users, and neither does this one.
        found.seen.users += u64::from(row.user != ROOT);
        for key in row.keys {
            found.seen.keys += 1;
            if ask.status == Status::All || key.active != Told::Is(false) {
                found.old.extend(reported(&row.user, key, ask, now)?);
            }
        }
    }
    if rows == 0 { Err(Malformed::Empty.into()) } else { Ok(found) }
}

fn reported(
    user: &str,
    key: Key,
    ask: Ask,
    now: Timestamp,
) -> Result<Option<OldAccessKey>, Failure> {
    let slot = key.slot;
    let unusable = |why: String| Failure::Unusable { why };
    let Told::Is(created_date) = key.created else {
        return Err(unusable(format!("it does not tell when key {slot} of `{user}` was made")));
    };
    let Some(age) = age(created_date, now) else {
        let when = format!("`{created_date}`, which is after `{now}`");
        return Err(unusable(format!(
            "it tells that key {slot} of `{user}` was made at {when}: check this machine's clock"
        )));
    };
    if age <= ask.limit() {
        return Ok(None);
    }
    let Told::Is(active) = key.active else {
        return Err(unusable(format!("it does not tell whether key {slot} of `{user}` is active")));
    };
    let last_used = if ask.include.last_used {
        if matches!(key.used, Told::Missing | Told::NoInformation) {
            let why = format!("it does not tell when key {slot} of `{user}` was last used");
            return Err(unusable(why));
        }
        let (date, region) = (key.used.value(), key.used_region.value());
        Some(LastUsed { date, region, service: key.used_service.value() })
    } else {
        None
    };
    Ok(Some(OldAccessKey {
        user_name: user.to_owned(),
        access_key_id: None,
        created_date,
        age_hours: age.as_hours(),
        status: KeyStatus::of(active),
        slot: Some(slot),
        no_id_because: (ask.include.key_id && user == ROOT)
            .then(|| "IAM lists no ids of the root user's keys".into()),
        last_used,
    }))
}

/// Gives an old key of a report its id, from the list of its user's keys now; nothing as list means that the user is
/// gone. Where no single key fits, the reason stands in its place.
pub(super) fn name(old: &mut OldAccessKey, keys: Option<&[AccessKey]>) {
    let Some(keys) = keys else {
        old.no_id_because = Some("the user was deleted since the report was made".into());
        return;
    };
    let made_then: Vec<&AccessKey> =
        keys.iter().filter(|key| key.created.known() == Ok(&old.created_date)).collect();
    let is_active = old.status == KeyStatus::Active;
    let of_status = made_then.iter().filter(|key| key.active.known() == Ok(&is_active));
    let same_status: Vec<&AccessKey> = of_status.copied().collect();
    match (made_then.as_slice(), same_status.as_slice()) {
        ([key], _) | (_, [key]) => old.access_key_id = Some(key.id.clone()),
        ([], _) => {
            let why =
                "none of the user's keys has this date: it was deleted since the report was made";
            old.no_id_because = Some(why.into());
        }
        _ => {
            let why = "two keys of the user were made in the same second, and the report does not tell which is which";
            old.no_id_because = Some(why.into());
        }
    }
}

#[cfg(test)]
mod tests;
