//! A service from its start to its end, and across restarts.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{EXTERNAL_ID, Service, Silence};

/// The service without credentials: an audit fails at once, for a reason it can tell.
const NOBODY: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")];

#[test]
fn an_audit_runs_and_its_end_outlives_the_process() {
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path(), &NOBODY);
    let health = service.get("/health");
    assert_eq!((health.status, &health.body["status"]), (200, &json!("ok")));
    let health = service.health();
    assert_eq!((health.status.code(), health.stderr.as_slice()), (Some(0), &[][..]), "{health:?}");
    let id = service.start_audit();
    let failed = service.until(&id, "failed");
    assert!(failed["error"].as_str().is_some_and(|why| !why.is_empty()), "{failed}");
    service.kill();

    let service = Service::start(data.path(), &NOBODY);
    assert_eq!(service.get(&format!("/api/audit/status/{id}")).body, failed);
    service.terminate();
}

#[test]
fn a_service_that_does_not_answer_is_not_healthy() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (endpoint, code) in [(format!("http://{nobody}"), 2), ("nowhere".to_owned(), 1)] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_infraaudit"));
        let output = command.args(["health", "--url", &endpoint]).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert!(!output.stderr.is_empty(), "{output:?}");
    }
}

#[test]
fn what_was_running_goes_on_after_a_crash_and_after_a_stop() {
    let data = tempfile::tempdir().unwrap();
    let silence = Silence::new();
    let environment =
        [("AWS_ENDPOINT_URL", silence.endpoint.as_str()), ("INFRAAUDIT_CONCURRENT_AUDITS", "1")];
    let service = Service::start(data.path(), &environment);
    let (first, second) = (service.start_audit(), service.start_audit());
    service.until(&first, "running");
    service.until(&second, "queued");
    service.kill();

    // The lease of the process that died lasts a minute; the next one does not wait for it.
    let begun = Instant::now();
    let service = Service::start(data.path(), &environment);
    service.until(&first, "running");
    service.until(&second, "queued");
    assert!(begun.elapsed() < Duration::from_secs(20));
    let log = service.terminate();
    assert!(log.contains("stopping"), "{log}");

    let service = Service::start(data.path(), &NOBODY);
    for id in [&first, &second] {
        service.until(id, "failed");
    }
    service.terminate();
}

#[test]
fn audits_run_side_by_side() {
    let data = tempfile::tempdir().unwrap();
    let silence = Silence::new();
    let service = Service::start(data.path(), &[("AWS_ENDPOINT_URL", &silence.endpoint)]);
    let audits = [service.start_audit(), service.start_audit(), service.start_audit()];
    for id in &audits {
        service.until(id, "running");
    }
    service.kill();
}

#[test]
fn the_log_is_json_with_request_ids_and_without_secrets() {
    let data = tempfile::tempdir().unwrap();
    let silence = Silence::new();
    let environment = [
        ("INFRAAUDIT_LOG", "trace"),
        ("INFRAAUDIT_STRANGE", "x"),
        ("AWS_ENDPOINT_URL", &silence.endpoint),
    ];
    let service = Service::start(data.path(), &environment);
    let id = service.start_audit();
    service.until(&id, "running");
    let log = service.terminate();
    let lines: Vec<Value> =
        log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let answered = lines.iter().find(|line| line["status"] == 202).unwrap();
    assert_eq!(answered["span"]["request_id"].as_str().map(str::len), Some(36), "{answered}");
    assert!(log.contains("`INFRAAUDIT_STRANGE` is not a setting"), "{log}");
    for secret in [EXTERNAL_ID, "no-secret-of-anyone"] {
        assert!(!log.contains(secret), "{log}");
    }
    for line in log.lines().filter(|line| !line.starts_with('{')) {
        assert!(line.starts_with("listening") || line.starts_with("stopping"), "{line}");
    }
}

#[test]
fn a_token_closes_the_door() {
    let data = tempfile::tempdir().unwrap();
    let token = "a-token-of-decent-length";
    let service = Service::start(data.path(), &[("INFRAAUDIT_API_TOKEN", token)]);
    let body = json!({"account_id": "1"});
    assert_eq!(service.post("/api/audit/start", None, &body).status, 401);
    assert_eq!(service.post("/api/audit/start", Some("wrong"), &body).status, 401);
    assert_eq!(service.post("/api/audit/start", Some(token), &body).status, 422);
    let log = service.terminate();
    assert!(!log.contains(token), "{log}");
}
