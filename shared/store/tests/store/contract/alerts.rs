//! Alerts: once per problem, again when it comes back.

use domain::{Alert, Audit, Finding, Severity, Tenant, Verdict};
use jiff::Timestamp;
use store::{PageRequest, Store};

use super::{judged, page};
use crate::samples::{ACCOUNT, at, audit, complete, finding, tenant};

fn high(name: &str, verdict: Verdict) -> Finding {
    finding(name, verdict, Severity::High)
}

async fn raised(store: &dyn Store, tenant: &Tenant) -> Vec<Alert> {
    let account = ACCOUNT.parse().unwrap();
    store.alerts(tenant, &account, PageRequest::FIRST).await.unwrap().items
}

async fn raised_by(store: &dyn Store, tenant: &Tenant) -> Vec<(domain::AuditId, Timestamp)> {
    raised(store, tenant).await.into_iter().map(|one| (one.audit_id, one.first_seen)).collect()
}

/// An audit that ends at a time with these findings.
async fn audited(store: &dyn Store, audit: &Audit, finished: u64, findings: Vec<Finding>) {
    let mut report = complete(findings);
    report.finished_at = at(finished);
    judged(store, audit, &report).await;
}

pub(crate) async fn an_alert_is_raised_once(store: &dyn Store) {
    let tenant = tenant();
    let (first, second) = (audit(&tenant), audit(&tenant));
    let medium = finding("medium", Verdict::Fail, Severity::Medium);
    audited(store, &first, 10, vec![high("a", Verdict::Fail), medium]).await;
    audited(store, &second, 20, vec![high("a", Verdict::Fail), high("b", Verdict::Pass)]).await;

    let alerts = raised(store, &tenant).await;
    let [alert] = alerts.as_slice() else { panic!("one problem, one alert: {alerts:?}") };
    assert_eq!((alert.audit_id, alert.first_seen), (first.id, at(10)));
    assert_eq!(alert.fingerprint, high("a", Verdict::Fail).fingerprint);
    assert_eq!((alert.tenant.clone(), alert.account.as_str()), (tenant, ACCOUNT));
    assert_eq!(alert.evidence, "no default encryption");
}

pub(crate) async fn a_pass_takes_the_alert_away(store: &dyn Store) {
    let tenant = tenant();
    let audits: [Audit; 4] = std::array::from_fn(|_| audit(&tenant));
    audited(store, &audits[0], 10, vec![high("a", Verdict::Fail)]).await;
    audited(store, &audits[1], 20, vec![high("a", Verdict::Unknown)]).await;
    assert_eq!(
        raised_by(store, &tenant).await,
        [(audits[0].id, at(10))],
        "unknown settles nothing"
    );
    audited(store, &audits[2], 30, vec![high("a", Verdict::Pass)]).await;
    assert_eq!(raised_by(store, &tenant).await, []);
    audited(store, &audits[3], 40, vec![high("a", Verdict::Fail)]).await;
    assert_eq!(raised_by(store, &tenant).await, [(audits[3].id, at(40))], "it came back");
}

pub(crate) async fn what_got_worse_is_raised_again(store: &dyn Store) {
    let tenant = tenant();
    let audits: [Audit; 3] = std::array::from_fn(|_| audit(&tenant));
    let critical = || vec![finding("a", Verdict::Fail, Severity::Critical)];
    audited(store, &audits[0], 10, vec![high("a", Verdict::Fail)]).await;
    audited(store, &audits[1], 20, critical()).await;
    assert_eq!(raised_by(store, &tenant).await, [(audits[1].id, at(20))]);
    assert_eq!(raised(store, &tenant).await[0].severity, Severity::Critical);
    audited(store, &audits[2], 30, vec![high("a", Verdict::Fail)]).await;
    assert_eq!(raised_by(store, &tenant).await, [(audits[1].id, at(20))], "better is not new");
}

pub(crate) async fn an_older_audit_takes_no_newer_alert_away(store: &dyn Store) {
    let tenant = tenant();
    let (older, newer) = (audit(&tenant), audit(&tenant));
    audited(store, &newer, 20, vec![high("a", Verdict::Fail)]).await;
    audited(store, &older, 30, vec![high("a", Verdict::Pass)]).await;
    assert_eq!(raised_by(store, &tenant).await, [(newer.id, at(20))]);
}

pub(crate) async fn alerts_come_in_pages(store: &dyn Store) {
    let tenant = tenant();
    let failing: Vec<Finding> =
        (0..7).map(|index| high(&format!("bucket-{index}"), Verdict::Fail)).collect();
    audited(store, &audit(&tenant), 10, failing.clone()).await;
    let account = ACCOUNT.parse().unwrap();
    let (mut seen, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let found = store.alerts(&tenant, &account, page(cursor.as_deref(), 3)).await.unwrap();
        assert!(found.items.len() <= 3);
        seen.extend(found.items.into_iter().map(|alert| alert.fingerprint));
        cursor = found.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    let mut expected: Vec<_> = failing.into_iter().map(|finding| finding.fingerprint).collect();
    expected.sort();
    assert_eq!(seen, expected);
}
