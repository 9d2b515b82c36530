//! What commit db38872 wrote, the last one before findings lost their texts: a data directory of `serve`, a
//! snapshot and the verdicts it gave of it. They are read and judged for ever.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use checks::{EvaluateOptions, render};
use domain::{AuditId, Lang, Lifecycle, Service, Tenant, Verdict};
use inventory::{Facts, Known, Snapshot};
use store::Store;

use crate::bench::{Bench, later, sample};

const AUDIT: &str = "01a22f15-1371-77cf-9e5c-8969f258688d";

/// The services that were read then.
const READ_THEN: [&str; 3] = ["ec2", "iam", "s3"];

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/db38872")
}

fn kept(name: &str) -> Snapshot {
    serde_json::from_str(&fs::read_to_string(here().join(name)).unwrap()).unwrap()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &to) } else { _ = fs::copy(&path, &to).unwrap() }
    }
}

/// The verdicts of that time: check, verdict, severity and evidence, by fingerprint.
fn verdicts() -> BTreeMap<String, [String; 4]> {
    let mut rows = csv::Reader::from_path(here().join("verdicts.csv")).unwrap();
    let row =
        |row: csv::StringRecord| (row[0].to_owned(), [1, 2, 3, 4].map(|at| row[at].to_owned()));
    rows.records().map(|record| row(record.unwrap())).collect()
}

fn judged(snapshot: &Snapshot) -> Vec<domain::Finding> {
    let checks: Vec<_> = checks::all().collect();
    audit::evaluate(snapshot, &checks, &EvaluateOptions::default()).findings
}

#[test]
fn an_old_snapshot_is_judged_as_it_was_and_new_checks_say_that_they_know_nothing() {
    let (then, findings) = (verdicts(), judged(&kept("snapshot.json")));
    let known: BTreeMap<_, _> = findings
        .iter()
        .filter_map(|one| Some((one, then.get(&one.fingerprint.to_string())?)))
        .map(|(one, then)| (one.fingerprint.to_string(), (one, then)))
        .collect();
    assert_eq!(known.len(), then.len(), "a finding of that time has vanished");
    for (one, [check, verdict, severity, evidence]) in known.values() {
        let now = [&*one.check_id, one.verdict.name(), one.severity.name()];
        assert_eq!(now, [check, verdict, severity], "{}", one.resource.arn);
        let text = render(checks::find(check), &one.evidence, Lang::En);
        assert!(text == *evidence || check == "iam_root_mfa", "{text} was {evidence}");
    }
    let others = findings.iter().filter(|one| !known.contains_key(&one.fingerprint.to_string()));
    // A new check may judge by what was read then; of a service that was not read it knows nothing.
    let others: Vec<_> = others.filter(|one| !READ_THEN.contains(&one.service.name())).collect();
    assert!(!others.is_empty() && others.iter().all(|one| one.verdict == Verdict::Unknown));
    let told = render(checks::find("kms_rotation"), &others.last().unwrap().evidence, Lang::En);
    assert!(told.contains("an older version took the snapshot"), "{told}");
}

#[test]
fn the_sample_account_of_that_time_is_judged_as_todays() {
    let failing = |snapshot: &Snapshot| -> BTreeMap<_, _> {
        let failing = judged(snapshot).into_iter().filter(|one| one.verdict == Verdict::Fail);
        let failing = failing.filter(|one| READ_THEN.contains(&one.service.name()));
        failing.map(|one| (one.fingerprint, one.severity)).collect()
    };
    assert_eq!(failing(&kept("demo.json")), failing(&sample()));
}

#[tokio::test]
async fn a_store_of_that_time_is_read_and_gone_on_with() {
    let directory = tempfile::tempdir().unwrap();
    copy(&here().join("data"), directory.path());
    let store = Store::open(directory.path()).unwrap();
    let tenant = Tenant::local();
    let audit = store.audit(&tenant, AuditId(AUDIT.parse().unwrap())).await.unwrap().unwrap();
    let report = store.report(&audit).await.unwrap().unwrap();
    let count = |verdict| report.findings.iter().filter(|one| one.verdict == verdict).count();
    assert_eq!((count(Verdict::Fail), count(Verdict::Pass)), (66, 90));
    let then = verdicts();
    for one in &report.findings {
        let [check, .., evidence] = &then[&one.fingerprint.to_string()];
        assert_eq!(render(checks::find(check), &one.evidence, Lang::En), *evidence);
    }
    let keys = domain::keys::AuditedKeys::of(&report).unwrap();
    assert!(!keys.old_access_keys.is_empty());

    let account = &audit.order.account_id;
    let before = store.tracked(&tenant, account).await.unwrap();
    assert_eq!(before.len(), 66);
    for latest in store.latest(&tenant, account).await.unwrap() {
        store.snapshot(&latest.snapshot).await.unwrap();
    }

    // The same account is audited by this version: the problems are the same ones, and nobody hears of them anew.
    let bench = Bench::over(store, directory);
    let next = bench.order(|order| order.account_id = account.clone()).await;
    let ended = bench.run(later(kept("snapshot.json")), &next, |_| 0).await;
    assert!(ended.state.is_final());
    let after = bench.store.tracked(&tenant, account).await.unwrap();
    let is_old = |id: &str| then.values().any(|[check, ..]| check == id);
    let open = |all: &[domain::TrackedFinding]| -> Vec<_> {
        all.iter()
            .filter(|one| one.state != Lifecycle::Resolved && is_old(&one.check_id))
            .map(|one| one.fingerprint)
            .collect()
    };
    assert_eq!(open(&after), open(&before));
    let alerts = bench.alerts(&ended).await;
    let anew = alerts.iter().filter(|one| one.check_id.as_deref().is_none_or(is_old));
    assert_eq!(anew.count(), 0, "{alerts:?}");
}

/// What a newer version reads and this one does not know.
fn with_a_newer_service(mut snapshot: Snapshot) -> Snapshot {
    let mut part = snapshot.parts[0].clone();
    part.receipt.service = Service::stored("quantum_ledger").unwrap();
    part.receipt.region = "eu-west-1".into();
    let facts = r#"{"receipt":null,"facts":{"quantum_ledger":{"ledgers":[]}}}"#;
    let facts: serde_json::Value = serde_json::from_str(facts).unwrap();
    let Service::Other(name) = part.receipt.service else { panic!("it is known by now") };
    part.facts = Known::Read(Facts::Other(name, facts["facts"]["quantum_ledger"].clone()));
    snapshot.parts.push(part);
    snapshot
}

#[tokio::test]
async fn a_service_of_a_newer_version_is_carried_and_fails_nothing_else() {
    let bench = Bench::new();
    let audit = bench.order(|_| ()).await;
    let ended = bench.run(with_a_newer_service(sample()), &audit, |_| 0).await;
    let report = bench.store.report(&ended).await.unwrap().unwrap();
    let expected = judged(&sample());
    assert_eq!(report.findings, expected);
    let latest = bench.store.latest(&audit.tenant, &audit.order.account_id).await.unwrap();
    let newer = latest.iter().find(|one| one.place.service.name() == "quantum_ledger").unwrap();
    let kept = bench.store.snapshot(&newer.snapshot).await.unwrap();
    assert!(matches!(kept.parts[0].facts, Known::Read(Facts::Other(..))), "{kept:?}");
}
