//! Who is let in, and what they see.

use api::Token;
use axum::{body::Body, http::Request};

use crate::{
    cases::{self, Foreign},
    support::{Answer, Api, Said, anyone, order, registering, request, start},
};

const TOKEN: &str = "a-token-of-decent-length";

#[tokio::test]
async fn a_token_is_asked_for() {
    let api = Api::new(anyone(Token::new(TOKEN).unwrap()));
    let with = async |header: Option<&str>| {
        let mut request = start(order().to_string());
        if let Some(value) = header {
            request.headers_mut().insert("authorization", value.parse().unwrap());
        }
        api.send(request).await
    };
    for right in [format!("Bearer {TOKEN}"), format!("bearer  {TOKEN} ")] {
        assert_eq!(with(Some(&right)).await.status, 202);
    }
    let wrong = format!("Bearer {TOKEN}x");
    let basic = format!("Basic {TOKEN}");
    for header in
        [None, Some(""), Some("Bearer"), Some("Bearer "), Some(&*wrong), Some(&*basic), Some(TOKEN)]
    {
        let answer = with(header).await;
        answer.problem(401, "unauthorized");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        assert!(!answer.text.contains(TOKEN));
    }
    let status = api.get("/api/audit/status/0192f0c1-2b3c-7def-8123-456789abcdef").await;
    status.problem(401, "unauthorized");
    assert_eq!(api.started.lock().unwrap().len(), 2);
}

/// The routes that need no token. `cli/tests/standin/test_rules.py` compares the deployment's routes with the same list.
const OPEN: &str = include_str!("../../open-routes.txt");

#[tokio::test]
async fn open_are_the_listed_routes_and_no_others() {
    let api = Api::new(anyone(Token::new(TOKEN).unwrap()));
    for open in OPEN.lines() {
        assert_ne!(api.get(open).await.status, 401, "{open}");
    }
    for open in ["/health", "/openapi.json", "/docs", "/redoc"] {
        assert_eq!(api.get(open).await.status, 200, "{open}");
    }
    let document = api.get("/openapi.json").await.json();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let uri = path.replace(['{', '}'], "");
            let request = Request::builder().method(method.to_uppercase().as_str()).uri(uri);
            let status = api.send(request.body(Body::empty()).unwrap()).await.status;
            assert_eq!(
                status != 401,
                OPEN.lines().any(|open| open == path),
                "{method} {path}: {status}"
            );
        }
    }
}

#[tokio::test]
async fn without_a_token_only_this_machine_is_answered() {
    let api = Api::open();
    let with = async |host: &str| {
        let mut request = start(order().to_string());
        request.headers_mut().insert("host", host.parse().unwrap());
        api.send(request).await
    };
    for here in ["localhost", "LOCALHOST:8000", "127.0.0.1:8000", "127.9.9.9", "[::1]:8000"] {
        assert_eq!(with(here).await.status, 202, "{here}");
    }
    for there in ["evil.example", "localhost.evil.example:8000", "192.0.2.1", "", "a b", "[::]"] {
        with(there).await.problem(403, "forbidden");
    }
}

#[test]
fn a_short_token_is_no_token() {
    assert!(Token::new("").is_none());
    assert!(Token::new("fifteen--bytes-").is_none());
    let token = Token::new("sixteen--bytes--").unwrap();
    assert_eq!(format!("{token:?}"), "Token(…)");
}

async fn as_tenant(api: &Api, tenant: &str, mut request: Request<Body>) -> Answer {
    request.headers_mut().insert("tenant", tenant.parse().unwrap());
    api.send(request).await
}

#[tokio::test]
async fn a_tenant_does_not_find_the_audits_of_another() {
    let api = Api::new(anyone(Said));
    let started = as_tenant(&api, "acme", start(order().to_string())).await;
    let id = started.json()["audit_id"].as_str().unwrap().to_owned();
    let status = || Request::get(format!("/api/audit/status/{id}")).body(Body::empty()).unwrap();
    assert_eq!(as_tenant(&api, "acme", status()).await.status, 200);
    as_tenant(&api, "other", status()).await.problem(404, "not-found");
    as_tenant(&api, "nobody", status()).await.problem(403, "forbidden");
    let later = as_tenant(&api, "later", status()).await;
    later.problem(503, "unavailable");
    assert_eq!(later.header("retry-after"), "5");
    api.send(status()).await.problem(401, "unauthorized");
}

/// What the description says of each route is what the route asks for.
#[tokio::test]
async fn a_scope_opens_the_routes_that_are_described_with_it_and_no_other() {
    let scopes = ["read", "write", "admin"];
    let api = Api::new(registering(Said));
    let document = api.get("/openapi.json").await.json();
    let mut asked = [0; 3];
    for scope in scopes.iter().rev() {
        let api = Api::new(registering(Said));
        for case in cases::of(&api, "acme").await {
            if case.foreign == Foreign::Public {
                continue;
            }
            let name = format!("{scope}: {} {}", case.method, case.path);
            let route = &document["paths"][case.path][case.method.to_lowercase()];
            let needed = route["security"][1]["bearer"][0].as_str().unwrap();
            let place = |scope: &str| scopes.iter().position(|one| *one == scope).unwrap();
            let before = api.rows("acme");
            let mut request = request(case.method, &case.uri, case.body.as_ref());
            request.headers_mut().insert("scopes", scope.parse().unwrap());
            let answer = as_tenant(&api, "acme", request).await;
            if place(scope) >= place(needed) {
                // What was not deleted is still registered.
                let is_let_in = answer.status.is_success() || answer.status == 409;
                assert!(is_let_in, "{name}: {}", answer.text);
            } else {
                let problem = answer.problem(403, "forbidden");
                let detail = format!("the token lacks the scope `{needed}`");
                assert_eq!(problem["detail"], detail, "{name}");
                assert_eq!(api.rows("acme"), before, "{name} changed something");
            }
            asked[place(needed)] += 1;
            // Deleting and suppressing need more than reading; what changes nothing needs no more.
            let least = match (case.method, case.path) {
                ("GET", _) => "read",
                ("DELETE", _) | (_, "/api/suppressions") => "admin",
                _ => "write",
            };
            assert_eq!(needed, least, "{name}");
        }
    }
    assert!(asked.iter().all(|routes| *routes >= 9), "{asked:?}");
}
