use super::*;
use crate::judge::tests::{context, unread};
use domain::{Account, Cause, Known, Outcome};

fn summary(mfa: Known<bool>, password: Known<bool>, keys: Known<u32>) -> AccountSummary {
    AccountSummary { root_access_keys: keys, root_mfa: mfa, root_password: password }
}

fn judged(mfa: Known<bool>, password: Known<bool>, keys: Known<u32>) -> Judgement {
    has_mfa(&summary(mfa, password, keys), &context())
}

/// A call that was denied, told apart by its action.
fn lost<T>(action: &'static str) -> Known<T> {
    Known::Unread(unread(action))
}

fn told(judgement: &Judgement) -> &str {
    match judgement {
        Ok(Outcome::Pass(Some(evidence))) => evidence,
        Ok(Outcome::Fail(failure)) => &failure.evidence,
        other => panic!("nothing is told: {other:?}"),
    }
}

#[test]
fn a_second_factor_is_enough() {
    for password in [true.into(), false.into(), lost("p")] {
        for keys in [0.into(), 1.into(), lost("k")] {
            assert_eq!(judged(true.into(), password.clone(), keys), pass());
        }
    }
}

#[test]
fn a_root_user_without_credentials_needs_none() {
    for mfa in [false.into(), lost("m")] {
        let judgement = judged(mfa, false.into(), 0.into());
        assert!(matches!(judgement, Ok(Outcome::Pass(_))), "{judgement:?}");
        let told = told(&judgement);
        assert!(told.contains("`AccountPasswordPresent` is `0`"), "{told}");
        assert!(told.contains("`AccountAccessKeysPresent` is `0`"), "{told}");
    }
}

#[test]
fn any_credential_without_a_second_factor_fails_whatever_else_is_unread() {
    for keys in [0.into(), 1.into(), lost("k")] {
        let judgement = judged(false.into(), true.into(), keys);
        assert_eq!(
            judgement,
            fail("`AccountMFAEnabled` is `0` and `AccountPasswordPresent` is `1`")
        );
    }
    for password in [false.into(), lost("p")] {
        let judgement = judged(false.into(), password, 2.into());
        assert_eq!(
            judgement,
            fail("`AccountMFAEnabled` is `0` and `AccountAccessKeysPresent` is `2`")
        );
    }
}

#[test]
fn what_was_not_read_and_could_matter_leaves_it_unknown() {
    assert_eq!(judged(false.into(), lost("p"), 0.into()), Err(unread("p")));
    assert_eq!(judged(false.into(), false.into(), lost("k")), Err(unread("k")));
    assert_eq!(judged(lost("m"), true.into(), 0.into()), Err(unread("m")));
    assert_eq!(judged(lost("m"), false.into(), 1.into()), Err(unread("m")));
    assert_eq!(judged(lost("m"), lost("p"), lost("k")), Err(unread("m")));
}

#[test]
fn a_partition_whose_root_user_cannot_sign_in_is_judged_by_its_keys() {
    let within = |partition, password, keys| {
        let here = context();
        let account = Account { partition, ..here.account.clone() };
        let summary = summary(false.into(), password, keys);
        has_mfa(&summary, &Context { account, ..here })
    };
    for (partition, named) in [(Partition::GovCloud, "GovCloud"), (Partition::China, "China")] {
        let without = within(partition, lost("p"), 0.into());
        assert!(matches!(without, Ok(Outcome::Pass(_))), "{without:?}");
        assert!(told(&without).contains(named), "{without:?}");
        let removed = within(partition, false.into(), 0.into());
        assert!(matches!(removed, Ok(Outcome::Pass(_))), "{removed:?}");
        for judgement in [
            within(partition, lost("p"), 1.into()),
            within(partition, true.into(), 0.into()),
            within(partition, true.into(), lost("k")),
        ] {
            assert!(matches!(judgement, Ok(Outcome::Fail(_))), "{judgement:?}");
        }
        assert_eq!(within(partition, lost("p"), lost("k")), Err(unread("k")));
    }
}

#[test]
fn a_snapshot_from_before_the_password_was_read_is_unknown() {
    let old = r#"{"root_access_keys": {"read": 0}, "root_mfa": {"read": false}}"#;
    let summary = serde_json::from_str::<AccountSummary>(old).unwrap();
    let unread = has_mfa(&summary, &context()).unwrap_err();
    assert!(matches!(unread.cause, Cause::Failed(_)), "{unread}");
    assert!(unread.to_string().contains("`AccountPasswordPresent`"), "{unread}");
}
