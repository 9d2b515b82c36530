use checks::{Check, Manner};
use domain::{Part, Report, Snapshot, Status, Summary};

/// Judges a snapshot: pure, so that the same facts always give the same report.
#[must_use]
pub fn evaluate(snapshot: &Snapshot, checks: &[&'static Check], manner: Manner) -> Report {
    let findings = checks::judge(snapshot, checks, manner);
    let chosen = |part: &&Part| checks.iter().any(|check| check.service() == part.receipt.service);
    let receipt: Vec<_> =
        snapshot.parts.iter().filter(chosen).map(|part| part.receipt.clone()).collect();
    Report {
        schema: Report::SCHEMA,
        account: snapshot.account.id.clone(),
        started_at: snapshot.started_at,
        finished_at: snapshot.finished_at,
        status: Status::of(&receipt),
        receipt,
        summary: Summary::of(&findings),
        findings,
    }
}
