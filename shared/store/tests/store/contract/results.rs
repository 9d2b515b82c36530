//! Results of which only what is asked for is read.

use std::collections::HashSet;

use domain::{Finding, Report, Service, Severity, Verdict, keys::AuditedKeys};
use store::{AuditResult, Filter, PageError, PageRequest, Store};

use super::{all, page, stored, to_judge};
use crate::samples::{at, complete, finding, packed, tenant};
use store::{End, Fence};

const CHECKS: [(&str, Service); 4] = [
    ("ec2_imdsv2", Service::Ec2),
    ("iam_access_key_age", Service::Iam),
    ("s3_encryption", Service::S3),
    ("s3_public_access", Service::S3),
];

/// Findings of every kind, the worst first.
fn many(count: usize) -> Vec<Finding> {
    let mut findings: Vec<_> = (0..count)
        .map(|number| {
            let (check, service) = CHECKS[number % 4];
            let verdict = Verdict::ALL[number / 3 % 5];
            let severity = Severity::ALL[number / 7 % 4];
            let finding = finding(&format!("bucket-{number}"), verdict);
            Finding { check_id: check.into(), service, severity, ..finding }
        })
        .collect();
    findings.sort_by_key(|one| {
        (one.verdict, std::cmp::Reverse(one.severity), one.check_id.clone(), one.fingerprint)
    });
    findings
}

pub(crate) fn filters() -> Vec<Filter> {
    let none = Filter::default();
    let check = |check: &str| Some(check.to_owned());
    vec![
        none.clone(),
        Filter { verdict: Some(Verdict::Unknown), ..none.clone() },
        Filter { severity: Some(Severity::High), ..none.clone() },
        Filter { service: Some(Service::S3), ..none.clone() },
        Filter {
            verdict: Some(Verdict::Fail),
            severity: Some(Severity::Critical),
            check: check("s3_public_access"),
            ..none.clone()
        },
        Filter { check: check("no_such_check"), ..none },
    ]
}

fn takes(filter: &Filter, one: &Finding) -> bool {
    filter.verdict.is_none_or(|verdict| one.verdict == verdict)
        && filter.severity.is_none_or(|least| one.severity >= least)
        && filter.service.is_none_or(|service| one.service == service)
        && filter.check.as_ref().is_none_or(|check| one.check_id == *check)
}

/// That a result shows in parts what its report has as a whole.
pub(crate) async fn shows(result: &AuditResult, report: &Report, limits: &[u16]) {
    assert_eq!(*result.head(), report.head());
    for filter in filters() {
        let wanted = report.findings.iter().filter(|one| takes(&filter, one));
        let wanted: Vec<_> = wanted.cloned().collect();
        for limit in limits {
            let list = async |page: PageRequest<'_>| result.findings(&filter, page).await;
            assert_eq!(all(*limit, list).await, wanted, "{filter:?} {limit}");
        }
    }
    let (mut names, mut places) = (Vec::new(), HashSet::new());
    loop {
        let more = result.names(names.len()).await.unwrap();
        if more.is_empty() {
            break;
        }
        names.extend(more);
    }
    assert_eq!(names.len(), report.findings.len());
    assert!(names.is_sorted_by_key(|one| one.fingerprint));
    for named in &names {
        let one = &report.findings[named.place as usize];
        let told = (named.fingerprint, named.verdict, named.severity);
        assert_eq!(told, (one.fingerprint, one.verdict, one.severity));
        assert!(places.insert(named.place));
    }
    let asked: Vec<_> = names.iter().step_by(2).map(|named| named.fingerprint).collect();
    let failing = names.iter().step_by(2).filter(|named| named.verdict == Verdict::Fail);
    let failing: HashSet<_> = failing.map(|named| named.fingerprint).collect();
    assert_eq!(result.failing(&asked).await.unwrap(), failing);
    assert_eq!(result.failing(&[]).await.unwrap(), HashSet::new());
    let some: Vec<_> = names.iter().step_by(97).map(|named| named.place).collect();
    let at = some.iter().map(|place| report.findings[*place as usize].clone());
    assert_eq!(result.at(&some).await.unwrap(), at.collect::<Vec<_>>());
    assert!(result.at(&[u32::MAX]).await.is_err());
    assert_eq!(result.access_keys().await.unwrap(), AuditedKeys::of(report));
    assert_eq!(result.report().await.unwrap(), *report);

    for cursor in ["MQ", "", "ZjE6eA"] {
        let refused = result.findings(&Filter::default(), page(Some(cursor), 1)).await;
        assert!(matches!(refused, Err(PageError::Cursor(_))), "{cursor}");
    }
}

async fn kept(store: &Store, report: &Report) -> AuditResult {
    let held = to_judge(store, &tenant()).await;
    let end = End { result: &packed(report).await, digest: None };
    assert_eq!(store.finish(&held, at(5), end).await.unwrap(), Fence::Held);
    store.result(&stored(store, &held).await).await.unwrap().unwrap()
}

pub(crate) async fn a_result_of_many_chunks_is_read_in_parts(store: &Store) {
    let mut report = complete(many(5000));
    report.checks = CHECKS.iter().map(|(check, _)| (*check).into()).collect();
    let result = kept(store, &report).await;
    shows(&result, &report, &[400, 1000]).await;
    let first = result.findings(&Filter::default(), PageRequest::FIRST).await.unwrap();
    let next = first.next_cursor.unwrap();
    let rest = result.findings(&Filter::default(), page(Some(&next), 1)).await.unwrap();
    assert_eq!(rest.items, report.findings[1000..1001]);
}

pub(crate) async fn a_result_without_findings_is_read(store: &Store) {
    let report = complete(Vec::new());
    let result = kept(store, &report).await;
    shows(&result, &report, &[1]).await;
}
