//! A scan through the role finds exactly what was seeded, and its receipt covers it.

use std::{collections::BTreeMap, thread};

use domain::{GLOBAL, Service};
use serde_json::{Value, json};

use crate::support::{Customer, REGIONS, StandIn, Truth, found};

/// Scans and compares everything the result says with the truth.
fn audited(customer: &Customer, truth: &Truth) -> Value {
    let report = customer.scan().run().json(0);
    assert_eq!(found(&report), *truth);
    assert_eq!(report["schema"], 1);
    assert_eq!(report["account"], customer.account.as_str());
    assert_eq!(report["status"], "complete");
    summary_adds_up(&report);
    report
}

fn summary_adds_up(report: &Value) {
    let findings = report["findings"].as_array().expect("findings");
    let count = |name: &str, value: &str| {
        let failed = |one: &&Value| name == "verdict" || one["verdict"] == "fail";
        findings.iter().filter(failed).filter(|one| one[name] == value).count()
    };
    for verdict in ["pass", "fail", "unknown", "manual"] {
        assert_eq!(report["summary"][verdict], count("verdict", verdict), "{verdict}");
    }
    for severity in ["critical", "high", "medium", "low"] {
        let said = &report["summary"]["by_severity"][severity];
        assert_eq!(*said, count("severity", severity), "{severity}");
    }
}

#[test]
fn two_accounts_at_the_same_time_each_find_their_own_truth() {
    let accounts = [
        Customer::seeded(),
        Customer::seeded_with(&json!({
            "regions": REGIONS,
            "mfa": 0,
            "root_keys": 1,
            "account_block": {"BlockPublicAcls": true, "IgnorePublicAcls": true},
        })),
    ];
    thread::scope(|scope| {
        for (customer, truth) in &accounts {
            scope.spawn(move || audited(customer, truth));
        }
    });
    let verdicts = |index: usize| accounts[index].1.values().collect::<Vec<_>>();
    assert_ne!(verdicts(0), verdicts(1), "accounts that are alike would prove nothing");
}

#[test]
fn an_account_that_blocks_everything_has_no_open_bucket() {
    let block =
        ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]
            .map(|setting| (setting.to_owned(), json!(true)));
    let block = Value::Object(block.into_iter().collect());
    let options = json!({"regions": ["eu-west-1"], "account_block": block});
    let (customer, truth) = Customer::seeded_with(&options);
    let report = audited(&customer, &truth);
    let open = found(&report)
        .iter()
        .filter(|(key, (verdict, _))| key.0 == "s3_public_access" && verdict == "fail")
        .count();
    assert_eq!(open, 0);
}

#[test]
fn the_receipt_has_a_row_for_each_service_and_region_with_the_calls_made() {
    let (customer, truth) = Customer::seeded();
    customer.reset();
    let report = audited(&customer, &truth);

    // The call that lists the regions belongs to none; which EC2 row counts it is not specified.
    let mut made = BTreeMap::<String, u64>::new();
    for call in customer.calls() {
        let service = call["service"].as_str().expect("a service").to_owned();
        *made.entry(service).or_default() += 1;
    }
    let mut rows = BTreeMap::new();
    for row in report["receipt"].as_array().expect("a receipt") {
        let at = |name: &str| row[name].as_str().expect("text").to_owned();
        assert_eq!(row["outcome"], "done");
        assert_eq!(row["denied"], json!([]));
        assert_eq!(row["error"], Value::Null);
        rows.insert((at("region"), at("service")), row["calls"].as_u64().expect("calls"));
    }
    let mut expected = Vec::new();
    for service in Service::ALL {
        let regions = if service.is_global() { &[GLOBAL][..] } else { &REGIONS };
        expected.extend(regions.iter().map(|region| ((*region).to_owned(), service.to_string())));
    }
    expected.sort();
    assert_eq!(rows.keys().cloned().collect::<Vec<_>>(), expected);
    assert!(rows.values().all(|calls| *calls > 0), "{rows:?}");
    for service in Service::ALL.iter().map(Service::name) {
        let of_service = |(key, _): &(&(String, String), &u64)| key.1 == service;
        let told: u64 = rows.iter().filter(of_service).map(|(_, calls)| calls).sum();
        assert_eq!(told, made[service], "calls to {service}");
    }
}

#[test]
fn every_session_says_who_it_is_and_is_capped_to_reading() {
    let (customer, _) = Customer::small();
    customer.reset();
    customer.scan().run().json(0);
    let opened: Vec<_> = customer
        .calls()
        .into_iter()
        .filter(|call| call["operation"] == "AssumeRole")
        .map(|call| call["params"].clone())
        .collect();
    // One for the regions, and the services share the others: a few, however many services there come to be.
    assert!((2..=6).contains(&opened.len()), "{} sessions: {opened:?}", opened.len());
    for session in opened {
        let name = session["RoleSessionName"].as_str().expect("a session name");
        assert!(name.to_lowercase().contains("infraaudit"), "`{name}` tells nobody who it is");
        let policy = session["Policy"].as_str().expect("a session policy");
        assert!(policy.len() <= 2048, "{} characters", policy.len());
        let policy: Value = serde_json::from_str(policy).expect("JSON");
        let actions = policy["Statement"][0]["Action"].as_array().expect("actions");
        for action in actions {
            let verb = action.as_str().expect("text").split(':').nth(1).expect("a verb");
            let reads = ["Get", "List", "Describe"].iter().any(|start| verb.starts_with(start));
            assert!(reads && !verb.contains('*'), "`{action}` is not one read action");
        }
    }
}

#[test]
fn a_root_user_whose_credentials_were_removed_needs_no_second_factor() {
    let customer = Customer::onboarded();
    let scan = |password: u8, keys: u8| {
        let summary = json!({
            "account": customer.account,
            "AccountMFAEnabled": 0,
            "AccountAccessKeysPresent": keys,
            "AccountPasswordPresent": password,
        });
        StandIn::shared().post("summary", &summary);
        let report = customer.scan().args(["--check", "iam_root_mfa"]).run().json(0);
        let finding = &report["findings"][0];
        (finding["verdict"].clone(), finding["evidence"].as_str().expect("evidence").to_owned())
    };
    let (verdict, evidence) = scan(0, 0);
    assert_eq!(verdict, "pass", "{evidence}");
    assert!(
        evidence.starts_with("root has no credentials: `AccountPasswordPresent`"),
        "{evidence}"
    );
    for (password, keys) in [(1, 0), (0, 1), (1, 1)] {
        let (verdict, evidence) = scan(password, keys);
        assert_eq!(verdict, "fail", "{evidence}");
    }
}

#[test]
fn without_a_role_the_callers_own_account_is_audited_and_named() {
    let (customer, truth) = Customer::small();
    let scan = Customer::bare_scan()
        .env("AWS_ACCESS_KEY_ID", &format!("AKIAROOT{}", customer.account))
        .env("AWS_SECRET_ACCESS_KEY", "the-root-users-own")
        .without("AWS_SESSION_TOKEN")
        .args(["--format", "json"])
        .run();
    assert_eq!(found(&scan.json(0)), truth);
    assert!(scan.stderr.contains(&customer.account), "{}", scan.stderr);
}
