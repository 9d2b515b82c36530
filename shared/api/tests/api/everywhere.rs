//! What is wrong now: in one account and in all of them.

use domain::{AuditId, Finding, ReceiptOutcome, Severity, Tenant, Verdict};
use serde_json::{Value, json};

use crate::{
    support::{ACCOUNT, Api, fields},
    work::{end, finding, report},
};

/// Audits an account, which finds these problems and ends a minute after the epoch and some more.
async fn audited(api: &Api, account: &str, found: &[(&str, Severity)], minutes: u64) -> AuditId {
    let started = api.start(&json!({"account_id": account})).await.ok(202);
    let id: AuditId = started["audit_id"].as_str().unwrap().parse().unwrap();
    let fail = |(name, severity): &(&str, Severity)| finding(name, Verdict::Fail, *severity);
    let findings: Vec<Finding> = found.iter().map(fail).collect();
    let mut report = report(findings, ReceiptOutcome::Done);
    report.finished_at += std::time::Duration::from_mins(minutes);
    end(&api.store, &Tenant::local(), id, &report).await;
    id
}

/// Has the store say that a problem is resolved.
fn resolve(api: &Api, name: &str) {
    let resolved = "UPDATE items SET body = json_set(body, '$.state', 'resolved', '$.resolved_at', \
                    '1970-01-01T00:01:00Z') WHERE kind = 'finding' \
                    AND json_extract(body, '$.resource') = 'arn:aws:s3:::' || ?1";
    assert_eq!(api.database().execute(resolved, [name]).unwrap(), 1);
}

fn names(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    let mut names: Vec<_> = items
        .iter()
        .map(|item| item["resource"].as_str().unwrap().replace("arn:aws:s3:::", ""))
        .collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn the_current_state_of_an_account_is_told() {
    let api = Api::registered();
    api.register(ACCOUNT).await;
    let list = async |query: &str| {
        api.get(&format!("/api/accounts/111122223333/findings{query}")).await.ok(200)
    };
    assert_eq!(list("").await, json!({"items": [], "next_cursor": null}));
    let all = [("a", Severity::High), ("b", Severity::Low), ("c", Severity::Critical)];
    let first = audited(&api, ACCOUNT, &all, 1).await;
    audited(&api, ACCOUNT, &[("a", Severity::High)], 60).await;
    resolve(&api, "c");
    for (query, expected) in [
        ("", "ab"),
        ("?state=resolved", "c"),
        ("?state=new,open,reopened,resolved", "abc"),
        ("?severity=high", "a"),
        ("?state=open", ""),
    ] {
        assert_eq!(names(&list(query).await).concat(), expected, "{query}");
    }
    let a = &list("?severity=high").await["items"][0];
    assert_eq!((&a["account_id"], &a["state"]), (&json!(ACCOUNT), &json!("new")));
    assert_eq!(a["audit_id"], first.to_string());
    assert_eq!(
        (&a["first_seen"], &a["last_seen"]),
        (&json!("1970-01-01T00:00:00Z"), &json!("1970-01-01T01:01:00Z"))
    );
    for inner in ["tenant", "version", "place"] {
        assert_eq!(a.get(inner), None, "{inner}");
    }
    // What the last audit does not tell of was last seen when it last changed.
    let b = list("").await["items"].as_array().unwrap().clone();
    let b = b.iter().find(|item| item["resource"] == "arn:aws:s3:::b").unwrap().clone();
    assert_eq!(b["last_seen"], "1970-01-01T00:00:00Z");
    let answer =
        api.get("/api/accounts/111122223333/findings?state=gone&severity=x&limit=&y=").await;
    let wrong = fields(&answer.problem(422, "invalid-fields"));
    assert_eq!(wrong, ["state", "severity", "limit", "y"]);
}

#[tokio::test]
async fn problems_of_all_accounts_are_walked_through() {
    let api = Api::registered();
    let accounts = ["000000000001", "000000000002", "000000000003", "000000000004", "000000000005"];
    for account in accounts {
        api.register(account).await;
    }
    // The second has none, and the fourth is deleted.
    for (account, names) in [(0, "abc"), (2, "de"), (3, "x"), (4, "f")] {
        let found: Vec<_> = names.split("").filter(|name| !name.is_empty()).collect();
        let found: Vec<_> = found.iter().map(|name| (*name, Severity::Medium)).collect();
        audited(&api, accounts[account], &found, 1).await;
    }
    api.call("DELETE", "/api/accounts/000000000004", None).await.ok(200);
    for limit in [1, 2, 3, 1000] {
        let mut seen = Vec::new();
        let mut uri = format!("/api/findings?limit={limit}");
        for page in 0.. {
            assert!(page < 10, "it does not end: {seen:?}");
            let page = api.get(&uri).await.ok(200);
            assert!(page["items"].as_array().unwrap().len() <= limit);
            seen.extend(names(&page));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            uri = format!("/api/findings?limit={limit}&cursor={cursor}");
        }
        seen.sort_unstable();
        assert_eq!(seen.concat(), "abcdef", "{limit} a page");
    }
    let of = async |query: &str| {
        names(&api.get(&format!("/api/findings{query}")).await.ok(200)).concat()
    };
    assert_eq!(of("?account=000000000003").await, "de");
    assert_eq!(of("?account=000000000002").await, "");
    assert_eq!(of("?severity=high").await, "");
    resolve(&api, "e");
    assert_eq!(of("").await, "abcdf");
    assert_eq!(of("?state=resolved").await, "e");

    for (query, wrong) in [
        (
            "state=&severity=x&account=1&limit=0&z",
            vec!["state", "severity", "account", "limit", "z"],
        ),
        ("cursor=zzzz", vec!["cursor"]),
        ("cursor=000000000001.zzzz", vec!["cursor"]),
        ("cursor=000000000001.&account=000000000002", vec!["cursor"]),
    ] {
        let answer = api.get(&format!("/api/findings?{query}")).await;
        assert_eq!(fields(&answer.problem(422, "invalid-fields")), wrong, "{query}");
    }
}

#[tokio::test]
async fn without_registration_an_audited_account_is_known() {
    let api = Api::open();
    let uri = "/api/accounts/111122223333/findings";
    api.get(uri).await.problem(404, "not-found");
    audited(&api, ACCOUNT, &[("a", Severity::High)], 1).await;
    assert_eq!(names(&api.get(uri).await.ok(200)), ["a"]);
    assert_eq!(names(&api.get("/api/findings?account=111122223333").await.ok(200)), ["a"]);
}
