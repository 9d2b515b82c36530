use super::*;
use crate::LogFile;
use std::sync::LazyLock;

static FACTS: LazyLock<Facts> = LazyLock::new(|| Facts::bundled().unwrap());

const ANA: &str = "arn:aws:iam::111122223333:user/ana";
const ROLE: &str = "arn:aws:iam::111122223333:role/team/Reader";

fn usage(principal: &str, options: UsageOptions, records: &[String]) -> Usage<'static> {
    let mut usage = Usage::new(&FACTS, Principal::parse(principal).unwrap(), options);
    let mut file = LogFile::new("log");
    file.feed(&mut usage, records.join("\n").as_bytes());
    file.finish(&mut usage);
    usage
}

fn record(identity: &str, source: &str, name: &str, more: &str) -> String {
    format!(
        r#"{{"userIdentity":{identity},"eventSource":"{source}.amazonaws.com","eventName":"{name}"{more}}}"#
    )
}

fn user() -> String {
    format!(r#"{{"type":"IAMUser","arn":"{ANA}"}}"#)
}

fn session(of: &str, arn: &str) -> String {
    format!(r#"{{"arn":"{arn}","sessionContext":{{"sessionIssuer":{{"arn":"{of}"}}}}}}"#)
}

#[test]
fn records_belong_to_whoever_had_the_permissions() {
    let reader = "arn:aws:sts::111122223333:assumed-role/Reader/s";
    let federated = "arn:aws:sts::111122223333:federated-user/bob";
    let identities = [
        user(),
        session(ROLE, reader),
        session(ROLE, "arn:aws:sts::111122223333:assumed-role/Reader/other"),
        session(ANA, federated),
        r#"{"type":"Root","arn":"arn:aws:iam::111122223333:root"}"#.to_owned(),
        r#"{"type":"AWSService","invokedBy":"ec2.amazonaws.com"}"#.to_owned(),
        "null".to_owned(),
    ];
    let records: Vec<String> =
        identities.iter().map(|who| record(who, "sqs", "ListQueues", "")).collect();
    for (principal, own) in [
        (ANA, 2),
        (ROLE, 2),
        (reader, 1),
        (federated, 1),
        ("arn:aws:iam::111122223333:root", 1),
        // The same name on another path is another role.
        ("arn:aws:iam::111122223333:role/Reader", 0),
    ] {
        let usage = usage(principal, UsageOptions::default(), &records);
        assert_eq!((usage.counts().records, usage.counts().own), (7, own), "{principal}");
    }
    let nobody = usage("arn:aws:iam::111122223333:user/nobody", UsageOptions::default(), &records);
    assert!(nobody.others().any(|other| other == ROLE), "who is there is told");
}

#[test]
fn what_was_denied_is_left_out_unless_it_is_wanted() {
    let denied = record(&user(), "iam", "CreateUser", r#","errorCode":"AccessDenied""#);
    let failed = record(&user(), "iam", "GetUser", r#","errorCode":"NoSuchEntityException""#);
    let records = [denied, failed];
    let without = usage(ANA, UsageOptions::default(), &records);
    assert_eq!((without.counts().denied, without.counts().used), (1, 1));
    assert_eq!(without.needs().map(|(action, ..)| action).collect::<Vec<_>>(), ["iam:GetUser"]);
    let with = usage(ANA, UsageOptions { denied: true, ..UsageOptions::default() }, &records);
    assert_eq!(
        with.needs().map(|(action, ..)| action).collect::<Vec<_>>(),
        ["iam:CreateUser", "iam:GetUser"]
    );
}

#[test]
fn what_maps_to_nothing_is_listed_with_why_and_how_often() {
    let records = [
        record(&user(), "dynamodb", "ExecuteStatement", ""),
        record(&user(), "dynamodb", "ExecuteStatement", ""),
        record(&user(), "nowhere", "DoIt", ""),
        record(&user(), "signin", "ConsoleLogin", r#","eventType":"AwsConsoleSignIn""#),
        record(&user(), "sqs", "ListQueues", r#","eventType":"AwsServiceEvent""#),
        record(&user(), "sqs", "ListQueues", r#","eventType":"AwsApiCall""#),
    ];
    let usage = usage(ANA, UsageOptions::default(), &records);
    let unmapped = usage.unmapped();
    assert_eq!(unmapped.len(), 2, "{unmapped:?}");
    assert_eq!(
        (&*unmapped[0].call, unmapped[0].records),
        ("dynamodb.amazonaws.com ExecuteStatement", 2)
    );
    assert!(unmapped[0].why.contains("PartiQL"));
    let counts = usage.counts();
    assert_eq!((counts.unmapped, counts.no_calls, counts.used), (3, 2, 1));
    assert_eq!(counts.own, counts.unmapped + counts.no_calls + counts.used, "none is lost");
}

#[test]
fn memory_does_not_grow_with_what_is_named() {
    let records: Vec<String> = (0..3_000)
        .map(|n| {
            let parameters =
                format!(r#","requestParameters":{{"bucketName":"b{}","key":"{n}"}}"#, n % 300);
            record(&user(), "s3", "GetObject", &parameters)
        })
        .collect();
    let usage = usage(ANA, UsageOptions { resources: 10, ..UsageOptions::default() }, &records);
    let (_, patterns, calls) = usage.needs().next().unwrap();
    assert!(patterns.len() <= 10 && calls == 3_000, "{patterns:?}");
    assert!(!usage.widened().is_empty(), "it is told");
}

#[test]
fn data_events_are_told_by_service_whoever_made_them() {
    let data = record("null", "s3", "GetObject", r#","eventCategory":"Data""#);
    let usage =
        usage(ANA, UsageOptions::default(), &[data, record(&user(), "s3", "ListBuckets", "")]);
    assert_eq!(usage.data_services().collect::<Vec<_>>(), ["s3.amazonaws.com"]);
    assert_eq!(usage.counts().data_events, 1);
}

#[test]
fn what_a_record_does_not_tell_of_its_call_is_listed() {
    let with = |service, name, parameters: &str| {
        record(&user(), service, name, &format!(r#","requestParameters":{parameters}"#))
    };
    let records = [
        with("ec2", "RunInstances", r#"{"iamInstanceProfile":{"name":"web"}}"#),
        with("ec2", "RunInstances", r#"{"iamInstanceProfile":{}}"#),
        with("ec2", "RunInstances", r#"{"launchTemplate":{"launchTemplateId":"lt-1"}}"#),
        with("s3", "DeleteObjects", r#"{"bucketName":"b","delete":""}"#),
        with("s3", "DeleteObject", r#"{"bucketName":"b","key":"k"}"#),
        with(
            "s3",
            "CopyObject",
            r#"{"bucketName":"b","key":"k","x-amz-tagging-directive":"REPLACE"}"#,
        ),
        with("secretsmanager", "CreateSecret", r#"{"name":"s","kmsKeyId":"alias/mine"}"#),
    ];
    let usage = usage(ANA, UsageOptions::default(), &records);
    let untold = usage.untold();
    let untold: Vec<_> = untold.iter().map(|one| (&*one.action, one.records)).collect();
    assert_eq!(
        untold,
        [
            ("ec2:RunInstances", 1),
            ("ec2:RunInstances", 1),
            ("s3:DeleteObject", 1),
            ("secretsmanager:CreateSecret", 1)
        ]
    );
    assert!(usage.needs().all(|(action, ..)| !action.starts_with("kms:")), "an alias tells no key");
}

#[test]
fn an_insight_is_known_and_is_no_call() {
    let insight = r#"{"eventType":"AwsCloudTrailInsight","eventCategory":"Insight","recipientAccountId":"111122223333","insightDetails":{"eventSource":"ec2.amazonaws.com","eventName":"RunInstances"}}"#;
    let records = [insight.to_owned(), record(&user(), "sqs", "ListQueues", "")];
    let usage = usage(ANA, UsageOptions::default(), &records);
    let counts = usage.counts();
    assert_eq!((counts.records, counts.insights, counts.own, counts.bad), (2, 1, 1, 0));
}
