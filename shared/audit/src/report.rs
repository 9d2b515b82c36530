use std::{collections::BTreeSet, sync::Arc};

use checks::{Check, EvaluateOptions};
use domain::{
    GLOBAL, OutdatedRole, Receipt, ReceiptOutcome, Report, Service, Status, Summary, Suppression,
    Verdict,
};
use inventory::Snapshot;
use jiff::Timestamp;

/// Why there is nothing of a service that a check needs.
const NOT_READ: &str = "not read: the snapshot was taken for other checks";

/// Judges a snapshot: pure, so that the same facts always give the same report.
#[must_use]
pub fn evaluate(
    snapshot: &Snapshot,
    checks: &[&'static Check],
    options: &EvaluateOptions,
) -> Report {
    let findings = checks::evaluate(snapshot, checks, options);
    let services: BTreeSet<_> = checks.iter().flat_map(|check| check.services()).collect();
    let chosen = snapshot.parts.iter().filter(|part| {
        // What a newer version planned and nobody could read is a gap, though no check asks for it.
        let is_newer = !part.service().is_known() && part.receipt.outcome.is_gap();
        is_newer || services.contains(&part.service())
    });
    let mut receipt: Vec<_> = chosen.map(|part| part.receipt.clone()).collect();
    receipt.extend(absent(snapshot, services));
    let summary = Summary::of(&findings);
    Report {
        schema: Report::SCHEMA,
        account: snapshot.account.id.clone(),
        started_at: snapshot.started_at,
        finished_at: snapshot.finished_at,
        status: Status::of(&receipt, &summary),
        receipt,
        outdated_role: OutdatedRole::of(&snapshot.parts),
        summary,
        findings,
        checks: checks.iter().map(|check| check.id.into()).collect(),
        settings: options.settings.clone(),
        access_keys: None,
    }
}

/// Marks the failing findings that a suppression covers, and counts anew.
pub fn suppress(report: &mut Report, suppressions: &[Suppression], now: Timestamp) {
    let suppressions: Vec<_> = suppressions.iter().map(|one| (one, Arc::new(one.told()))).collect();
    for finding in &mut report.findings {
        if finding.verdict == Verdict::Fail {
            let covers = suppressions.iter().find(|(one, _)| one.covers(finding, now));
            finding.suppressed = covers.map(|(_, told)| Arc::clone(told));
        }
    }
    report.summary = Summary::of(&report.findings);
}

/// The services that a check needs and the snapshot has nothing of: it was taken for other checks.
fn absent(snapshot: &Snapshot, services: BTreeSet<Service>) -> impl Iterator<Item = Receipt> {
    let has = |service: &Service| snapshot.parts.iter().any(|part| part.service() == *service);
    services.into_iter().filter(move |service| !has(service)).map(|service| Receipt {
        region: if service.is_global() { GLOBAL } else { "*" }.into(),
        service,
        outcome: ReceiptOutcome::Failed,
        calls: 0,
        denied: Vec::new(),
        error: Some(NOT_READ.into()),
        notes: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Account, Partition};

    #[test]
    fn a_snapshot_taken_for_other_checks_is_incomplete() {
        let snapshot = Snapshot {
            version: Snapshot::VERSION,
            account: Account { partition: Partition::Aws, id: "111122223333".parse().unwrap() },
            started_at: jiff::Timestamp::UNIX_EPOCH,
            finished_at: jiff::Timestamp::UNIX_EPOCH,
            parts: Vec::new(),
        };
        let checks: Vec<_> = checks::all().collect();
        let report = evaluate(&snapshot, &checks, &EvaluateOptions::default());
        assert_eq!(report.status, Status::Incomplete);
        assert_eq!(report.receipt.len(), Service::ALL.len());
        assert_eq!(report.summary.unknown, checks.len());
    }
}
