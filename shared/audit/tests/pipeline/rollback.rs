//! A build without one service goes on with what a build that has it has written, and the other way round.
//!
//! Such a build is had by giving the service another name in all that is stored: keys, items, snapshots, results.

use std::{collections::BTreeSet, fs, path::PathBuf};

use audit::Step;
use domain::{Alert, Audit, Lifecycle, Service, Status, Tenant, TrackedFinding, Verdict};
use inventory::{Known, Snapshot};
use store::{Filter, PageRequest};
use tokio_util::sync::CancellationToken;

use crate::bench::{Bench, registered, sample};

/// A service that this build does not know.
const NEWER: &str = "quantum_ledger";

fn newer() -> Service {
    Service::stored(NEWER).unwrap()
}

/// Renames a service and its checks in all that a store has.
fn rename(bench: &Bench, from: &str, to: &str) {
    let database = rusqlite::Connection::open(bench.path().join("infraaudit.sqlite")).unwrap();
    let columns = ["pk", "sk", "kind_sort", "body"];
    let set = columns.map(|column| format!("{column} = replace({column}, ?1, ?2)")).join(", ");
    let changed = database.execute(&format!("UPDATE items SET {set}"), [from, to]).unwrap();
    assert!(changed > 0);
    let mut folders = vec![bench.path().join(Tenant::local().to_string())];
    // There are no objects before something was read.
    folders.retain(|folder| folder.exists());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let renamed = path.with_file_name(name.replace(from, to));
            fs::rename(&path, &renamed).unwrap();
            if renamed.is_dir() { folders.push(renamed) } else { rename_in(&renamed, from, to) }
        }
    }
}

/// Renames in one object: a frame of Zstandard, or a result.
fn rename_in(path: &PathBuf, from: &str, to: &str) {
    let bytes = fs::read(path).unwrap();
    let text = |frame: &[u8]| String::from_utf8(zstd::decode_all(frame).unwrap()).unwrap();
    // One kind of S3's encryption has the name of a service.
    let kind = |name| format!("\"algorithm\":\"{name}\"");
    let rename = |text: String| text.replace(from, to).replace(&kind(to), &kind(from));
    let frame = |text: String| zstd::encode_all(rename(text).as_bytes(), 3).unwrap();
    if !bytes.starts_with(&0x184D_2A5E_u32.to_le_bytes()) {
        return fs::write(path, frame(text(&bytes))).unwrap();
    }
    let (start, rest) = bytes.split_at(16);
    let length = u64::from_be_bytes(start[8..].try_into().unwrap());
    let (head, mut rest) = rest.split_at(length.try_into().unwrap());
    let mut head: serde_json::Value = serde_json::from_str(&text(head)).unwrap();
    let mut chunks = Vec::new();
    for chunk in head["chunks"].as_array_mut().unwrap() {
        let (old, behind) = rest.split_at(chunk["bytes"].as_u64().unwrap().try_into().unwrap());
        let new = frame(text(old));
        chunk["bytes"] = new.len().into();
        chunks.extend(new);
        rest = behind;
    }
    let head = frame(head.to_string());
    let length = (head.len() as u64).to_be_bytes();
    fs::write(path, [&start[..8], &length, &head, &chunks, rest].concat()).unwrap();
}

fn without(service: Service, snapshot: Snapshot) -> Snapshot {
    let parts = snapshot.parts.into_iter().filter(|part| part.service() != service).collect();
    Snapshot { parts, ..snapshot }
}

