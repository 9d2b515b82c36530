//! No failure turns into a pass or into silence.

use serde_json::{Value, json};

use crate::support::{Customer, REGIONS, Truth, found, known};

/// What must hold of any disturbed scan, whatever was refused.
fn nothing_hidden(truth: &Truth, report: &Value) {
    let found = found(report);
    for (key, (verdict, _)) in &known(&found) {
        let seeded = truth.get(key).map(|(verdict, _)| verdict);
        assert_eq!(seeded, Some(verdict), "{key:?} is decided against the truth");
    }
    for (key, _) in truth.iter().filter(|(_, (verdict, _))| verdict == "fail") {
        if found.contains_key(key) {
            continue;
        }
        let unknown =
            found.iter().any(|(other, (verdict, _))| other.0 == key.0 && verdict == "unknown");
        assert!(unknown, "{key:?} disappeared and no unknown of its check stands for it");
        assert!(!gaps(report).is_empty(), "{key:?} disappeared and the receipt has no gap");
    }
    let unknown = found.len() - known(&found).len();
    assert!(unknown == 0 || report["status"] == "incomplete", "unknown findings and the status");
    assert_eq!(
        gaps(report).is_empty(),
        report["status"] == "complete",
        "the receipt and the status"
    );
}

/// The receipt's rows that are not done.
fn gaps(report: &Value) -> Vec<&Value> {
    let rows = report["receipt"].as_array().expect("a receipt");
    rows.iter().filter(|row| row["outcome"] == "denied" || row["outcome"] == "failed").collect()
}

