//! How much memory judging takes: an account of 100,000 findings, judged in a process of its own.
#![cfg(all(test, target_os = "linux"))]

use std::{env, fs, path::Path, process::Command, sync::Arc, time::Duration};

use audit::{Pipeline, Settings, Source, Step};
use domain::{
    Account, Audit, AuditId, AuditRequest, GLOBAL, Partition, Receipt, ReceiptOutcome, Service,
    Tenant,
};
use inventory::{
    Facts, Resource as _, ServiceSnapshot, Snapshot,
    ec2::{Ec2, Instance, MetadataOptions},
    s3::{Bucket, PublicAccessBlock, S3},
};
use jiff::Timestamp;
use store::{Intent, Store};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const FINDINGS: usize = 100_000;
/// Two checks look at each instance, and two at each bucket.
const RESOURCES: usize = FINDINGS / 4;
const REGIONS: [&str; 5] =
    ["us-east-1", "eu-west-1", "eu-central-1", "ap-northeast-2", "ap-southeast-1"];
const DIRECTORY: &str = "INFRAAUDIT_TEST_DIRECTORY";
const AUDIT: &str = "INFRAAUDIT_TEST_AUDIT";
/// What judging may take beyond the program itself.
const MOST: u64 = 100_000_000;

fn tags(number: usize) -> inventory::Tags {
    [("owner", number % 40), ("Name", number), ("cost-center", number % 7)]
        .map(|(key, value)| (key.to_owned(), format!("{key}-{value}")))
        .into_iter()
        .collect()
}

fn part(region: &str, service: Service, facts: Facts) -> ServiceSnapshot {
    let receipt = Receipt {
        region: region.into(),
        service,
        outcome: ReceiptOutcome::Done,
        calls: 9,
        denied: Vec::new(),
        notes: Vec::new(),
        error: None,
    };
    ServiceSnapshot { receipt, facts: facts.into(), taken_at: None }
}

/// Half of it is as it should be.
fn large() -> Snapshot {
    let instance = |number: usize| Instance {
        id: format!("i-{number:017x}"),
        metadata: MetadataOptions {
            endpoint: true.into(),
            tokens_required: number.is_multiple_of(2).into(),
        }
        .into(),
        public_ipv4: if number.is_multiple_of(2) { vec![[1, 2, 3, 4].into()] } else { Vec::new() },
        tags: tags(number),
        ..Instance::secure()
    };
    let bucket = |number: usize| Bucket {
        name: format!("bucket-of-a-large-account-{number}"),
        region: REGIONS[number % REGIONS.len()].into(),
        block_public: if number.is_multiple_of(2) {
            PublicAccessBlock::NONE.into()
        } else {
            PublicAccessBlock::ALL.into()
        },
        encryption: if number.is_multiple_of(2) {
            Bucket::secure().encryption
        } else {
            None.into()
        },
        tags: Some(tags(number)),
        ..Bucket::secure()
    };
    let mut parts: Vec<_> = REGIONS
        .iter()
        .enumerate()
        .map(|(place, region)| {
            let numbers = (place..RESOURCES).step_by(REGIONS.len());
            let instances = numbers.map(instance).collect::<Vec<_>>().into();
            part(region, Service::Ec2, Ec2 { instances, ..Ec2::default() }.into())
        })
        .collect();
    let buckets = (0..RESOURCES).map(bucket).collect::<Vec<_>>().into();
    let s3 = S3 { block_public: PublicAccessBlock::NONE.into(), buckets, ..S3::default() };
    parts.push(part(GLOBAL, Service::S3, s3.into()));
    let account = Account { partition: Partition::Aws, id: "111122223333".parse().unwrap() };
    let now = Timestamp::now();
    Snapshot { version: Snapshot::VERSION, account, started_at: now, finished_at: now, parts }
}

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
        .args(["--ignored", "--exact", "judge", "--nocapture"])
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
    let store = Store::open(Path::new(&env::var(DIRECTORY).unwrap())).unwrap();
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
        assert_eq!((summary.fail, summary.pass), (FINDINGS / 2, FINDINGS / 2));
        assert!(grown < MOST, "{night} night took {grown} bytes");
    }
}
