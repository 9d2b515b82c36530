//! Findings, unfinished audits and known accounts.

use domain::{AuditState, Finding, Order, Severity, Tenant, Verdict};
use store::{End, Fence, Filter, KnownAccount, PageError, PageRequest, Store};

use super::{claimed, created, judged, page};
use crate::samples::{at, audit, audit_of, complete, finding, tenant};

pub(crate) async fn findings_come_in_pages(store: &dyn Store) {
    let audit = audit(&tenant());
    let names: Vec<String> = (0..25).map(|index| format!("bucket-{index:02}")).collect();
    let each = names.iter().map(|name| finding(name, Verdict::Fail, Severity::Low)).collect();
    judged(store, &audit, &complete(each)).await;

    for limit in [1, 10, 24, 25, 26, 1000, u16::MAX, 0] {
        let (mut seen, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let request = page(cursor.as_deref(), limit);
            let found =
                store.findings(&audit.tenant, audit.id, Filter::default(), request).await.unwrap();
            assert!(found.items.len() <= usize::from(limit.max(1)), "{limit}");
            seen.extend(found.items.iter().map(bucket));
            cursor = found.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, names, "{limit}");
    }
}

pub(crate) async fn findings_are_filtered(store: &dyn Store) {
    let audit = audit(&tenant());
    let report = complete(vec![
        finding("a", Verdict::Fail, Severity::Critical),
        finding("b", Verdict::Fail, Severity::Medium),
        finding("c", Verdict::Unknown, Severity::High),
        finding("d", Verdict::Pass, Severity::Critical),
        finding("e", Verdict::Fail, Severity::High),
    ]);
    judged(store, &audit, &report).await;
    let found = async |verdict, severity, request| {
        let filter = Filter { verdict, severity };
        let page = store.findings(&audit.tenant, audit.id, filter, request).await.unwrap();
        (page.items.iter().map(bucket).collect::<Vec<_>>(), page.next_cursor)
    };
    let all = PageRequest::FIRST;
    assert_eq!(found(Some(Verdict::Fail), None, all).await.0, ["a", "b", "e"]);
    assert_eq!(found(None, Some(Severity::High), all).await.0, ["a", "c", "d", "e"]);
    assert_eq!(found(Some(Verdict::Manual), None, all).await, (Vec::new(), None));

    let (first, cursor) = found(Some(Verdict::Fail), Some(Severity::High), page(None, 1)).await;
    assert_eq!(first, ["a"]);
    let next = page(cursor.as_deref(), 1);
    let last = found(Some(Verdict::Fail), Some(Severity::High), next).await;
    assert_eq!(last, (vec!["e".to_owned()], None));
}

pub(crate) async fn a_strange_cursor_is_refused(store: &dyn Store) {
    let audit = audit(&tenant());
    let report = complete(vec![
        finding("a", Verdict::Fail, Severity::High),
        finding("b", Verdict::Fail, Severity::High),
    ]);
    judged(store, &audit, &report).await;
    let findings = async |cursor| {
        let request = page(Some(cursor), 1);
        store.findings(&audit.tenant, audit.id, Filter::default(), request).await
    };
    let account = &audit.order.account_id;
    let alerts = store.alerts(&audit.tenant, account, page(None, 1)).await.unwrap();
    for strange in ["", "1", "zzzz", "é", "ZjE6LTE", &alerts.next_cursor.unwrap()] {
        let refused = findings(strange).await.unwrap_err();
        assert!(matches!(&refused, PageError::Cursor(_)), "{strange}: {refused}");
        let refused = store.unfinished(page(Some(strange), 1)).await;
        assert!(matches!(refused, Err(PageError::Cursor(_))), "{strange}");
    }
}

pub(crate) async fn unfinished_audits_are_counted_and_listed(store: &dyn Store) {
    let tenant = tenant();
    let mut audits = Vec::new();
    for _ in 0..5 {
        audits.push(created(store, &tenant).await);
    }
    let running = claimed(store, &audits[1], 1).await;
    let ending = claimed(store, &audits[2], 1).await;
    let end = End::Failed { error: "no way in" };
    assert_eq!(store.finish(&ending, at(2), end).await.unwrap(), Fence::Held);

    let expected = [&audits[0], &running, &audits[3], &audits[4]];
    assert_eq!(store.waiting(&tenant, 100).await.unwrap(), 4);
    assert_eq!(store.waiting(&tenant, 3).await.unwrap(), 3);
    assert_eq!(store.waiting(&crate::samples::tenant(), 3).await.unwrap(), 0);

    let (mut seen, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let found = store.unfinished(page(cursor.as_deref(), 3)).await.unwrap();
        seen.extend(found.items.into_iter().filter(|audit| audit.tenant == tenant));
        cursor = found.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen.iter().collect::<Vec<_>>(), expected);
    assert!(seen.iter().all(|audit| !audit.state.is_final()), "{:?}", AuditState::ALL);
}

pub(crate) async fn a_result_makes_the_account_known(store: &dyn Store) {
    let tenant = tenant();
    let failed = created(store, &tenant).await;
    assert_eq!(accounts(store, &tenant, 1000).await, []);
    let held = claimed(store, &failed, 1).await;
    let end = End::Failed { error: "no way in" };
    assert_eq!(store.finish(&held, at(2), end).await.unwrap(), Fence::Held);
    assert_eq!(accounts(store, &tenant, 1000).await, [], "what did not work is not repeated");

    let worked = audit(&tenant);
    judged(store, &worked, &complete(Vec::new())).await;
    let order = Order { checks: Vec::new(), ..worked.order };
    assert_eq!(
        accounts(store, &tenant, 1000).await,
        [KnownAccount { tenant: tenant.clone(), order }]
    );
}

pub(crate) async fn the_newest_way_in_is_remembered(store: &dyn Store) {
    let tenant = tenant();
    let with_role = |name: &str| {
        let mut audit = audit(&tenant);
        audit.order.role_name = name.parse().unwrap();
        audit
    };
    let (late, first, second) = (with_role("Late"), with_role("First"), with_role("Second"));
    for audit in [&first, &second, &late] {
        judged(store, audit, &complete(Vec::new())).await;
    }
    let known = accounts(store, &tenant, 1000).await;
    let roles: Vec<_> = known.iter().map(|known| known.order.role_name.as_str()).collect();
    assert_eq!(roles, ["Second"], "`Late` was asked for before the others");
}

pub(crate) async fn accounts_come_in_pages(store: &dyn Store) {
    let tenant = tenant();
    let ids: Vec<String> = (0..5).map(|index| format!("{index}00000000000")).collect();
    for id in ids.iter().rev() {
        judged(store, &audit_of(&tenant, id), &complete(Vec::new())).await;
    }
    let known = accounts(store, &tenant, 2).await;
    assert_eq!(known.iter().map(|known| known.account().as_str()).collect::<Vec<_>>(), ids);
}

/// The known accounts of a tenant, read in pages of `limit`.
async fn accounts(store: &dyn Store, tenant: &Tenant, limit: u16) -> Vec<KnownAccount> {
    let (mut seen, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let found = store.accounts(page(cursor.as_deref(), limit)).await.unwrap();
        seen.extend(found.items.into_iter().filter(|known| known.tenant == *tenant));
        cursor = found.next_cursor;
        if cursor.is_none() {
            return seen;
        }
    }
}

fn bucket(finding: &Finding) -> String {
    finding.resource.arn.trim_start_matches("arn:aws:s3:::").to_owned()
}
