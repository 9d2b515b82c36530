use super::*;
use inventory::{Known, Resource as _};

use crate::{
    Cause,
    keys::{Method, OldAccessKeys, Partial},
};
use proptest::prelude::*;

const HEADER: &str = "user,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date";

fn now() -> Timestamp {
    "2026-11-28T12:00:00Z".parse().unwrap()
}

fn ask(hours: u64, status: Status, include: &str) -> Ask {
    Ask { hours: hours.try_into().unwrap(), status, include: include.parse().unwrap() }
}

fn key(user: &str, id: &str, active: bool, age_seconds: i64) -> AccessKey {
    let created = now() - SignedDuration::from_secs(age_seconds);
    AccessKey {
        user: user.into(),
        id: id.into(),
        active: active.into(),
        created: created.into(),
        ..AccessKey::secure()
    }
}

fn report(rows: &[&str], ask: Ask) -> Result<Found, Failure> {
    of_report(format!("{HEADER}\n{}", rows.join("\n")).as_bytes(), ask, now())
}

#[test]
fn a_key_is_old_from_the_second_after_its_hours() {
    let ask = ask(24, Status::Active, "");
    assert_eq!(of_user(&[key("kim", "A", true, 24 * 3600)], ask, now()).unwrap(), []);
    let old = of_user(&[key("kim", "A", true, 24 * 3600 + 1)], ask, now()).unwrap();
    assert_eq!((old[0].age_hours, old[0].access_key_id.as_deref()), (24, Some("A")));
}

#[test]
fn a_key_without_a_date_is_no_young_key() {
    let unread = Unread {
        action: "iam:ListAccessKeys".into(),
        cause: Cause::Failed("a key has no date".into()),
        region: "global".into(),
    };
    let dateless =
        |active| AccessKey { created: Known::Unread(unread.clone()), ..key("kim", "A", active, 0) };
    let active = ask(1, Status::Active, "");
    assert_eq!(of_user(&[dateless(true)], active, now()), Err(unread.clone()));
    assert_eq!(of_user(&[dateless(false)], active, now()), Ok(vec![]));
    assert!(of_user(&[dateless(false)], ask(1, Status::All, ""), now()).is_err());
    let told = report(&["kim,true,N/A,N/A,false,N/A,N/A"], active).unwrap_err().to_string();
    assert!(told.contains("does not tell when key 1 of `kim` was made"), "{told}");
}

/// Neither is told as active, nor left out.
#[test]
fn an_old_key_of_an_unknown_status_leaves_no_answer() {
    let unread = Unread {
        action: "iam:ListAccessKeys".into(),
        cause: Cause::Failed("its status is `Expired`".into()),
        region: "global".into(),
    };
    let strange =
        |age| AccessKey { active: Known::Unread(unread.clone()), ..key("kim", "A", true, age) };
    for status in [Status::Active, Status::All] {
        let ask = ask(1, status, "");
        assert_eq!(of_user(&[strange(3601)], ask, now()), Err(unread.clone()));
        assert_eq!(of_user(&[strange(3600)], ask, now()), Ok(vec![]), "too young to be told");
        let row = ["kim,no_information,2020-01-01T00:00:00Z,N/A,false,N/A,N/A"];
        let told = report(&row, ask).unwrap_err().to_string();
        assert!(told.contains("whether key 1 of `kim` is active"), "{told}");
    }
}

#[test]
fn a_key_from_the_future_leaves_no_answer() {
    let ask = ask(1, Status::Active, "");
    let told = of_user(&[key("kim", "A", true, -90 * 86_400)], ask, now()).unwrap_err();
    assert!(told.to_string().contains("check this machine's clock"), "{told}");
    let row = ["kim,true,2027-06-01T00:00:00Z,N/A,false,N/A,N/A"];
    let told = report(&row, ask).unwrap_err().to_string();
    assert!(told.contains("`2027-06-01T00:00:00Z`"), "{told}");
}

#[test]
fn a_report_that_cannot_tell_is_refused() {
    let active = ask(1, Status::Active, "");
    for (rows, why) in [
        (&[][..], "no row"),
        (&["kim,true"], "line 2 has 2 cells instead of 7"),
        (&["kim,perhaps,N/A,N/A,false,N/A,N/A"], "`perhaps`"),
    ] {
        let told = report(rows, active).unwrap_err();
        assert!(matches!(&told, Failure::Unusable { why: told } if told.contains(why)), "{told}");
    }
    let more = format!(
        "{HEADER},additional_credentials_info\nkim,false,N/A,N/A,false,N/A,N/A,2 more keys"
    );
    let told = of_report(more.as_bytes(), active, now()).unwrap_err().to_string();
    assert!(told.contains("`kim` has keys or certificates beyond two (2 more keys)"), "{told}");
    let unsaid = ["kim,true,2020-01-01T00:00:00Z,no_information,false,N/A,N/A"];
    assert!(report(&unsaid, ask(1, Status::Active, "last_used")).is_err());
    assert_eq!(report(&unsaid, active).unwrap().old.len(), 1);
}

