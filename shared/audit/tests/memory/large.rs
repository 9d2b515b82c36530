//! How much memory judging takes: an account of 100,000 findings, judged in a process of its own.

use std::{env, fs, path::Path, process::Command, sync::Arc, time::Duration};

use audit::{Pipeline, Settings, Source, Step};
use domain::{Account, Audit, AuditId, AuditRequest, Partition, Service, Tenant};
use inventory::Snapshot;
use jiff::Timestamp;
use store::{Intent, Store};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::sample::{FINDINGS, large};

const DIRECTORY: &str = "INFRAAUDIT_TEST_DIRECTORY";
const AUDIT: &str = "INFRAAUDIT_TEST_AUDIT";
/// What judging may take beyond the program itself.
const MOST: u64 = 100_000_000;

async fn read(store: &Store, snapshot: Arc<Snapshot>) -> Audit {
    let mut order = AuditRequest::new(snapshot.account.id.clone());
    order.services = vec![Service::Ec2, Service::S3];
    let now = Timestamp::now();
    let audit = Audit::new(Tenant::local(), AuditId(Uuid::now_v7()), order, now);
    let _ = store.create(&audit, &Intent::default()).await.unwrap();
    let snapshot = Arc::new(Snapshot { started_at: now, finished_at: now, ..(*snapshot).clone() });
    let source = Source::Recorded { snapshot, tempo: Duration::ZERO };
    let pipeline = Pipeline::new(store.clone(), source, Settings::default());
    let stop = CancellationToken::new();
    let tasks = pipeline.work(&Step::of(&audit).unwrap(), &stop).await.unwrap().next;
    for task in tasks {
        let _ = pipeline.work(&task, &stop).await.unwrap();
    }
    store.audit(&audit.tenant, audit.id).await.unwrap().unwrap()
}

/// Judges in a process of its own, and answers by how much its memory has grown at most.
fn judged(directory: &Path, audit: &Audit) -> u64 {
    let child = Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "large::judge", "--nocapture"])
        .env(DIRECTORY, directory)
        .env(AUDIT, audit.id.to_string())
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&child.stdout).into_owned();
    assert!(child.status.success(), "{out}{}", String::from_utf8_lossy(&child.stderr));
    let line = out.lines().find_map(|line| line.split_once("grown by ")).unwrap();
    line.1.parse().unwrap()
}

/// A figure of this process, in bytes.
fn memory(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim_matches(|c: char| !c.is_ascii_digit()).parse::<u64>().unwrap() * 1024
}

#[tokio::test]
#[ignore = "a child process of the test below"]
async fn judge() {
    let Ok(directory) = env::var(DIRECTORY) else { return };
    let store = Store::open(Path::new(&directory)).unwrap();
    let id = AuditId(env::var(AUDIT).unwrap().parse().unwrap());
    let audit = store.audit(&Tenant::local(), id).await.unwrap().unwrap();
    let account = Account { partition: Partition::Aws, id: audit.order.account_id.clone() };
    let now = Timestamp::now();
    let nothing =
        Snapshot { version: 1, account, started_at: now, finished_at: now, parts: Vec::new() };
    let source = Source::Recorded { snapshot: Arc::new(nothing), tempo: Duration::ZERO };
    let pipeline = Pipeline::new(store.clone(), source, Settings::default());
    let before = memory("VmRSS:");
    let begun = std::time::Instant::now();
    let stop = CancellationToken::new();
    let _ = pipeline.work(&Step::of(&audit).unwrap(), &stop).await.unwrap();
    println!("judged in {:?}", begun.elapsed());
    println!("grown by {}", memory("VmHWM:") - before);
}

#[tokio::test]
async fn judging_a_large_account_takes_little_memory() {
    let directory = tempfile::tempdir().unwrap();
    let snapshot = Arc::new(large());
    for night in ["the first", "the second"] {
        let store = Store::open(directory.path()).unwrap();
        let audit = read(&store, Arc::clone(&snapshot)).await;
        // One process at a time has the directory.
        drop(store);
        let grown = judged(directory.path(), &audit);
        println!("{night} night: {} MB", grown / 1_000_000);
        let store = Store::open(directory.path()).unwrap();
        let ended = store.audit(&audit.tenant, audit.id).await.unwrap().unwrap();
        let summary = ended.summary.unwrap();
        // Beside those about the buckets there is what is about the account.
        let others = FINDINGS / 2..FINDINGS / 2 + checks::all().count();
        assert!(others.contains(&summary.fail) && others.contains(&summary.pass), "{summary:?}");
        assert!(grown < MOST, "{night} night took {grown} bytes");
    }
}