/// What a store tells of an audit and its account, one thing a line, with the service under its usual name.
async fn told(bench: &Bench, audit: &Audit, service: Service) -> BTreeSet<String> {
    let (store, tenant, account) = (&bench.store, Tenant::local(), &audit.order.account_id);
    let mut told = vec![json(&bench.audit(audit).await)];
    told.extend(store.tasks(audit).await.unwrap().iter().map(json));
    told.push(json(&store.report(&bench.audit(audit).await).await.unwrap().unwrap()));
    told.push(json(&store.account(&tenant, account).await.unwrap().unwrap()));
    told.extend(bench.tracked().await.iter().map(json));
    told.extend(bench.alerts(audit).await.iter().map(json));
    for latest in store.latest(&tenant, account).await.unwrap() {
        told.push(json(&latest));
        told.push(json(&store.snapshot(&latest.snapshot).await.unwrap()));
    }
    told.iter().map(|text| sorted(&text.replace(NEWER, service.name()))).collect()
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

/// With the fields of all objects in the order of their names.
fn sorted(json: &str) -> String {
    serde_json::from_str::<serde_json::Value>(json).unwrap().to_string()
}

fn of(service: Service, tracked: Vec<TrackedFinding>) -> Vec<TrackedFinding> {
    tracked.into_iter().filter(|one| one.service == service).collect()
}

fn open(tracked: &[TrackedFinding]) -> BTreeSet<domain::Fingerprint> {
    let open = tracked.iter().filter(|one| one.state != Lifecycle::Resolved);
    open.map(|one| one.fingerprint).collect()
}

async fn page(bench: &Bench, audit: &Audit, service: Service) -> Vec<domain::Finding> {
    let result = bench.store.result(audit).await.unwrap().unwrap();
    let filter = Filter { service: Some(service), ..Filter::default() };
    result.findings(&filter, PageRequest { cursor: None, limit: 500 }).await.unwrap().items
}

#[tokio::test]
async fn a_build_without_one_service_reads_all_and_goes_on() {
    for service in Service::ALL.iter().copied() {
        let bench = Bench::new();
        let mut account = registered(sample().account.id.as_str(), None);
        account.services = vec![service];
        bench.store.register(&account).await.unwrap();
        let first = bench.audited(sample()).await;
        let (then, problems) = (told(&bench, &first, service).await, bench.tracked().await);
        let findings = page(&bench, &first, service).await.len();
        assert!(findings > 0, "the sample account has nothing of {service}");

        // Rolled back: all of it is read, and nothing of it is another thing.
        rename(&bench, service.name(), NEWER);
        let now = told(&bench, &first, service).await;
        assert_eq!(then.difference(&now).next(), None, "{service}");
        let carried = page(&bench, &first, newer()).await;
        assert_eq!((carried.len(), page(&bench, &first, service).await.len()), (findings, 0));
        let account = bench.store.account(&Tenant::local(), &sample().account.id).await;
        assert_eq!(account.unwrap().unwrap().services, [newer()]);

        // It goes on: what it does not know stays as it is, and nobody hears of it.
        let carried = of(newer(), bench.tracked().await);
        let next = bench.audited(without(service, sample())).await;
        assert!(next.state.is_final() && next.error.is_none(), "{next:?}");
        assert_eq!(of(newer(), bench.tracked().await), carried, "{service}");
        let latest = bench.store.latest(&Tenant::local(), &sample().account.id).await.unwrap();
        assert!(latest.iter().any(|one| one.place.service == newer()), "{service} is forgotten");
        assert_eq!(bench.alerts(&next).await, Vec::<Alert>::new(), "{service}");

        // Rolled forward: the problems are the same ones.
        rename(&bench, NEWER, service.name());
        let last = bench.audited(sample()).await;
        assert_eq!(open(&bench.tracked().await), open(&problems), "{service}");
        assert_eq!(bench.alerts(&last).await, Vec::<Alert>::new(), "{service}");
    }
}

/// While a deployment rolls, one build plans and another one reads.
#[tokio::test]
async fn tasks_of_a_newer_build_end_as_gaps_and_hold_nothing_up() {
    let (bench, service, stop) = (Bench::new(), Service::GuardDuty, CancellationToken::new());
    let audit = bench.order(|_| ()).await;
    let plan = bench.pipeline(sample()).work(&Step::of(&audit).unwrap(), &stop).await.unwrap();
    rename(&bench, service.name(), NEWER);
    let older = bench.pipeline(without(service, sample()));
    let mut unknown = 0;
    for step in plan.next {
        let text = serde_json::to_string(&step).unwrap();
        let message = text.replace(service.name(), NEWER);
        unknown += usize::from(message != text);
        older.work(&serde_json::from_str(&message).unwrap(), &stop).await.unwrap();
    }
    assert!(unknown > 0, "the sample account has nothing of {service}");
    let ended = bench.judge(without(service, sample()), &bench.audit(&audit).await).await;
    let report = bench.store.report(&ended).await.unwrap().unwrap();
    assert_eq!(report.status, Status::Incomplete);
    let gaps = report.receipt.iter().filter(|row| row.service == newer() && row.outcome.is_gap());
    assert_eq!(gaps.count(), unknown, "{:?}", report.receipt);
    let of_this = report.findings.iter().filter(|one| one.service == service);
    let verdicts: BTreeSet<_> = of_this.map(|one| one.verdict).collect();
    assert_eq!(verdicts, [Verdict::Unknown].into(), "nobody read it");
    for latest in bench.store.latest(&Tenant::local(), &sample().account.id).await.unwrap() {
        let kept = bench.store.snapshot(&latest.snapshot).await.unwrap();
        assert!(kept.parts.iter().all(|part| part.facts != Known::NotAsked), "{latest:?}");
    }
}
