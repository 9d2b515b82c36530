//! A scan calls only what the chosen checks need, and never floods a service.

use std::collections::BTreeMap;

use serde_json::json;

use crate::support::{Customer, found};

/// How often each operation was called, those of STS aside.
fn operations(customer: &Customer) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    for call in customer.calls() {
        if call["service"] != "sts" {
            let name = format!("{}:{}", call["api"], call["operation"]).replace('"', "");
            *count.entry(name).or_default() += 1;
        }
    }
    count
}

#[test]
fn the_encryption_check_makes_one_call_per_bucket_and_none_to_iam() {
    let (customer, truth) = Customer::seeded();
    customer.reset();
    let report = customer.scan().args(["--check", "s3_encryption"]).run().json(0);
    let buckets = truth.keys().filter(|key| key.0 == "s3_encryption").count();
    let expected =
        [("s3:GetBucketEncryption".to_owned(), buckets), ("s3:ListBuckets".to_owned(), 1)];
    assert_eq!(operations(&customer), expected.into());
    let only: Vec<_> = truth.into_iter().filter(|(key, _)| key.0 == "s3_encryption").collect();
    assert_eq!(found(&report), only.into_iter().collect());
}

#[test]
fn the_root_checks_make_one_call() {
    let (customer, _) = Customer::small();
    customer.reset();
    customer
        .scan()
        .args(["--check", "iam_root_mfa", "--check", "iam_root_access_key"])
        .run()
        .json(0);
    assert_eq!(operations(&customer), [("iam:GetAccountSummary".to_owned(), 1)].into());
}

#[test]
fn a_service_alone_calls_only_itself() {
    let (customer, truth) = Customer::small();
    for service in ["iam", "s3", "ec2"] {
        customer.reset();
        let report = customer.scan().args(["--service", service]).run().json(0);
        let strangers: Vec<_> = operations(&customer)
            .into_keys()
            .filter(|name| !name.starts_with(service) && name != "ec2:DescribeRegions")
            .collect();
        assert!(strangers.is_empty(), "--service {service} called {strangers:?}");
        let prefix = format!("{service}_");
        let only: Vec<_> =
            truth.clone().into_iter().filter(|(key, _)| key.0.starts_with(&prefix)).collect();
        assert_eq!(found(&report), only.into_iter().collect());
    }
}

#[test]
fn a_region_narrows_what_is_read() {
    let (customer, truth) = Customer::seeded();
    customer.reset();
    let args = ["--service", "ec2", "--region", "eu-west-1"];
    let report = customer.scan().args(args).run().json(0);
    let only: Vec<_> = truth
        .into_iter()
        .filter(|(key, _)| key.0.starts_with("ec2_") && key.3 == "eu-west-1")
        .collect();
    assert_eq!(found(&report), only.into_iter().collect());
    for call in customer.calls() {
        let elsewhere = call["operation"] == "DescribeInstances" && call["region"] != "eu-west-1";
        assert!(!elsewhere, "{call}");
    }
}

#[test]
fn never_more_than_five_calls_to_iam_at_once() {
    let customer = Customer::onboarded();
    customer.seed("large", &json!({"regions": ["us-east-1"], "users": 60, "buckets": 0}));
    customer.rule("latency", json!({"ms": 25}));
    customer.scan().args(["--service", "iam"]).run().json(0);
    let most = customer.most_in_flight("iam");
    assert!((2..=5).contains(&most), "{most} at once");
}