/// Findings of the checks that a fault has nothing to do with.
fn untouched(findings: &Truth, affected: &[&str]) -> Truth {
    let others = findings.iter().filter(|(key, _)| !affected.contains(&key.0.as_str()));
    others.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// The checks that look at how public a bucket is.
const EXPOSURE: &[&str] = &["s3_public_access", "cloudtrail_bucket_public"];

/// Denied operation, the IAM action that the receipt must name, the checks it blinds.
const DENIED: [(&str, &str, &[&str]); 16] = [
    ("cloudtrail:DescribeTrails", "cloudtrail:DescribeTrails", &["cloudtrail_bucket_public"]),
    ("guardduty:ListDetectors", "guardduty:ListDetectors", &["guardduty_enabled"]),
    ("guardduty:GetDetector", "guardduty:GetDetector", &["guardduty_enabled"]),
    ("kms:ListKeys", "kms:ListKeys", &["kms_rotation"]),
    ("kms:DescribeKey", "kms:DescribeKey", &["kms_rotation"]),
    ("kms:GetKeyRotationStatus", "kms:GetKeyRotationStatus", &["kms_rotation"]),
    // Every key is asked about one by one then: nothing is lost but calls.
    ("kms:ListAliases", "kms:ListAliases", &[]),
    ("iam:ListUsers", "iam:ListUsers", &["iam_access_key_age"]),
    ("iam:ListAccessKeys", "iam:ListAccessKeys", &["iam_access_key_age"]),
    ("iam:GetAccountSummary", "iam:GetAccountSummary", &["iam_root_mfa", "iam_root_access_key"]),
    (
        "s3:ListBuckets",
        "s3:ListAllMyBuckets",
        &["s3_public_access", "s3_encryption", "cloudtrail_bucket_public"],
    ),
    ("s3:GetBucketEncryption", "s3:GetEncryptionConfiguration", &["s3_encryption"]),
    ("s3:GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock", EXPOSURE),
    ("s3control:GetPublicAccessBlock", "s3:GetAccountPublicAccessBlock", EXPOSURE),
    ("s3:GetBucketPolicyStatus", "s3:GetBucketPolicyStatus", EXPOSURE),
    ("ec2:DescribeInstances", "ec2:DescribeInstances", &["ec2_imdsv2", "ec2_public_ip"]),
];

#[test]
fn a_denied_call_leaves_a_gap_that_names_the_action() {
    let (customer, truth) = Customer::small();
    for (operation, action, affected) in DENIED {
        customer.reset();
        customer.rule("deny", json!({"operations": [operation]}));
        let outcome = customer.scan().run();
        let report = outcome.json(0);
        nothing_hidden(&truth, &report);
        assert_eq!(
            untouched(&found(&report), affected),
            untouched(&truth, affected),
            "{operation}: checks that do not need it"
        );
        let named = gaps(&report).iter().any(|row| {
            let denied = row["denied"].as_array().expect("actions");
            row["outcome"] == "denied" && denied.contains(&json!(action))
        });
        assert!(named, "{operation}: no row names `{action}`: {}", report["receipt"]);
        for finding in report["findings"].as_array().expect("findings") {
            let evidence = finding["evidence"].as_str().expect("evidence");
            let unknown = finding["verdict"] == "unknown";
            assert!(!unknown || evidence.contains(action), "{operation}: `{evidence}`");
        }
    }
}

#[test]
fn one_user_whose_keys_cannot_be_listed_is_unknown_and_the_others_are_judged() {
    let (customer, truth) = Customer::small();
    customer.rule("deny", json!({"operations": ["ListAccessKeys"], "resource": "old"}));
    let report = customer.scan().run().json(0);
    nothing_hidden(&truth, &report);
    let of_old = format!("arn:aws:iam::{}:user/old", customer.account);
    let others: Truth = truth
        .iter()
        .filter(|(key, _)| key.1 != of_old)
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    assert_eq!(known(&found(&report)), others);
    let unknown = found(&report).into_iter().find(|(_, (verdict, _))| verdict == "unknown");
    assert_eq!(unknown.expect("an unknown").0.1, of_old);
}

#[test]
fn one_region_denied_leaves_the_others_whole() {
    let (customer, truth) = Customer::seeded();
    customer.rule("deny", json!({"operations": ["DescribeInstances"], "region": "eu-west-1"}));
    let report = customer.scan().run().json(0);
    nothing_hidden(&truth, &report);
    let rows: Vec<_> = gaps(&report).iter().map(|row| (&row["region"], &row["service"])).collect();
    assert_eq!(rows, [(&json!("eu-west-1"), &json!("ec2"))]);
    let elsewhere: Truth = truth
        .into_iter()
        .filter(|(key, _)| !(key.0.starts_with("ec2_") && key.3 == "eu-west-1"))
        .collect();
    assert_eq!(known(&found(&report)), elsewhere);
}

#[test]
fn regions_that_cannot_be_listed_are_no_account_without_instances() {
    let (customer, mut truth) = Customer::small();
    // The region where the list was asked for is read all the same, and nobody seeded a detector there.
    let root = format!("arn:aws:iam::{}:root", customer.account);
    let unlisted = ("guardduty_enabled".into(), root, None, "us-east-1".into());
    truth.insert(unlisted, ("fail".into(), None));
    customer.rule("deny", json!({"operations": ["DescribeRegions"]}));
    let outcome = customer.scan().run();
    if outcome.code == 2 {
        assert_eq!(outcome.stdout, "");
        assert!(outcome.stderr.contains("ec2:DescribeRegions"), "{}", outcome.stderr);
    } else {
        nothing_hidden(&truth, &outcome.json(0));
        assert!(outcome.says("ec2:DescribeRegions"));
    }
}

#[test]
fn broken_answers_are_failures_and_not_empty_lists() {
    let (customer, truth) = Customer::small();
    for how in ["status", "garbage", "reset"] {
        for operation in ["ListUsers", "ListAccessKeys", "s3:ListBuckets", "DescribeInstances"] {
            customer.reset();
            customer.rule("fail", json!({"operations": [operation], "how": how}));
            let report = customer.scan().run().json(0);
            nothing_hidden(&truth, &report);
            let rows = gaps(&report);
            let told =
                rows.iter().any(|row| row["outcome"] == "failed" && row["error"].is_string());
            assert!(told, "{how} of {operation}: {}", report["receipt"]);
        }
    }
}

#[test]
fn a_failure_that_passes_is_only_tried_again() {
    let (customer, truth) = Customer::small();
    customer.rule("fail", json!({"services": ["iam", "s3", "ec2"], "how": "reset", "times": 2}));
    customer.rule("fail", json!({"services": ["iam", "s3", "ec2"], "status": 503, "times": 1}));
    assert_eq!(found(&customer.scan().run().json(0)), truth);
}

#[test]
fn what_vanishes_while_it_is_read_is_no_finding() {
    let (customer, truth) = Customer::small();
    let bucket = format!("private-policy-{}", customer.account);
    let gone =
        json!({"services": ["s3"], "resource": bucket, "status": 404, "code": "NoSuchBucket"});
    customer.rule("fail", gone);
    let gone =
        json!({"services": ["iam"], "resource": "old", "status": 404, "code": "NoSuchEntity"});
    customer.rule("fail", gone);
    let report = customer.scan().run().json(0);
    let left = truth.into_iter().filter(|(key, _)| {
        key.1 != format!("arn:aws:s3:::{bucket}") && !key.1.ends_with(":user/old")
    });
    assert_eq!(found(&report), left.collect());
    assert_eq!(report["status"], "complete");
}

#[test]
fn two_calls_in_five_throttled_change_no_verdict_and_lose_few() {
    let customer = Customer::onboarded();
    let options = json!({"regions": REGIONS, "users": 120, "buckets": 90});
    let truth = customer.seed("large", &options);
    customer.rule(
        "throttle",
        json!({"probability": 0.4, "services": ["iam", "s3", "s3control", "ec2"]}),
    );
    let outcome = customer.scan().run();
    let report = outcome.json(0);
    nothing_hidden(&truth, &report);
    let equal = known(&found(&report)).len();
    println!("{equal} of {} verdicts at 40 % throttling, in {:?}", truth.len(), outcome.time);
    assert!(equal * 100 >= truth.len() * 95, "{equal} of {}", truth.len());
}