#[test]
fn roots_keys_are_told_and_have_no_id() {
    let row = ["<root_account>,true,2020-01-01T00:00:00Z,N/A,false,N/A,N/A"];
    let found = report(&row, ask(1, Status::Active, "last_used,key_id")).unwrap();
    let root = &found.old[0];
    assert_eq!((root.user_name.as_str(), root.slot), (ROOT, Some(1)));
    assert_eq!(root.last_used, Some(LastUsed::default()));
    assert!(root.no_id_because.as_deref().unwrap().contains("root"));
    assert_eq!((found.seen.users, found.seen.keys), (0, 1));
    let mut partial = Partial::new(Method::Report, ask(1, Status::Active, "key_id"), now());
    partial.report(found, now());
    assert!(partial.waiting.is_empty(), "nobody can list root's keys");
}

#[test]
fn an_id_is_told_only_where_one_key_fits() {
    let old = |active| {
        let row = format!("kim,{active},2026-11-27T00:00:00Z,N/A,false,N/A,N/A");
        report(&[&row], ask(1, Status::All, "key_id")).unwrap().old.remove(0)
    };
    let named = |active: bool, keys: Option<&[AccessKey]>| {
        let mut old = old(active);
        name(&mut old, keys);
        assert_ne!(old.access_key_id.is_some(), old.no_id_because.is_some());
        old.access_key_id.unwrap_or_else(|| old.no_id_because.unwrap())
    };
    let (there, other) = (36 * 3600, 5);
    assert_eq!(
        named(true, Some(&[key("kim", "A", true, other), key("kim", "B", true, there)])),
        "B"
    );
    // Switched off since the report was made, it is still the same key.
    assert_eq!(named(true, Some(&[key("kim", "B", false, there)])), "B");
    let twins = [key("kim", "A", true, there), key("kim", "B", false, there)];
    assert_eq!(named(false, Some(&twins)), "B");
    let twins = [key("kim", "A", true, there), key("kim", "B", true, there)];
    assert!(named(true, Some(&twins)).contains("in the same second"));
    assert!(named(false, Some(&twins)).contains("in the same second"));
    assert!(named(true, Some(&[key("kim", "A", true, other)])).contains("none of the user's keys"));
    assert!(named(true, None).contains("the user was deleted"));
}

/// Users with up to two keys, as (active, age in seconds).
fn accounts() -> impl Strategy<Value = Vec<Vec<(bool, i64)>>> {
    let key = (any::<bool>(), -100_i64..400_000);
    prop::collection::vec(prop::collection::vec(key, 0..3), 0..10)
}

proptest! {
    #[test]
    fn both_ways_give_the_same_keys_whatever_is_asked(
        account in accounts(), hours in 1_u64..120, all: bool,
    ) {
        let status = if all { Status::All } else { Status::Active };
        let ask = ask(hours, status, "key_id");
        let users: Vec<(String, Vec<AccessKey>)> = account.iter().enumerate().map(|(number, keys)| {
            let user = format!("user-{number}");
            let keys = keys.iter().enumerate().map(|(at, (active, age))| key(&user, &format!("{number}/{at}"), *active, *age));
            (user.clone(), keys.collect())
        }).collect();

        let mut live = Partial::new(Method::Live, ask, now());
        live.page(users.iter().map(|(user, _)| user.clone()).collect(), None);
        for (_, keys) in &users {
            live.found.extend(of_user(keys, ask, now()).unwrap());
        }
        prop_assert!(users.is_empty() || live.clone().answer().is_err(), "an unread user is no user without keys");
        drop(live.take_waiting());
        let live = live.answer().unwrap();

        let mut rows = vec!["<root_account>,false,N/A,N/A,false,N/A,N/A".to_owned()];
        for (user, keys) in &users {
            let cells: Vec<_> = (0..2).map(|slot| match keys.get(slot) {
                Some(key) => format!("{},{},N/A", key.active.known().unwrap(), key.created.known().unwrap()),
                None => "false,N/A,N/A".into(),
            }).collect();
            rows.push(format!("{user},{}", cells.join(",")));
        }
        let rows: Vec<_> = rows.iter().map(String::as_str).collect();
        let mut partial = Partial::new(Method::Report, ask, now());
        partial.report(report(&rows, ask).unwrap(), now() - SignedDuration::from_secs(60));
        // It is kept and gone on with by another process.
        let mut partial: Partial = serde_json::from_str(&serde_json::to_string(&partial).unwrap()).unwrap();
        for user in partial.take_waiting() {
            let keys = &users.iter().find(|(name, _)| *name == user).unwrap().1;
            partial.name(&user, Some(keys));
        }
        let answer = partial.answer().unwrap();
        prop_assert_eq!(answer.stale_seconds, Some(60));

        let plain = |answer: &OldAccessKeys| {
            let mut keys: Vec<_> = answer.old_access_keys.iter().map(|key| (key.user_name.clone(), key.created_date, key.age_hours, key.status.name())).collect();
            keys.sort();
            keys
        };
        prop_assert_eq!(plain(&live), plain(&answer));
        prop_assert!(live.old_access_keys.is_sorted_by_key(|key| key.created_date));
        for key in &answer.old_access_keys {
            let wanted = live.old_access_keys.iter().filter(|live| (&live.user_name, live.created_date, live.status) == (&key.user_name, key.created_date, key.status));
            match &key.access_key_id {
                Some(_) => prop_assert!(wanted.clone().any(|live| live.access_key_id == key.access_key_id)),
                None => prop_assert!(key.no_id_because.is_some()),
            }
        }
    }
}
