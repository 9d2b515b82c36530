use domain::{Context, Judgement, Severity, fail, iam::AccessKey, pass_with};

use crate::{Check, Rule};

pub(super) static CHECK: Check = Check {
    id: "iam_access_key_age",
    severity: Severity::High,
    worst: Severity::High,
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html",
    rule: Rule::AccessKey(is_young),
};

/// How many hours a day has; ages are whole days, and a key is too old from the moment it has
/// lived longer than the limit.
const HOURS: i64 = 24;

fn is_young(key: &AccessKey, context: &Context) -> Judgement {
    let name = format!("key `…{}` of `{}`", key.last_four(), key.user);
    let active = key.active.known();
    if active == Ok(&false) {
        return pass_with(format!("{name} is inactive"));
    }
    let age = key.age(context.time)?;
    let (days, limit) = (age.as_hours() / HOURS, context.thresholds.access_key_days);
    let is_young = age <= jiff::SignedDuration::from_hours(i64::from(limit) * HOURS);
    match active {
        // A young key passes, whatever its status.
        Err(_) if is_young => pass_with(format!("{name} is `{days}` days old")),
        Err(unread) => Err(unread),
        Ok(_) if is_young => pass_with(format!("active {name} is `{days}` days old")),
        Ok(_) => fail(format!("active {name} is `{days}` days old; the limit is `{limit}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::tests::{context, unread};
    use domain::{Known, Outcome};
    use jiff::SignedDuration;

    fn aged(days: i64, seconds: i64) -> AccessKey {
        let age = SignedDuration::from_hours(days * HOURS) + SignedDuration::from_secs(seconds);
        AccessKey { created: (context().time - age).into(), ..AccessKey::secure() }
    }

    #[test]
    fn fails_from_the_second_after_ninety_days() {
        assert!(matches!(is_young(&aged(90, 0), &context()), Ok(Outcome::Pass(_))));
        let evidence = "active key `…MPLE` of `example` is `90` days old; the limit is `90`";
        assert_eq!(is_young(&aged(90, 1), &context()), fail(evidence));
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
