//! `infraaudit policy generate --live`.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::{
    account::{generate, parameter, report, service, whose},
    command::{Done, run},
    logs::{ROLE, record},
    recorded::{Answer, Asked, Recorded},
};

fn live(server: &Recorded, more: &[&str]) -> Done {
    let mut arguments = vec!["policy", "generate", "--live", "--principal", ROLE];
    arguments.extend(more);
    run(&server.endpoint, &arguments)
}

fn events(records: &[String], next: Option<&str>) -> Answer {
    let events: Vec<Value> =
        records.iter().map(|record| json!({"EventId": "e", "CloudTrailEvent": record})).collect();
    let mut page = json!({ "Events": events });
    if let Some(token) = next {
        page["NextToken"] = token.into();
    }
    Answer::json(&page)
}

fn token(asked: &Asked) -> Option<String> {
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    body["NextToken"].as_str().map(Into::into)
}

fn history(page: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Recorded {
    Recorded::start(move |asked| {
        if asked.target.ends_with(".LookupEvents") {
            return page(asked);
        }
        match parameter(asked, "Action").as_deref() {
            Some("GetCallerIdentity") => whose(),
            Some("GenerateServiceLastAccessedDetails") => generate(asked),
            Some("GetServiceLastAccessedDetails") => report(
                "COMPLETED",
                &(service("ec2", Some(3), &[])
                    + &service("kinesis", Some(3), &[])
                    + &service("sns", None, &[])),
                None,
            ),
            Some("DescribeRegions") => Answer::xml(
                "<DescribeRegionsResponse><regionInfo><item><regionName>eu-west-1</regionName><optInStatus>opt-in-not-required</optInStatus></item>\
                 <item><regionName>me-south-1</regionName><optInStatus>not-opted-in</optInStatus></item>\
                 <item><regionName>us-east-1</regionName><optInStatus>opted-in</optInStatus></item></regionInfo></DescribeRegionsResponse>",
            ),
            _ => Answer::refusal(403, "AccessDenied"),
        }
    })
}

#[test]
fn every_page_of_every_region_is_read_through_throttling() {
    let throttled = AtomicU32::new(0);
    let server = history(move |asked| {
        if throttled.fetch_add(1, Ordering::Relaxed) == 1 {
            return Answer::json_refusal("ThrottlingException");
        }
        match (&*asked.region, token(asked).as_deref()) {
            ("eu-west-1", None) => {
                events(&[record("ec2", "DescribeInstances", "{}", "")], Some("2"))
            }
            ("eu-west-1", Some("2")) => {
                events(&[record("ec2", "DescribeVpcs", "{}", "")], Some("3"))
            }
            ("eu-west-1", Some("3")) => events(&[], None),
            ("us-east-1", None) => events(&[record("iam", "ListUsers", "{}", "")], None),
            other => panic!("nobody was to ask {other:?}"),
        }
    });
    let done = live(&server, &["--days", "7", "--strict"]);
    let policy = done.json(0);
    assert_eq!(
        policy["Statement"][0]["Action"],
        json!(["ec2:DescribeInstances", "ec2:DescribeVpcs", "iam:ListUsers"])
    );
    done.tells("the event history of `eu-west-1` has 2 records");
    done.tells("the event history has no data events");
    let lookups: Vec<Value> = server
        .asked()
        .iter()
        .filter(|asked| asked.target.ends_with(".LookupEvents"))
        .map(|asked| serde_json::from_str(&asked.body).unwrap())
        .collect();
    assert_eq!(lookups.len(), 5, "four pages, one asked for twice");
    let days = lookups.iter().map(|body| {
        (body["EndTime"].as_f64().unwrap() - body["StartTime"].as_f64().unwrap()) / 86_400.0
    });
    assert!(days.into_iter().all(|days| (days - 7.0).abs() < 0.01));
    // A role's events bear its sessions' names, so they cannot be asked for by name.
    assert!(lookups.iter().all(|body| body["LookupAttributes"].is_null()));
}

#[test]
fn a_refused_region_is_a_gap_and_services_known_only_from_last_accessed_are_listed() {
    let server = history(|asked| match &*asked.region {
        "eu-west-1" => events(&[record("ec2", "DescribeInstances", "{}", "")], None),
        _ => Answer::json_refusal("AccessDeniedException"),
    });
    let done = live(
        &server,
        &[
            "--region",
            "eu-west-1",
            "--region",
            "us-east-1",
            "--last-accessed",
            "--format",
            "json",
            "--strict",
        ],
    );
    let json = done.json(4);
    assert_eq!(json["complete"], false);
    done.tells("the event history of `us-east-1` is not complete: `cloudtrail:LookupEvents` was denied in `us-east-1`");
    let only = json["only_last_accessed"].as_array().unwrap();
    assert_eq!(only.len(), 1, "{only:?}");
    assert!(only[0].as_str().unwrap().starts_with("kinesis (Service kinesis), last accessed "));
    done.tells("not granted, IAM knows of it and the logs do not: kinesis");
}

#[test]
fn a_users_events_are_asked_for_by_name() {
    let server = history(|asked| {
        let body: Value = serde_json::from_str(&asked.body).unwrap();
        assert_eq!(
            body["LookupAttributes"],
            json!([{"AttributeKey": "Username", "AttributeValue": "ana"}])
        );
        let own = record("sqs", "ListQueues", "{}", "")
            .replace(ROLE, "arn:aws:iam::111122223333:user/team/ana");
        events(&[own], None)
    });
    let arn = "arn:aws:iam::111122223333:user/team/ana";
    let done = run(
        &server.endpoint,
        &["policy", "generate", "--live", "--region", "eu-west-1", "--principal", arn],
    );
    assert_eq!(done.json(0)["Statement"][0]["Action"], "sqs:ListQueues");
}

#[test]
fn nobody_answering_is_an_audit_that_failed() {
    let server = history(|_| Answer::json_refusal("AccessDeniedException"));
    let done = live(&server, &["--region", "eu-west-1"]);
    assert_eq!((done.code, &*done.stdout), (2, ""));
    done.tells("no record of CloudTrail was read");
}
