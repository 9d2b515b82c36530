//! Exit codes, formats, snapshots and secrets.

use std::{fs, path::Path, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Customer, Outcome, found};

/// How moto's session tokens begin.
const SESSION_TOKEN: &str = "FQoGZXIvYXdzEBYaD";

#[test]
fn exit_codes_tell_what_was_found_and_what_was_not_read() {
    let (customer, _) = Customer::small();
    let code = |args: &[&str]| customer.scan().args(args).run().code;
    assert_eq!(code(&[]), 0, "findings alone are no error");
    assert_eq!(code(&["--fail-on", "medium"]), 3);
    assert_eq!(code(&["--check", "iam_root_mfa", "--fail-on", "low"]), 0, "it passes");
    assert_eq!(code(&["--check", "ec2_public_ip", "--fail-on", "high"]), 0, "medium is below high");
    assert_eq!(code(&["--check", "ec2_public_ip", "--fail-on", "medium"]), 3);
    assert_eq!(code(&["--strict"]), 0, "complete");
    customer.rule("deny", json!({"operations": ["GetAccountSummary"]}));
    assert_eq!(code(&[]), 0);
    assert_eq!(code(&["--strict"]), 4);
}

#[test]
fn a_snapshot_judged_again_gives_the_same_findings_without_a_call() {
    let (customer, truth) = Customer::seeded();
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("snapshot");
    let file = file.to_str().expect("UTF-8");
    let live = customer.scan().args(["--snapshot-out", file]).run().json(0);
    customer.reset();

    let again = Customer::bare_scan()
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        .args(["--from-snapshot", file, "--format", "json"])
        .run()
        .json(0);
    assert_eq!(again["findings"], live["findings"]);
    assert_eq!(again["receipt"], live["receipt"]);
    assert_eq!(found(&again), truth);
    assert_eq!(customer.calls(), Vec::<Value>::new());

    let kept = fs::read(file).expect("the snapshot");
    let kept = String::from_utf8_lossy(&kept);
    assert!(!kept.contains(&customer.external_id) && !kept.contains(SESSION_TOKEN));
}

#[test]
fn a_snapshot_keeps_its_gaps() {
    let (customer, _) = Customer::small();
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("snapshot");
    let file = file.to_str().expect("UTF-8");
    customer.rule("deny", json!({"operations": ["GetBucketEncryption", "ListUsers"]}));
    let live = customer.scan().args(["--snapshot-out", file]).run().json(0);
    let scan =
        Customer::bare_scan().args(["--from-snapshot", file, "--format", "json", "--strict"]);
    let again = scan.run().json(4);
    assert_eq!(again["findings"], live["findings"]);
    assert_eq!(again["receipt"], live["receipt"]);
}

#[test]
fn a_snapshot_of_other_checks_is_incomplete() {
    let (customer, _) = Customer::small();
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("snapshot");
    let file = file.to_str().expect("UTF-8");
    customer.scan().args(["--check", "s3_encryption", "--snapshot-out", file]).run().json(0);
    let again = |check| {
        let args = ["--from-snapshot", file, "--format", "json", "--strict", "--check", check];
        Customer::bare_scan().args(args).run()
    };
    again("s3_encryption").json(0);
    for check in ["s3_public_access", "ec2_imdsv2"] {
        let report = again(check).json(4);
        assert_eq!(report["status"], "incomplete", "{check}");
        assert_ne!(report["summary"]["unknown"], 0, "{check}");
    }
}

#[test]
fn the_json_keeps_its_schema() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schema/scan-1.json");
    let schema: Value =
        serde_json::from_str(&fs::read_to_string(schema).expect("the schema")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a JSON Schema");
    let (customer, _) = Customer::small();
    let whole = customer.scan().run().json(0);
    customer.rule("deny", json!({"operations": ["ListUsers", "DescribeInstances"]}));
    customer.rule("fail", json!({"operations": ["GetBucketAcl"]}));
    let disturbed = customer.scan().run().json(0);
    for report in [whole, disturbed] {
        let wrong: Vec<_> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
    assert!(!validator.is_valid(&json!({"schema": 1})), "the schema demands nothing");
}

#[test]
fn csv_has_a_row_for_every_finding() {
    let (customer, _) = Customer::small();
    let report = customer.scan().run().json(0);
    let outcome = customer.scan_as("csv").run();
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let mut reader = csv::Reader::from_reader(outcome.stdout.as_bytes());
    let header = reader.headers().expect("a header").clone();
    for column in ["check_id", "severity", "verdict", "region", "evidence"] {
        assert!(header.iter().any(|one| one == column), "no column `{column}` in {header:?}");
    }
    let at = |name: &str| header.iter().position(|one| one == name).expect("a column");
    let rows: Vec<_> = reader.records().collect::<Result<_, _>>().expect("rows of equal length");
    let failed = rows.iter().filter(|row| &row[at("verdict")] == "fail").count();
    assert_eq!(rows.len(), report["findings"].as_array().expect("findings").len());
    assert_eq!(failed, report["summary"]["fail"]);
}

#[test]
fn the_table_leads_with_what_is_wrong_and_counts_the_passes() {
    let (customer, _) = Customer::seeded_with(&json!({"regions": ["eu-west-1"], "mfa": 0}));
    let outcome = customer.scan_as("table").run();
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let place = |text: &str| outcome.stdout.to_lowercase().find(text);
    let (critical, medium) = (place("critical"), place("medium"));
    assert!(critical.is_some() && critical < medium, "worst first:\n{}", outcome.stdout);
    assert!(!outcome.stdout.contains("just-young-enough"), "passes are counted, not listed");
    assert!(outcome.stdout.contains("old"), "{}", outcome.stdout);
}

#[test]
fn texts_are_english_or_korean() {
    let (customer, truth) = Customer::small();
    let report = customer.scan().args(["--lang", "ko"]).run().json(0);
    assert_eq!(found(&report), truth, "the language changes no verdict");
    let korean = |text: &Value| {
        text.as_str().is_some_and(|text| text.chars().any(|one| ('가'..='힣').contains(&one)))
    };
    for finding in report["findings"].as_array().expect("findings") {
        assert!(korean(&finding["requirement"]), "{}", finding["check_id"]);
    }
}

#[test]
fn an_output_file_leaves_standard_output_empty() {
    let (customer, truth) = Customer::small();
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("result.json");
    let outcome = customer.scan().args(["--output", file.to_str().expect("UTF-8")]).run();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (0, ""), "{}", outcome.stderr);
    let report = serde_json::from_slice(&fs::read(file).expect("the file")).expect("JSON");
    assert_eq!(found(&report), truth);
}

