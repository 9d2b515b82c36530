use super::*;
use crate::{
    Outcome,
    testing::{context, unread},
};
use domain::Account;
use inventory::{Known, Location};

fn judged_in(
    partition: Partition,
    root_mfa: Known<bool>,
    root_password: Known<bool>,
    root_access_keys: Known<u32>,
) -> Judgement {
    let summary = AccountSummary { root_access_keys, root_mfa, root_password }.into();
    let here = context();
    let account = Account { partition, ..here.at.account.clone() };
    let at = Location { account: &account, ..here.at };
    has_mfa(&Iam { summary, ..Iam::default() }, &Context { at, ..here })
}

fn judged(mfa: Known<bool>, password: Known<bool>, keys: Known<u32>) -> Judgement {
    judged_in(Partition::Aws, mfa, password, keys)
}

/// A call that was denied, told apart by its action.
fn lost<T>(action: &'static str) -> Known<T> {
    Known::Unread(unread(action))
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
        assert_eq!(judgement, pass_with(seen("no_credentials")));
    }
}

#[test]
fn any_credential_without_a_second_factor_fails_whatever_else_is_unread() {
    for keys in [0.into(), 1.into(), lost("k")] {
        let judgement = judged(false.into(), true.into(), keys);
        assert_eq!(judgement, fail(seen("off_with_password")));
    }
    for password in [false.into(), lost("p")] {
        let judgement = judged(false.into(), password, 2.into());
        assert_eq!(judgement, fail(seen("off_with_keys").with("keys", 2_u32)));
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
    let within = |partition, password, keys| judged_in(partition, false.into(), password, keys);
    for (partition, why) in
        [(Partition::GovCloud, "no_console_in_govcloud"), (Partition::China, "no_root_in_china")]
    {
        assert_eq!(within(partition, lost("p"), 0.into()), pass_with(seen(why)));
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
fn a_snapshot_from_before_the_password_was_read_is_judged_as_it_was_then() {
    let old = r#"{"root_access_keys": {"read": 0}, "root_mfa": {"read": false}}"#;
    let summary = serde_json::from_str::<AccountSummary>(old).unwrap().into();
    let judgement = has_mfa(&Iam { summary, ..Iam::default() }, &context());
    assert_eq!(judgement, fail(seen("off")));
}
