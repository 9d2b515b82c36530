//! No route shows or changes what another tenant has.

use std::collections::BTreeSet;

use serde_json::json;

use crate::{
    cases::{self, Foreign},
    support::{Api, Said, registering},
};

#[tokio::test]
async fn no_route_knows_the_names_of_another_tenant() {
    let api = Api::new(registering(Said));
    let cases = cases::of(&api, "acme").await;

    // A route without a case fails here.
    let document = api.get("/openapi.json").await.json();
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "put", "post", "delete", "patch", "head", "options", "trace"] {
            if item.get(method).is_some() {
                documented.insert((method.to_uppercase(), path.clone()));
            }
        }
    }
    let tried = cases.iter().map(|case| (case.method.to_owned(), case.path.to_owned()));
    assert_eq!(tried.collect::<BTreeSet<_>>(), documented);

    let (before, started) = (api.rows("acme"), api.started.lock().unwrap().len());
    assert!(before.len() > 10, "{before:?}");
    for case in &cases {
        let name = format!("{} {}", case.method, case.uri);
        let answer = api.call_as("other", case.method, &case.uri, case.body.as_ref()).await;
        match case.foreign {
            Foreign::NotFound => drop(answer.problem(404, "not-found")),
            Foreign::Empty => {
                assert_eq!(answer.ok(200), json!({"items": [], "next_cursor": null}), "{name}");
            }
            Foreign::Own => assert_eq!(answer.status, 201, "{name}: {}", answer.text),
            Foreign::Public => assert_eq!(answer.status, 200, "{name}: {}", answer.text),
        }
        let secret = api.call_as("acme", "GET", "/api/accounts/111122223333", None).await.json();
        assert!(!answer.text.contains(secret["external_id"].as_str().unwrap()), "{name}");
        assert!(!answer.text.contains("arn:aws:s3"), "{name}");
        assert_eq!(api.rows("acme"), before, "{name} changed something");
    }
    assert_eq!(api.started.lock().unwrap().len(), started);
    assert!(api.aws.asked().is_empty(), "nobody's role was asked");
    assert!(api.iam.asked().is_empty(), "nobody's keys were read");
    assert_eq!(api.jobs.lock().unwrap().len(), 1, "one job, of the tenant itself");
}

#[tokio::test]
async fn every_route_knows_the_names_of_its_tenant() {
    let api = Api::new(registering(Said));
    for case in cases::of(&api, "acme").await {
        let answer = api.call_as("acme", case.method, &case.uri, case.body.as_ref()).await;
        let name = format!("{} {}: {}", case.method, case.uri, answer.text);
        assert!(answer.status.is_success(), "{name}");
        if case.foreign == Foreign::Empty {
            assert_ne!(answer.json()["items"], json!([]), "{name}");
        }
    }
}

#[tokio::test]
async fn a_cursor_of_another_tenant_leads_nowhere() {
    let api = Api::new(registering(Said));
    cases::of(&api, "acme").await;
    for list in ["/api/audits", "/api/findings"] {
        let page = api.call_as("acme", "GET", &format!("{list}?limit=1"), None).await.ok(200);
        let cursor = page["next_cursor"].as_str().unwrap();
        let uri = format!("{list}?limit=1&cursor={cursor}");
        assert!(api.call_as("acme", "GET", &uri, None).await.ok(200)["items"][0].is_object());
        let answer = api.call_as("other", "GET", &uri, None).await;
        assert_eq!(answer.ok(200), json!({"items": [], "next_cursor": null}), "{list}");
    }
}