#[test]
fn a_least_severity_leaves_out_what_is_not_as_bad() {
    let (customer, truth) = Customer::small();
    let report = customer.scan().args(["--severity", "critical"]).run().json(0);
    let bad =
        ["cloudtrail_bucket_public", "iam_root_mfa", "iam_root_access_key", "s3_public_access"];
    let left = truth.into_iter().filter(|(key, (_, severity))| {
        bad.contains(&key.0.as_str()) && severity.as_deref() != Some("high")
    });
    assert_eq!(found(&report), left.collect());
}

#[test]
fn an_interrupt_ends_the_scan_and_says_what_was_not_read() {
    let customer = Customer::onboarded();
    customer.seed("large", &json!({"regions": ["us-east-1"], "users": 200, "buckets": 0}));
    customer.rule("latency", json!({"ms": 100}));
    for signal in ["-INT", "-TERM"] {
        let outcome = customer.scan().signalled_after(signal, Duration::from_millis(1500));
        assert!(outcome.time < Duration::from_secs(4), "took {:?} to stop", outcome.time);
        assert_eq!(outcome.code, 130, "{signal}: {}", outcome.stderr);
        let unread = outcome.stderr.contains("iam:ListAccessKeys");
        assert!(unread, "{signal}, what was not read: {}", outcome.stderr);
        let report: Value = serde_json::from_str(&outcome.stdout).expect("what was read");
        assert_eq!(report["status"], "incomplete", "{signal}");
    }
}

#[test]
fn the_catalogue_names_the_actions_each_check_needs() {
    let catalogue = Customer::command(&["checks", "list", "--format", "json"]).run();
    assert_eq!(catalogue.code, 0, "{}", catalogue.stderr);
    let checks: Value = serde_json::from_str(&catalogue.stdout).expect("JSON");
    let listed = checks.as_array().or_else(|| checks["items"].as_array()).expect("a list");
    let ids: Vec<_> = listed.iter().map(|one| one["id"].as_str().expect("an id")).collect();
    for id in [
        "iam_access_key_age",
        "iam_root_access_key",
        "iam_root_mfa",
        "s3_public_access",
        "s3_encryption",
        "ec2_imdsv2",
        "ec2_public_ip",
    ] {
        assert!(ids.contains(&id), "{id} is not in {ids:?}");
    }
    let encryption = listed.iter().find(|one| one["id"] == "s3_encryption").expect("a check");
    let actions = json!(["s3:GetEncryptionConfiguration", "s3:ListAllMyBuckets"]);
    let mut told = encryption["actions"].as_array().expect("actions").clone();
    told.sort_by_key(ToString::to_string);
    told.retain(|one| one != "s3:GetBucketLocation");
    assert_eq!(json!(told), actions);
}

#[test]
fn no_secret_is_ever_said() {
    let (customer, _) = Customer::small();
    let clean = |outcome: &Outcome| {
        assert!(!outcome.says(&customer.external_id), "the ExternalId:\n{}", outcome.stderr);
        assert!(!outcome.says(SESSION_TOKEN), "a session token:\n{}", outcome.stderr);
    };
    for format in ["json", "csv", "table"] {
        clean(
            &customer.scan_as(format).env("RUST_LOG", "trace").env("INFRAAUDIT_LOG", "trace").run(),
        );
    }
    customer.rule("deny", json!({"operations": ["AssumeRole"]}));
    let outcome = customer.scan().env("RUST_LOG", "trace").run();
    assert_eq!(outcome.code, 2);
    clean(&outcome);
}
