//! `infraaudit policy generate` from files.

use std::{fs, io::Write as _, path::Path};

use flate2::{Compression, write::GzEncoder};
use tempfile::TempDir;

use crate::command::{Done, run};

pub(crate) const ROLE: &str = "arn:aws:iam::111122223333:role/orders";

/// A record of the role.
pub(crate) fn record(service: &str, call: &str, parameters: &str, more: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.09","userIdentity":{{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/orders/s","accountId":"111122223333","sessionContext":{{"sessionIssuer":{{"arn":"{ROLE}"}}}}}},"eventTime":"2026-11-01T00:00:00Z","eventSource":"{service}.amazonaws.com","eventName":"{call}","awsRegion":"eu-west-1","requestParameters":{parameters},"recipientAccountId":"111122223333"{more}}}"#
    )
}

pub(crate) fn gzipped(records: &[String]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    write!(gzip, r#"{{"Records":[{}]}}"#, records.join(",")).unwrap();
    gzip.finish().unwrap()
}

fn generate(arguments: &[&str]) -> Done {
    let mut all = vec!["policy", "generate", "--principal", ROLE];
    all.extend(arguments);
    // Nobody listens there: reading files asks nobody.
    run("http://127.0.0.1:9", &all)
}

fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    let day = folder.path().join("AWSLogs/2026/11/01");
    fs::create_dir_all(&day).unwrap();
    let put = record(
        "s3",
        "PutObject",
        r#"{"bucketName":"photos","key":"a.jpg"}"#,
        r#","eventCategory":"Data""#,
    );
    let describe = record("ec2", "DescribeInstances", "{}", "");
    let denied =
        record("iam", "CreateUser", r#"{"userName":"x"}"#, r#","errorCode":"AccessDenied""#);
    fs::write(day.join("a.json.gz"), gzipped(&[put, describe, denied])).unwrap();
    let receive = record(
        "sqs",
        "ReceiveMessage",
        r#"{"queueUrl":"https://sqs.eu-west-1.amazonaws.com/111122223333/q"}"#,
        "",
    );
    fs::write(folder.path().join("b.json"), receive).unwrap();
    fs::write(folder.path().join("README"), "no log").unwrap();
    folder
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_folder_becomes_a_policy_that_lints() {
    let folder = folder();
    let done = generate(&["--cloudtrail", path(folder.path()), "--strict"]);
    let policy = done.json(0);
    let expected = serde_json::json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "ec2:DescribeInstances", "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::photos/a.jpg"},
        {"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": "arn:aws:sqs:eu-west-1:111122223333:q"},
    ]});
    assert_eq!(policy, expected);
    done.tells("read 4 records of 2 logs");
    done.tells("denied, and left out (--include-denied grants them): 1");
    done.tells("files passed over that are no logs by their names: 1");
    done.tells("the logs have no data events of: lambda");
    assert!(!done.stderr.contains("; s3: "), "S3's are there: {}", done.stderr);
    let file = folder.path().join("policy.out");
    fs::write(&file, &done.stdout).unwrap();
    let lint = run("http://127.0.0.1:9", &["policy", "lint", path(&file)]);
    assert_eq!(lint.code, 0, "{}", lint.stdout);
}

