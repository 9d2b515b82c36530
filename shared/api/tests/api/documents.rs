//! What the API says of itself.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Value, json};

use crate::support::Api;

#[tokio::test]
async fn the_document_is_committed() {
    let document = Api::open().get("/openapi.json").await.json();
    let wanted = format!("{}\n", serde_json::to_string_pretty(&document).unwrap());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema/openapi.json");
    if fs::read_to_string(&file).is_ok_and(|found| found == wanted) {
        return;
    }
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, wanted).unwrap();
    panic!("docs/schema/openapi.json was not up to date and has been written: commit it");
}

#[tokio::test]
async fn the_document_names_every_route_and_problem() {
    let document = Api::open().get("/openapi.json").await.json();
    let start = &document["paths"]["/api/audit/start"]["post"];
    let statuses = |operation: &Value| {
        operation["responses"].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(
        statuses(start),
        ["202", "400", "401", "403", "404", "409", "413", "415", "422", "429", "503"]
    );
    let status = &document["paths"]["/api/audit/status/{audit_id}"]["get"];
    assert_eq!(statuses(status), ["200", "400", "401", "403", "404", "422", "429", "503"]);
    assert!(document["paths"]["/health"]["get"].is_object());

    let request = &document["components"]["schemas"]["StartRequest"];
    assert_eq!(request["required"], json!(["account_id"]));
    assert_eq!(request["additionalProperties"], json!(false));
    assert_eq!(request["properties"]["external_id"]["writeOnly"], json!(true));
    // An `ExternalId` comes in with an order, and goes out in one answer alone.
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let holding =
        schemas.iter().filter(|(_, schema)| schema.to_string().contains("\"external_id\""));
    let holding: Vec<&str> = holding.map(|(name, _)| name.as_str()).collect();
    assert_eq!(holding, ["Account", "StartRequest"]);
    let answers = document["paths"].to_string().matches("/schemas/Account\"").count();
    assert_eq!(answers, 2, "registering an account, and asking for one");
}

#[tokio::test]
async fn every_reference_in_the_document_leads_somewhere() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
                map.values().for_each(|value| references(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = Api::open().get("/openapi.json").await.json();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 20, "{found:?}");
    for reference in found {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn the_pages_need_no_internet() {
    let api = Api::open();
    for (uri, sign) in [("/docs", "SwaggerUIBundle("), ("/redoc", "Redoc.init(")] {
        let page = api.get(uri).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert!(page.text.contains(sign) && page.text.len() > 500_000, "{uri}");
        for load in ["<script src", "<link ", "@import url(http"] {
            assert!(!page.text.contains(load), "{uri} loads something: {load}");
        }
    }
}

#[tokio::test]
async fn health_says_the_version() {
    let health = Api::open().get("/health").await;
    assert_eq!(health.json(), json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}));
}

#[tokio::test]
async fn the_router_has_the_documented_routes_and_no_others() {
    let api = Api::open();
    let document = api.get("/openapi.json").await.json();
    let documented = document["paths"].as_object().unwrap();
    let source = include_str!("../../src/routes.rs");
    let routed = source.split(".route(\"").skip(1).filter_map(|rest| rest.split('"').next());
    assert_eq!(routed.collect::<BTreeSet<_>>(), documented.keys().map(String::as_str).collect());
    for (path, item) in documented {
        let answer = api.call("QUERY", &path.replace(['{', '}'], ""), None).await;
        answer.problem(405, "method-not-allowed");
        let allowed = answer.header("allow").split(',').filter(|method| *method != "HEAD");
        let methods = item.as_object().unwrap().keys().map(|method| method.to_uppercase());
        let allowed: BTreeSet<_> = allowed.map(str::to_owned).collect();
        assert_eq!(allowed, methods.collect(), "{path}");
    }
}
