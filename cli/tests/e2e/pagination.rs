//! Every page of every list is read.

use serde_json::json;

use crate::support::{Customer, REGIONS, found};

#[test]
fn all_of_1200_users_and_1100_buckets_are_judged() {
    let customer = Customer::onboarded();
    let truth = customer.seed("large", &json!({"regions": REGIONS}));
    let outcome = customer.scan().run();
    let report = outcome.json(0);
    let buckets = truth.keys().filter(|key| key.0 == "s3_encryption").count();
    let keys = truth.keys().filter(|key| key.0 == "iam_access_key_age").count();
    assert_eq!((buckets, keys), (1100, 1200), "as seeded: one key per user on average");
    assert!(found(&report) == truth, "{}", first_difference(&found(&report), &truth));
    println!("{} calls in {:?}", customer.calls().len(), outcome.time);
}

/// The whole difference of two sets of thousands would help nobody.
fn first_difference(found: &crate::support::Truth, truth: &crate::support::Truth) -> String {
    let of = |a: &crate::support::Truth, b: &crate::support::Truth| {
        a.iter().find(|(key, value)| b.get(*key) != Some(value)).map(|one| format!("{one:?}"))
    };
    format!("found {:?}, seeded {:?}", of(found, truth), of(truth, found))
}
