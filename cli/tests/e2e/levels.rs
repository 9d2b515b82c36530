//! A role whose permissions are older than this version is told in one line, and what it cannot read stays unknown.

use inventory::{LEVEL, LEVELS};
use serde_json::{Value, json};

use crate::support::{Customer, Outcome};

/// An account with every case of every check, whose role may do what stacks of the first level grant.
fn with_an_old_stack() -> Customer {
    let policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Action": LEVELS[0],
        "Resource": "*",
    }]});
    let customer = Customer::by_hand(&policy);
    customer.seed("basic", &json!({"regions": ["eu-west-1"]}));
    customer
}

fn verdicts(report: &Value, check: &str) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    let of_check = findings.iter().filter(|finding| finding["check_id"] == check);
    of_check.map(|finding| finding["verdict"].as_str().expect("text").to_owned()).collect()
}

fn lines<'a>(outcome: &'a Outcome, with: &str) -> Vec<&'a str> {
    outcome.stdout.lines().filter(|line| line.contains(with)).collect()
}

#[test]
fn an_old_stack_is_one_line_and_what_it_cannot_read_is_unknown() {
    let customer = with_an_old_stack();
    let report = customer.scan().run().json(0);
    assert_eq!(report["status"], "incomplete");
    let told = &report["outdated_role"];
    assert_eq!((&told["level"], &told["update_to"]), (&json!(1), &json!(LEVEL)));
    let denied: Vec<_> = told["denied"].as_array().expect("a list").iter().collect();
    assert!(denied.contains(&&json!("kms:ListKeys")), "{denied:?}");
    for check in ["kms_rotation", "guardduty_enabled", "cloudtrail_bucket_public"] {
        let verdicts = verdicts(&report, check);
        assert!(
            !verdicts.is_empty() && verdicts.iter().all(|one| one == "unknown"),
            "{check}: {verdicts:?}"
        );
    }
    // The old checks are as they were.
    let old = verdicts(&report, "s3_encryption");
    assert!(!old.is_empty() && old.iter().all(|one| one != "unknown"), "{old:?}");
    // Nothing is lost in JSON: each row says what was denied.
    let rows = report["receipt"].as_array().expect("a receipt").iter();
    let denied_rows = rows.filter(|row| row["outcome"] == "denied").count();
    assert!(denied_rows >= 3, "{denied_rows}");

    let page = customer.scan_as("table").run();
    let update = format!("Update the stack to level {LEVEL}");
    assert_eq!(lines(&page, &update).len(), 1, "{}", page.stdout);
    assert!(
        lines(&page, &update)[0].contains(&format!("(coverage rows not listed: {denied_rows})")),
        "{}",
        page.stdout
    );
    assert!(page.stdout.contains("Coverage: INCOMPLETE"), "{}", page.stdout);
    assert!(lines(&page, "unknown").len() > 2, "unknown verdicts stay: {}", page.stdout);
    let coverage = page.stdout.split_once("Coverage:").expect("a coverage").1;
    assert!(!coverage.contains("OUTCOME"), "a row is listed: {coverage}");
}

#[test]
fn a_scan_of_a_new_service_alone_says_it_too() {
    let customer = with_an_old_stack();
    let report = customer.scan().args(["--check", "kms_rotation"]).run().json(2);
    assert_eq!(report["outdated_role"]["update_to"], json!(LEVEL), "{}", report["receipt"]);
}

#[test]
fn what_something_else_denies_is_not_laid_to_the_stack() {
    let (customer, _) = Customer::small();
    assert_eq!(customer.scan().run().json(0)["outdated_role"], Value::Null);
    // As an SCP does.
    customer.rule("deny", json!({"operations": ["ListKeys", "ListAliases"]}));
    let report = customer.scan().run().json(0);
    assert_eq!(report["outdated_role"], Value::Null);
    assert!(verdicts(&report, "kms_rotation").contains(&"unknown".to_owned()));
    let page = customer.scan_as("table").run();
    assert!(!page.stdout.contains("Update the stack"), "{}", page.stdout);
    assert!(page.stdout.contains("kms:ListKeys"), "{}", page.stdout);
}

#[test]
fn what_the_caller_may_do_is_no_stack() {
    let (customer, _) = Customer::small();
    customer.rule("deny", json!({"services": ["kms", "guardduty", "cloudtrail"]}));
    let scan = Customer::bare_scan()
        .env("AWS_ACCESS_KEY_ID", &format!("AKIAROOT{}", customer.account))
        .env("AWS_SECRET_ACCESS_KEY", "the-root-users-own")
        .without("AWS_SESSION_TOKEN")
        .args(["--format", "json"])
        .run();
    assert_eq!(scan.json(0)["outdated_role"], Value::Null);
}
