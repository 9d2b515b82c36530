//! The routes of old access keys on one machine: `infraaudit serve` in an account of its own.

use std::{thread, time::Instant};

use serde_json::{Value, json};

use crate::{
    functions::eventually,
    service::{Service, get},
    support::{Seeded, StandIn, told},
};

const ROUTES: &str = "/v1/iam/old-access-keys";

/// The environment of a service with credentials of the account itself.
fn environment(seeded: &Seeded) -> Vec<(String, String)> {
    let allow = [
        "iam:ListUsers",
        "iam:ListAccessKeys",
        "iam:GetAccessKeyLastUsed",
        "iam:GenerateCredentialReport",
        "iam:GetCredentialReport",
    ];
    let account = &seeded.customer.account;
    let made = StandIn::shared()
        .post("operator", &json!({"account": account, "role": "Monitor", "allow": allow}));
    let session = made["environment"].as_object().expect("an environment").iter();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let mut all: Vec<_> = session.map(|(name, value)| (name.clone(), text(value))).collect();
    all.push(("AWS_ENDPOINT_URL".into(), StandIn::shared().endpoint.clone()));
    all.push(("AWS_REGION".into(), "us-east-1".into()));
    all
}

#[test]
fn both_routes_agree_with_the_truth_at_random_hours() {
    let seeded = Seeded::with(1200);
    let environment = environment(&seeded);
    let environment: Vec<_> = environment.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let data = tempfile::tempdir().expect("a directory");
    let service = Service::start(data.path(), &environment);
    for byte in uuid::Uuid::new_v4().as_bytes().chunks(2).chain([&[0, 0][..], &[255, 255]]) {
        let [high, low] = *byte else { continue };
        let hours = 1 + u32::from(u16::from_be_bytes([high, low])) * 17_519 / 13_107;
        let all = hours % 2 == 0;
        let status = if all { "all" } else { "active" };
        let truth = seeded.old(hours, all);
        let begun = Instant::now();
        let live = service.get(&format!("{ROUTES}/list-users?hours={hours}&status={status}")).body;
        let took = begun.elapsed();
        let body = json!({"hours": hours, "status": status});
        let report = service.post(&format!("{ROUTES}/credential-report"), None, &body).body;
        for (route, answer) in [("list-users", live), ("credential-report", report)] {
            let same = told(&answer) == truth;
            assert!(same, "`{route}` at {hours} hours, {status}: not what was seeded");
        }
        println!("{hours} hours, {status}: {} keys, live in {took:?}", truth.len());
    }
    assert!(seeded.customer.most_in_flight("iam") <= 5);
    service.terminate();
}

#[test]
fn an_account_that_is_throttled_out_is_503_with_the_time_to_ask_again() {
    let seeded = Seeded::with(10);
    let environment = environment(&seeded);
    let environment: Vec<_> = environment.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let data = tempfile::tempdir().expect("a directory");
    let service = Service::start(data.path(), &environment);
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let address = service.address(&format!("{ROUTES}/list-users?hours=1000"));
    seeded.customer.rule("throttle", json!({"operations": ["ListUsers"]}));
    let mut answer = agent.get(address).call().expect("an answer");
    let problem: Value = answer.body_mut().read_json().expect("a problem");
    if answer.status() == 202 {
        // The pauses between the tries are random, and were longer than the request.
        println!("throttled for longer than a request: {problem}");
    } else {
        assert_eq!(answer.status(), 503, "{problem}");
        assert_eq!(problem["type"], "urn:infraaudit:problem:throttled", "{problem}");
        assert!(answer.headers().contains_key("retry-after"));
    }
    service.terminate();
}

#[test]
fn a_signal_during_a_request_makes_it_a_job_that_the_next_process_ends() {
    let seeded = Seeded::with(100);
    let environment = environment(&seeded);
    let environment: Vec<_> = environment.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let data = tempfile::tempdir().expect("a directory");
    let service = Service::start(data.path(), &environment);
    let live = service.get(&format!("{ROUTES}/list-users?hours=1000&include=last_used"));
    assert_eq!((live.status, told(&live.body)), (200, seeded.old(1_000, false)), "{}", live.body);
    let body = json!({"hours": 1000, "status": "all"});
    let report = service.post(&format!("{ROUTES}/credential-report"), None, &body);
    assert_eq!((report.status, told(&report.body)), (200, seeded.old(1_000, true)));

    seeded.customer.reset();
    seeded.customer.rule("latency", json!({"ms": 200, "services": ["iam"]}));
    let address = service.address(&format!("{ROUTES}/list-users?hours=1000"));
    let asked = thread::spawn(move || get(&address));
    eventually("first calls of the request", || (seeded.customer.calls().len() > 10).then_some(()));
    service.signal("-TERM");
    let answer = asked.join().expect("an answer");
    service.ended();
    assert_eq!(
        (answer.status, &answer.body["status"]),
        (202, &json!("running")),
        "{}",
        answer.body
    );
    let lost = seeded.customer.calls().into_iter().find(|call| call["status"] != 200);
    assert_eq!(lost, None, "a call was broken off");

    seeded.customer.reset();
    let service = Service::start(data.path(), &environment);
    let id = answer.body["job_id"].as_str().expect("a job");
    let done = eventually("end of the job", || {
        let job = service.get(&format!("{ROUTES}/jobs/{id}")).body;
        (job["status"] != "running").then_some(job)
    });
    assert_eq!(
        (&done["status"], told(&done["answer"])),
        (&json!("done"), seeded.old(1_000, false))
    );
    let listed = seeded.customer.calls();
    assert!(listed.iter().all(|call| call["operation"] != "ListUsers"), "it goes on: {listed:?}");
    service.terminate();
}
