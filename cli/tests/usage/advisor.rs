//! `infraaudit access advisor`.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use crate::{
    account::{assumed, details, generate, parameter, report, service, whose},
    command::run,
    recorded::{Answer, Asked, Recorded},
};

/// The account's answers, but for what `report` answers about a job.
fn account(about: impl Fn(&str, &Asked) -> Answer + Send + Sync + 'static) -> Recorded {
    Recorded::start(move |asked| match parameter(asked, "Action").as_deref() {
        Some("GetCallerIdentity") => whose(),
        Some("AssumeRole") => assumed(),
        Some("GetAccountAuthorizationDetails") => details(asked),
        Some("GenerateServiceLastAccessedDetails") => generate(asked),
        Some("GetServiceLastAccessedDetails") => {
            let job = parameter(asked, "JobId").unwrap();
            about(job.trim_start_matches("job-for-a-report-about-").trim_end_matches('-'), asked)
        }
        other => panic!("nobody was to ask {other:?}: {asked:?}"),
    })
}

/// What the recorded account did: ana's report comes in two pages and after some waiting.
fn recorded(who: &str, asked: &Asked) -> Answer {
    match (who, parameter(asked, "Marker")) {
        ("ana", None) => report(
            "COMPLETED",
            &service(
                "s3",
                Some(2),
                &[
                    ("CreateBucket", None),
                    ("PutBucketPolicy", Some(400)),
                    ("DeleteBucket", Some(3)),
                ],
            ),
            Some("next"),
        ),
        ("ana", Some(_)) => report("COMPLETED", &service("iam", Some(200), &[]), None),
        ("readers", _) => report("COMPLETED", &service("sqs", Some(1), &[]), None),
        ("deploy", _) => {
            report("COMPLETED", &(service("ec2", None, &[]) + &service("rds", None, &[])), None)
        }
        (other, _) => panic!("nobody was to ask about {other}"),
    }
}

fn rows(json: &Value) -> Vec<(String, String, String)> {
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let of = |row| {
        (
            text(row, "verdict"),
            text(row, "arn").rsplit('/').next().unwrap().to_owned(),
            text(row, "service"),
        )
    };
    json["rows"].as_array().unwrap().iter().map(of).collect()
}

fn row(verdict: &str, who: &str, service: &str) -> (String, String, String) {
    (verdict.into(), who.into(), service.into())
}

#[test]
fn leads_with_the_worst_and_calls_nothing_unused_that_is_not_tracked() {
    let asked_for_ana = AtomicU32::new(0);
    let server = account(move |who, asked| {
        if who == "ana" && asked_for_ana.fetch_add(1, Ordering::Relaxed) < 2 {
            return report("IN_PROGRESS", "", None);
        }
        recorded(who, asked)
    });
    let done = run(&server.endpoint, &["access", "advisor", "--format", "json", "--strict"]);
    let json = done.json(0);
    // RDS is in a report and in no policy that the engine allows: it is not advised about.
    assert_eq!(
        rows(&json),
        [
            row("unused", "deploy", "ec2"),
            row("unused", "ana", "iam"),
            row("actions_unused", "ana", "s3"),
            row("actions_untold", "readers", "sqs"),
        ]
    );
    assert_eq!(
        json["rows"][2]["unused_actions"],
        serde_json::json!(["CreateBucket", "PutBucketPolicy"])
    );
    assert_eq!(json["rows"][2]["worst_unused"], "permissions");
    assert_eq!((&json["judged"], &json["complete"]), (&3.into(), &true.into()));
    assert_eq!(json["service_linked_roles_left_out"], 1);
}

#[test]
fn a_table_and_csv_say_the_same() {
    let server = account(recorded);
    let table = run(&server.endpoint, &["access", "advisor"]);
    assert_eq!(table.code, 0, "{}", table.stderr);
    assert!(table.stdout.contains("2 services unused for 90 days"), "{}", table.stdout);
    assert!(table.stdout.contains("400 days") && table.stdout.contains("since 2023-05-23"));
    let arn = "arn:aws:iam::111122223333:user/ana";
    let csv = run(&server.endpoint, &["access", "advisor", "--principal", arn, "--format", "csv"]);
    let lines: Vec<&str> = csv.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[1].starts_with("unused,permissions,arn:aws:iam::111122223333:user/ana,iam,"));
    let shorter = run(
        &server.endpoint,
        &["access", "advisor", "--principal", arn, "--days", "300", "--format", "csv"],
    );
    assert!(!shorter.stdout.contains("\nunused,"), "200 days ago is not 300: {}", shorter.stdout);
}

#[test]
fn whoever_could_not_be_judged_is_a_gap_and_nobody_elses() {
    let server = account(|who, asked| match who {
        "ana" => report("FAILED", "", None),
        "readers" => Answer::refusal(400, "Throttling"),
        _ => recorded(who, asked),
    });
    let done = run(&server.endpoint, &["access", "advisor", "--format", "json", "--strict"]);
    let json = done.json(4);
    assert_eq!(rows(&json), [row("unused", "deploy", "ec2")]);
    assert_eq!((&json["judged"], &json["users_roles_groups"]), (&1.into(), &3.into()));
    assert_eq!(json["complete"], false);
    done.tells("user/ana` was not evaluated: `iam:GetServiceLastAccessedDetails` failed");
    done.tells(
        "group/readers` was not evaluated: `iam:GetServiceLastAccessedDetails` was throttled",
    );
}

