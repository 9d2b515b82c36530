//! Answers stay below what Lambda sends, whatever `limit` says.

use domain::{AuditId, Finding, ReceiptOutcome, Severity, Tenant, Verdict};
use serde_json::{Value, json};

use crate::{
    support::{ACCOUNT, Answer, Api},
    work::{end, finding, report},
};

/// What Lambda sends at most: *Lambda quotas*, "Invocation payload (request and response)".
const MOST: usize = 6_000_000;

/// Findings whose evidence and ARN are full of what takes two bytes in a string.
fn long(verdict: Verdict) -> Vec<Finding> {
    let names = (0..300).map(|number| format!("{number}-{}", "\\\"가".repeat(2_000)));
    names.map(|name| finding(&name, verdict, Severity::High)).collect()
}

/// How much Lambda's runtime sends of an answer.
fn sent(answer: &Answer) -> usize {
    let headers = answer.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 8);
    serde_json::to_string(&answer.text).unwrap().len() + headers.sum::<usize>() + 200
}

async fn ended(api: &Api, findings: Vec<Finding>) -> String {
    let body = json!({ "account_id": ACCOUNT });
    let id = api.start(&body).await.ok(202)["audit_id"].as_str().unwrap().to_owned();
    let audit: AuditId = id.parse().unwrap();
    end(&api.store, &Tenant::local(), audit, &report(findings, ReceiptOutcome::Done)).await;
    id
}

#[tokio::test]
async fn a_page_is_as_long_as_an_answer_may_be_and_no_longer() {
    let api = Api::registered();
    api.register(ACCOUNT).await;
    let before = ended(&api, long(Verdict::Pass)).await;
    let after = ended(&api, long(Verdict::Fail)).await;
    let all = |list: &Value| -> Vec<String> {
        let items = list["items"].as_array().unwrap();
        items.iter().map(|item| item["fingerprint"].as_str().unwrap().to_owned()).collect()
    };
    for (path, list) in [
        (format!("/api/audits/{after}/findings?limit=1000"), ""),
        (format!("/api/audit/status/{after}?limit=1000"), "/findings"),
        (format!("/api/accounts/{ACCOUNT}/diff?from={before}&to={after}&limit=1000"), "/changes"),
    ] {
        let (mut seen, mut pages, mut cursor) = (Vec::new(), 0, String::new());
        loop {
            let answer = api.get(&format!("{path}{cursor}")).await;
            assert!(sent(&answer) <= MOST, "{path}: {}", sent(&answer));
            let page = answer.ok(200);
            let page = page.pointer(list).unwrap();
            seen.extend(all(page));
            pages += 1;
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert!((2..20).contains(&pages), "{path}: {pages}");
        let count = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((seen.len(), count), (300, 300), "{path}: each once");
    }
}
