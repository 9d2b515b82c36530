//! The routes of old access keys on one machine: `infraaudit serve` in an account of its own.

use std::thread;

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
