use inventory::iam::{ACCESS_KEYS, AccessKey};
use jiff::SignedDuration;

use crate::{
    Check, Context, Each, Exploitability, Exposure, Judgement, Privilege, Risk, fail, pass_with,
    seen,
};

pub(super) static CHECK: Check = Check {
    id: "iam_access_key_age",
    aliases: &[],
    risk: Risk {
        exposure: Exposure::Credential,
        privilege: Privilege::Account,
        exploitability: Exploitability::Known,
    },
    worst: None,
    opt_in: false,
    thresholds: &["access_key_days"],
    reads: &[ACCESS_KEYS],
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
    rule: &Each(is_young),
};

/// How many hours a day has; ages are whole days, and a key is too old from the moment it has
/// lived longer than the limit.
const HOURS: i64 = 24;

fn is_young(key: &AccessKey, context: &Context<'_>) -> Judgement {
    let about = |message| seen(message).with("key", key.last_four()).with("user", &*key.user);
    let active = key.active.known();
    if active == Ok(&false) {
        return pass_with(about("inactive"));
    }
    let (age, created) = (key.age(context.time)?, key.created.known()?);
    let (days, limit) = (age.as_hours() / HOURS, context.thresholds.access_key_days);
    if age <= SignedDuration::from_hours(i64::from(limit) * HOURS) {
        // A young key passes, whatever its status.
        return pass_with(about("young").with("days", days));
    }
    active?;
    let old = about("too_old").with("days", days).with("limit", limit);
    fail(old.with("hours", age.as_hours()).with("created", created.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Outcome,
        testing::{context, unread},
    };
    use inventory::{Known, Resource as _};

    fn aged(days: i64, seconds: i64) -> AccessKey {
        let age = SignedDuration::from_hours(days * HOURS) + SignedDuration::from_secs(seconds);
        AccessKey { created: (context().time - age).into(), ..AccessKey::secure() }
    }

    #[test]
    fn fails_from_the_second_after_ninety_days() {
        assert!(matches!(is_young(&aged(90, 0), &context()), Ok(Outcome::Pass(_))));
        let old = seen("too_old").with("key", "MPLE").with("user", "example");
        let old = old.with("days", 90_i64).with("limit", 90_u32).with("hours", 2160_i64);
        let created = (context().time - SignedDuration::from_secs(90 * 86_400 + 1)).to_string();
        assert_eq!(is_young(&aged(90, 1), &context()), fail(old.with("created", created)));
    }

    #[test]
    fn an_inactive_key_opens_nothing_however_old_or_unread() {
        let old = AccessKey { active: false.into(), ..aged(4000, 0) };
        assert!(matches!(is_young(&old, &context()), Ok(Outcome::Pass(_))));
        let dateless = AccessKey { created: Known::Unread(unread("iam:ListAccessKeys")), ..old };
        assert!(matches!(is_young(&dateless, &context()), Ok(Outcome::Pass(_))));
    }

    #[test]
    fn an_old_key_of_an_unknown_status_is_unknown() {
        let unread = unread("iam:ListAccessKeys");
        let key = |days| AccessKey { active: Known::Unread(unread.clone()), ..aged(days, 0) };
        assert_eq!(is_young(&key(91), &context()), Err(unread.clone()));
        assert!(matches!(is_young(&key(90), &context()), Ok(Outcome::Pass(_))));
    }

    #[test]
    fn a_key_from_the_future_is_unknown() {
        let told = is_young(&aged(-90, 0), &context()).unwrap_err().to_string();
        assert!(told.contains("clock") && !told.contains("-90"), "{told}");
        assert!(matches!(is_young(&aged(0, -60), &context()), Ok(Outcome::Pass(_))));
    }

    #[test]
    fn an_active_key_without_a_date_is_unknown() {
        let unread = unread("iam:ListAccessKeys");
        let key = AccessKey { created: Known::Unread(unread.clone()), ..AccessKey::secure() };
        assert_eq!(is_young(&key, &context()), Err(unread));
    }
}
