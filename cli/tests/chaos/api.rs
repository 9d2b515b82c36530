//! Asking the API's function, for one tenant or another.

use std::{thread, time::Duration};

use serde_json::{Value, json};

use crate::support::Functions;

/// Sends a request as a tenant's user, again where there were too many.
fn request(functions: &Functions, tenant: &str, path: &str, body: Option<&Value>) -> Value {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    loop {
        let by_tenant = |event: &mut Value| {
            event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] = tenant.into();
            event["rawQueryString"] = query.into();
            event.as_object_mut().expect("an event").remove("queryStringParameters");
        };
        let (code, answer) = match body {
            Some(body) => functions.post(path, body, by_tenant),
            None => functions.request("api-status.json", |event| {
                event["rawPath"] = path.into();
                event["requestContext"]["http"]["path"] = path.into();
                by_tenant(event);
            }),
        };
        match code {
            429 => thread::sleep(Duration::from_millis(300)),
            200..300 => return answer,
            _ => panic!("{path}: {code} {answer}"),
        }
    }
}

/// Registers an account for audits in some regions, and answers the `ExternalId` of its role.
pub(crate) fn register(
    functions: &Functions,
    tenant: &str,
    account: &str,
    regions: &[&str],
) -> String {
    let body = json!({"account_id": account, "regions": regions});
    let answer = request(functions, tenant, "/api/accounts", Some(&body));
    answer["external_id"].as_str().expect("an ExternalId").to_owned()
}

/// Asks for an audit and answers its id.
pub(crate) fn start(functions: &Functions, tenant: &str, account: &str) -> String {
    let body = json!({"account_id": account});
    let answer = request(functions, tenant, "/api/audit/start", Some(&body));
    answer["audit_id"].as_str().expect("an id").to_owned()
}

/// An audit with all its findings, fewer than a page holds.
pub(crate) fn status(functions: &Functions, tenant: &str, id: &str) -> Value {
    let status = request(functions, tenant, &format!("/api/audit/status/{id}"), None);
    assert_eq!(status["findings"]["next_cursor"], Value::Null, "a page is too small");
    status
}

/// All problems of an account that are or were followed, fewer than a page holds.
pub(crate) fn problems(functions: &Functions, tenant: &str, account: &str) -> Vec<Value> {
    let path =
        format!("/api/accounts/{account}/findings?state=new,open,reopened,resolved&limit=1000");
    let page = request(functions, tenant, &path, None);
    assert_eq!(page["next_cursor"], Value::Null, "a page is too small");
    page["items"].as_array().expect("items").clone()
}
