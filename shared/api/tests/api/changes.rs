//! What is different between two audits.

use domain::{AuditId, Finding, ReceiptOutcome, Severity, Tenant, Verdict};
use serde_json::{Value, json};

use crate::{
    support::{ACCOUNT, Api, fields},
    work::{end, finding, report},
};

const DIFF: &str = "/api/accounts/111122223333/diff";

async fn audited(
    api: &Api,
    order: &Value,
    found: Vec<Finding>,
    outcome: ReceiptOutcome,
) -> AuditId {
    let id: AuditId = api.start(order).await.ok(202)["audit_id"].as_str().unwrap().parse().unwrap();
    end(&api.store, &Tenant::local(), id, &report(found, outcome)).await;
    id
}

fn order() -> Value {
    json!({"account_id": ACCOUNT})
}

/// What changed, as `name:kind`.
fn changes(diff: &Value) -> Vec<String> {
    let items = diff["changes"]["items"].as_array().unwrap();
    let name = |item: &Value| item["resource"].as_str().unwrap().replace("arn:aws:s3:::", "");
    items
        .iter()
        .map(|item| format!("{}:{}", name(item), item["change"].as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn two_audits_are_compared_by_fingerprint() {
    let api = Api::registered();
    api.register(ACCOUNT).await;
    let fail = |name, severity| finding(name, Verdict::Fail, severity);
    let before = vec![
        fail("worse", Severity::Low),
        fail("same", Severity::High),
        fail("passes", Severity::Critical),
        fail("gone", Severity::Medium),
        fail("unread", Severity::High),
        fail("by-hand", Severity::Low),
        finding("becomes", Verdict::Pass, Severity::High),
        finding("was-unread", Verdict::Unknown, Severity::Low),
        finding("fine", Verdict::Pass, Severity::Low),
    ];
    let after = vec![
        fail("worse", Severity::High),
        fail("same", Severity::High),
        finding("passes", Verdict::Pass, Severity::Critical),
        finding("unread", Verdict::Unknown, Severity::High),
        finding("by-hand", Verdict::Manual, Severity::Low),
        fail("becomes", Severity::High),
        fail("was-unread", Severity::Low),
        fail("fresh", Severity::Critical),
        finding("fine", Verdict::Pass, Severity::Low),
    ];
    let from = audited(&api, &order(), before, ReceiptOutcome::Done).await;
    let to = audited(&api, &order(), after, ReceiptOutcome::Done).await;
    let diff = api.get(&format!("{DIFF}?from={from}&to={to}")).await.ok(200);
    let expected = [
        "fresh:new",
        "becomes:new",
        "was-unread:new",
        "worse:severity_changed",
        "unread:unknown_now",
        "by-hand:unknown_now",
        "passes:resolved",
        "gone:resolved",
        "same:still_failing",
    ];
    assert_eq!(changes(&diff), expected);
    assert_eq!(
        diff["counts"],
        json!({
            "new": 3, "severity_changed": 1, "unknown_now": 2, "resolved": 2, "still_failing": 1,
        })
    );
    let worse = &diff["changes"]["items"][3];
    assert_eq!((&worse["severity_before"], &worse["severity"]), (&json!("low"), &json!("high")));
    assert_eq!(diff["changes"]["items"][0]["severity_before"], Value::Null);
    assert_eq!((&diff["from"], &diff["to"]), (&json!(from.to_string()), &json!(to.to_string())));

    let other = format!("/api/accounts/111122223333/findings/diff?from={from}&to={to}");
    assert_eq!(api.get(&other).await.ok(200), diff);
    let resolved = api.get(&format!("{DIFF}?from={from}&to={to}&change=resolved")).await.ok(200);
    assert_eq!(changes(&resolved), ["passes:resolved", "gone:resolved"]);
    assert_eq!(resolved["counts"], diff["counts"]);
    let mut paged = Vec::new();
    let mut uri = format!("{DIFF}?from={from}&to={to}&limit=4");
    loop {
        let page = api.get(&uri).await.ok(200);
        paged.extend(changes(&page));
        let Some(cursor) = page["changes"]["next_cursor"].as_str() else { break };
        uri = format!("{DIFF}?from={from}&to={to}&limit=4&cursor={cursor}");
    }
    assert_eq!(paged, expected);
    let same = api.get(&format!("{DIFF}?from={to}&to={to}")).await.ok(200);
    assert_eq!((&same["counts"]["still_failing"], &same["counts"]["new"]), (&json!(5), &json!(0)));
}

/// Results of many chunks, and of names that are read in parts.
#[tokio::test]
async fn large_results_are_compared_as_small_ones() {
    const COUNT: usize = 18_000;
    let api = Api::open();
    let severity = |number: usize| Severity::ALL[number / 5 % 4];
    let found = |number: usize, verdict: usize, severity| {
        // Every fifth is not there.
        let verdict = *Verdict::ALL.get(verdict)?;
        Some(finding(&format!("{number:05}"), verdict, severity))
    };
    // The few that fail, and many that do not.
    let before = |number: usize| match number % 9 {
        0..3 => found(number, 0, severity(number)),
        kind => found(number, kind, severity(number)),
    };
    let after = |number: usize| match number % 7 {
        0 => found(number, 0, severity(number)),
        1 => found(number, 0, severity(number + 5)),
        kind => found(number, kind, severity(number)),
    };
    let failing = |finding: &Option<Finding>| {
        finding.as_ref().filter(|one| one.verdict == Verdict::Fail).map(|one| one.severity)
    };
    let mut expected: Vec<_> = (0..COUNT)
        .filter_map(|number| {
            let (before, after) = (before(number), after(number));
            let kind = match (failing(&before), failing(&after)) {
                (None, None) => return None,
                (None, Some(_)) => "new",
                (Some(before), Some(after)) if before != after => "severity_changed",
                (Some(_), Some(_)) => "still_failing",
                (Some(_), None) => match after.map(|after| after.verdict) {
                    Some(Verdict::Unknown | Verdict::Manual) => "unknown_now",
                    _ => "resolved",
                },
            };
            Some(format!("{number:05}:{kind}"))
        })
        .collect();
    let (from, to) = ((0..COUNT).filter_map(before), (0..COUNT).filter_map(after));
    let from = audited(&api, &order(), from.collect(), ReceiptOutcome::Done).await;
    let to = audited(&api, &order(), to.collect(), ReceiptOutcome::Done).await;
    let (mut found, mut uri) = (Vec::new(), format!("{DIFF}?from={from}&to={to}&limit=1000"));
    loop {
        let page = api.get(&uri).await.ok(200);
        found.extend(changes(&page));
        for kind in ["new", "severity_changed", "unknown_now", "resolved", "still_failing"] {
            let count = expected.iter().filter(|one| one.ends_with(&format!(":{kind}"))).count();
            assert!(count > 100 && page["counts"][kind] == count, "{kind}: {count}");
        }
        let Some(cursor) = page["changes"]["next_cursor"].as_str() else { break };
        uri = format!("{DIFF}?from={from}&to={to}&limit=1000&cursor={cursor}");
    }
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn what_was_not_read_is_not_resolved() {
    let api = Api::open();
    let fails = || vec![finding("a", Verdict::Fail, Severity::High)];
    let from = audited(&api, &order(), fails(), ReceiptOutcome::Done).await;
    let gap = audited(&api, &order(), Vec::new(), ReceiptOutcome::Denied).await;
    let other_check = json!({"account_id": ACCOUNT, "checks": ["iam_root_mfa"]});
    let other_check = audited(&api, &other_check, Vec::new(), ReceiptOutcome::Done).await;
    let elsewhere = json!({"account_id": ACCOUNT, "regions": ["us-east-1"]});
    let elsewhere = audited(&api, &elsewhere, Vec::new(), ReceiptOutcome::Done).await;
    for to in [gap, other_check, elsewhere] {
        let diff = api.get(&format!("{DIFF}?from={from}&to={to}")).await.ok(200);
        assert_eq!(changes(&diff), ["a:unknown_now"]);
    }
    let here =
        json!({"account_id": ACCOUNT, "regions": ["eu-west-1"], "checks": ["s3_encryption"]});
    let to = audited(&api, &here, Vec::new(), ReceiptOutcome::Done).await;
    let diff = api.get(&format!("{DIFF}?from={from}&to={to}")).await.ok(200);
    assert_eq!(changes(&diff), ["a:resolved"]);
}

#[tokio::test]
async fn two_audits_with_results_of_the_account_are_needed() {
    let api = Api::open();
    let id = audited(&api, &order(), Vec::new(), ReceiptOutcome::Done).await;
    let other = json!({"account_id": "444455556666"});
    let other = audited(&api, &other, Vec::new(), ReceiptOutcome::Done).await;
    let queued = api.start(&order()).await.ok(202)["audit_id"].as_str().unwrap().to_owned();
    let ask = async |query: String| api.get(&format!("{DIFF}?{query}")).await;
    let wrong = async |query: String| fields(&ask(query).await.problem(422, "invalid-fields"));
    assert_eq!(wrong(String::new()).await, ["from", "to"]);
    assert_eq!(wrong(format!("from={id}&to=x&change=none")).await, ["to", "change"]);
    for cursor in ["x", "d2-", "d2--1", "d2-99999999999999999999999"] {
        assert_eq!(wrong(format!("from={id}&to={id}&cursor={cursor}")).await, ["cursor"]);
    }
    let far = ask(format!("from={id}&to={id}&cursor=d2-{}", usize::MAX)).await.ok(200);
    assert_eq!(far["changes"], json!({"items": [], "next_cursor": null}));
    ask(format!("from={id}&to={other}")).await.problem(404, "not-found");
    ask(format!("from={other}&to={id}")).await.problem(404, "not-found");
    let nobody = "0192f0c1-2b3c-7def-8123-456789abcdef";
    ask(format!("from={nobody}&to={id}")).await.problem(404, "not-found");
    let problem = ask(format!("from={id}&to={queued}")).await.problem(409, "conflict");
    assert_eq!(problem["audit_id"], queued);
}
