//! Comparing what a scan found with what was seeded.

use std::collections::BTreeMap;

use serde_json::Value;

/// Check, resource, sub-resource and region: what a finding is about.
pub(crate) type Key = (String, String, Option<String>, String);
/// Per finding its verdict and, where the specification lets it vary, its severity.
pub(crate) type Truth = BTreeMap<Key, (String, Option<String>)>;

/// The checks that the stand-in knows the truth of. It is an oracle of the engine, not of every rule: a new check has
/// its own tests, the faulty account's, and its collector's recorded answers.
const ORACLE: [&str; 10] = [
    "cloudtrail_bucket_public",
    "ec2_imdsv2",
    "ec2_public_ip",
    "guardduty_enabled",
    "iam_access_key_age",
    "iam_root_access_key",
    "iam_root_mfa",
    "kms_rotation",
    "s3_encryption",
    "s3_public_access",
];

/// The seeded truth as the stand-in answers it.
pub(crate) fn truth(seeded: &Value) -> Truth {
    let list = seeded["findings"].as_array().expect("findings");
    let keyed: Truth = list
        .iter()
        .map(|one| {
            let at = |name: &str| one[name].as_str().map(ToOwned::to_owned);
            let key = (
                at("check").expect("a check"),
                at("resource").expect("a resource"),
                at("sub_resource"),
                at("region").expect("a region"),
            );
            assert!(ORACLE.contains(&key.0.as_str()), "`{}` is no check of the oracle", key.0);
            (key, (at("verdict").expect("a verdict"), at("severity")))
        })
        .collect();
    assert_eq!(keyed.len(), list.len(), "the seed contradicts itself");
    keyed
}

/// What a scan's JSON says of the oracle's checks, in the truth's form. Every finding must have a key of its own.
pub(crate) fn found(report: &Value) -> Truth {
    let all = report["findings"].as_array().expect("findings").iter();
    let list: Vec<_> =
        all.filter(|one| ORACLE.contains(&one["check_id"].as_str().expect("a check"))).collect();
    let keyed: Truth = list
        .iter()
        .map(|one| {
            let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
            let key = (
                text(&one["check_id"]).expect("a check"),
                text(&one["resource"]["arn"]).expect("a resource"),
                text(&one["sub_resource"]),
                text(&one["resource"]["region"]).expect("a region"),
            );
            let verdict = text(&one["verdict"]).expect("a verdict");
            let varies = key.0 == "s3_public_access" && verdict == "fail";
            (key, (verdict, text(&one["severity"]).filter(|_| varies)))
        })
        .collect();
    assert_eq!(keyed.len(), list.len(), "two findings about the same thing");
    keyed
}

/// Only the findings that are not unknown.
pub(crate) fn known(found: &Truth) -> Truth {
    let decided = found.iter().filter(|(_, (verdict, _))| verdict != "unknown");
    decided.map(|(key, value)| (key.clone(), value.clone())).collect()
}