#[test]
fn whose_policies_iam_does_not_tell_is_not_judged_and_not_asked_about() {
    let answer = |asked: &Asked| {
        let body = "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult><UserDetailList>\
            <member><Path>/</Path><UserName>ana</UserName><UserId>AIDAANA</UserId>\
            <Arn>arn:aws:iam::111122223333:user/ana</Arn><CreateDate>2020-01-01T00:00:00Z</CreateDate>\
            <AttachedManagedPolicies><member><PolicyName>AdministratorAccess</PolicyName>\
            <PolicyArn>arn:aws:iam::aws:policy/AdministratorAccess</PolicyArn></member></AttachedManagedPolicies>\
            </member></UserDetailList><IsTruncated>false</IsTruncated>\
            </GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>";
        match parameter(asked, "Action").as_deref() {
            Some("GetCallerIdentity") => whose(),
            Some("GetAccountAuthorizationDetails") => Answer::xml(body.to_owned()),
            other => panic!("nobody was to ask {other:?}"),
        }
    };
    let server = Recorded::start(answer);
    let done = run(&server.endpoint, &["access", "advisor", "--format", "json"]);
    let json = done.json(2);
    assert_eq!((&json["judged"], &json["users_roles_groups"]), (&0.into(), &1.into()));
    assert_eq!(json["complete"], false);
    let told = "user/ana` was not evaluated: what it may do is not known, not read was the attached policy \
        `arn:aws:iam::aws:policy/AdministratorAccess`";
    done.tells(told);
    assert!(json["gaps"][0].as_str().unwrap().contains(told), "{json}");
    let table = run(&server.endpoint, &["access", "advisor"]);
    assert_eq!(table.code, 2, "{}", table.stderr);
    assert!(table.stdout.contains("of 0 of 1 users, roles and groups"), "{}", table.stdout);
    assert!(table.stdout.contains("INCOMPLETE: 1 of 1 were not evaluated."), "{}", table.stdout);
    assert!(table.stdout.contains(told), "{}", table.stdout);
}

#[test]
fn a_refusal_is_told_and_no_list() {
    let server = Recorded::start(|asked| match parameter(asked, "Action").as_deref() {
        Some("GetCallerIdentity") => whose(),
        Some("GetAccountAuthorizationDetails") => details(asked),
        _ => Answer::refusal(403, "AccessDenied"),
    });
    let done = run(&server.endpoint, &["access", "advisor", "--format", "json"]);
    assert_eq!(done.code, 2, "{}", done.stderr);
    done.tells("`iam:GenerateServiceLastAccessedDetails` was denied");
    let denied = Recorded::start(|asked| match parameter(asked, "Action").as_deref() {
        Some("GetCallerIdentity") => whose(),
        _ => Answer::refusal(403, "AccessDenied"),
    });
    let done = run(&denied.endpoint, &["access", "advisor"]);
    assert_eq!((done.code, &*done.stdout), (2, ""), "{}", done.stderr);
    done.tells("`iam:GetAccountAuthorizationDetails` was denied");
}

#[test]
fn throttling_passes_and_who_is_gone_is_no_gap() {
    let throttled = AtomicU32::new(0);
    let server = account(move |who, asked| match who {
        "readers" => Answer::refusal(404, "NoSuchEntity"),
        _ if throttled.fetch_add(1, Ordering::Relaxed) < 3 => Answer::refusal(400, "Throttling"),
        _ => recorded(who, asked),
    });
    let json =
        run(&server.endpoint, &["access", "advisor", "--format", "json", "--strict"]).json(0);
    assert_eq!((&json["judged"], &json["users_roles_groups"]), (&2.into(), &2.into()));
    assert_eq!(rows(&json).len(), 3);
}

#[test]
fn a_role_is_asked_for_no_more_than_it_takes_and_its_external_id_is_told_to_nobody() {
    let server = account(recorded);
    let role = "arn:aws:iam::111122223333:role/Auditor";
    let secret = "between-us-0123456789";
    let arguments = ["access", "advisor", "--role-arn", role, "--external-id", secret];
    let done = run(&server.endpoint, &arguments);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(!done.stdout.contains(secret) && !done.stderr.contains(secret));
    let asked = server.asked();
    let assumed = asked.iter().find(|asked| asked.body.contains("Action=AssumeRole")).unwrap();
    assert_eq!(parameter(assumed, "ExternalId").as_deref(), Some(secret));
    let cap = parameter(assumed, "Policy").unwrap();
    for action in [
        "iam:GetAccountAuthorizationDetails",
        "iam:GenerateServiceLastAccessedDetails",
        "iam:GetServiceLastAccessedDetails",
    ] {
        assert!(cap.contains(action), "{cap}");
    }
    assert_eq!(cap.matches("iam:").count(), 3, "{cap}");
}