#[test]
fn what_cannot_be_read_is_told_and_strict_ends_with_four() {
    let folder = folder();
    let day = folder.path().join("AWSLogs/2026/11/01");
    let whole = gzipped(&[record("sns", "ListTopics", "{}", "")]);
    fs::write(day.join("c.json.gz"), &whole[..whole.len() - 9]).unwrap();
    fs::write(day.join("d.json"), r#"{"Records":[{"eventName":1}]}"#).unwrap();
    let unknown = record("dynamodb", "ExecuteStatement", "{}", "");
    fs::write(day.join("e.json"), unknown).unwrap();
    let arguments = ["--cloudtrail", path(folder.path()), "--format", "json"];
    let done = generate(&arguments);
    let json = done.json(0);
    assert_eq!(json["complete"], false);
    assert_eq!(json["counts"]["unreadable"], 1);
    assert_eq!(json["unmapped"][0]["call"], "dynamodb.amazonaws.com ExecuteStatement");
    assert_eq!(json["unreadable"].as_array().unwrap().len(), 2, "{}", done.stderr);
    done.tells("c.json.gz`: the gzip data is cut off");
    done.tells("d.json`, record 1: it is no record of CloudTrail");
    done.tells("not granted, `dynamodb.amazonaws.com ExecuteStatement` (records: 1)");
    let strict = generate(&[&arguments[..], &["--strict"]].concat());
    assert_eq!(strict.code, 4);
    assert_eq!(strict.stdout, done.stdout);
}

#[test]
fn what_parameters_ask_for_is_granted_and_what_they_do_not_tell_is_told() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("log");
    let tags = r#""tagSpecificationSet":{"items":[{"resourceType":"instance","tags":[{"key":"a","value":"b"}]}]}"#;
    let run = |more: &str| record("ec2", "RunInstances", &format!("{{{tags}{more}}}"), "");
    let granted = |records: &[String]| {
        fs::write(&file, gzipped(records)).unwrap();
        generate(&["--cloudtrail", path(&file), "--strict", "--format", "json"])
    };
    let told = granted(&[run(""), r#"{"eventType":"AwsCloudTrailInsight"}"#.to_owned()]);
    let json = told.json(0);
    let actions: Vec<_> =
        json["used"].as_array().unwrap().iter().map(|used| used["action"].clone()).collect();
    assert_eq!(actions, ["ec2:CreateTags", "ec2:RunInstances"]);
    assert_eq!(
        (&json["counts"]["insights"], &json["counts"]["unreadable"]),
        (&1.into(), &0.into())
    );
    let untold = granted(&[run(r#","iamInstanceProfile":{"name":"web"}"#)]);
    let json = untold.json(4);
    assert_eq!(json["not_told"][0]["action"], "ec2:RunInstances");
    untold.tells("iam:PassRole on the role in the instance profile");
}

#[test]
fn nothing_to_grant_is_an_error_that_says_who_is_there() {
    let folder = folder();
    let nobody = "arn:aws:iam::111122223333:role/nobody";
    let arguments =
        ["policy", "generate", "--principal", nobody, "--cloudtrail", path(folder.path())];
    let done = run("http://127.0.0.1:9", &arguments);
    assert_eq!((done.code, &*done.stdout), (1, ""));
    done.tells(&format!("none of 4 records is of `{nobody}`; there are records of `{ROLE}`"));
    let gone = generate(&["--cloudtrail", path(&folder.path().join("gone"))]);
    assert_eq!((gone.code, &*gone.stdout), (1, ""));
    gone.tells("could not read");
    let group = run(
        "http://127.0.0.1:9",
        &["policy", "generate", "--principal", "arn:aws:iam::1:group/g", "--live"],
    );
    assert_eq!(group.code, 1);
    group.tells("names no user, role");
}

#[test]
fn a_long_policy_is_a_list_of_policies_that_fit() {
    let records: Vec<String> = (0..200)
        .map(|n| {
            let key = format!("{n:0>60}");
            record("s3", "GetObject", &format!(r#"{{"bucketName":"photos","key":"{key}"}}"#), "")
        })
        .collect();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("log");
    fs::write(&file, gzipped(&records)).unwrap();
    let done = generate(&["--cloudtrail", path(&file), "--max-resources", "500"]);
    let policies = done.json(0);
    assert!(policies.as_array().unwrap().len() > 2);
    for policy in policies.as_array().unwrap() {
        assert!(policy.to_string().len() <= 6_144);
    }
    done.tells("it is a list of");
    let short = generate(&["--cloudtrail", path(&file)]);
    assert_eq!(short.json(0)["Statement"][0]["Resource"], "arn:aws:s3:::photos/*");
    short.tells("wider than used: `s3:GetObject` is granted on `arn:aws:s3:::photos/*`");
}
