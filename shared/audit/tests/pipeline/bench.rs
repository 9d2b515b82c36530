//! A store, a sample account in place of AWS, and a worker that takes one step at a time.

use std::{sync::Arc, time::Duration};

use audit::{Pipeline, Settings, Source, Step};
use domain::{
    Alert, Audit, AuditId, AuditRequest, Lifecycle, RegisteredAccount, RegisteredState, Schedule,
    Tenant, TrackedFinding,
};
use inventory::{Facts, Known, Snapshot};
use jiff::Timestamp;
use store::{Created, Intent, Store};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(crate) const ACCOUNT: &str = include_str!("../../../../cli/demo/account.json");

pub(crate) fn sample() -> Snapshot {
    serde_json::from_str(ACCOUNT).unwrap()
}

/// A pipeline over a store of its own, in which the account looks like `snapshot`.
pub(crate) struct Bench {
    pub(crate) store: Store,
    pub(crate) settings: Settings,
    directory: tempfile::TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self::over(Store::open(directory.path()).unwrap(), directory)
    }

    /// The same over a store that is there already.
    pub(crate) fn over(store: Store, directory: tempfile::TempDir) -> Self {
        let settings = Settings { patience: Duration::ZERO, ..Settings::default() };
        Self { store, settings, directory }
    }

    /// Where the store's data is.
    pub(crate) fn path(&self) -> &std::path::Path {
        self.directory.path()
    }

    pub(crate) fn pipeline(&self, snapshot: Snapshot) -> Pipeline {
        let source = Source::Recorded { snapshot: Arc::new(snapshot), tempo: Duration::ZERO };
        Pipeline::new(self.store.clone(), source, self.settings.clone())
    }

    pub(crate) async fn order(&self, change: impl FnOnce(&mut AuditRequest)) -> Audit {
        let mut order = AuditRequest::new(sample().account.id);
        change(&mut order);
        let id = AuditId(Uuid::now_v7());
        let audit = Audit::new(Tenant::local(), id, order, Timestamp::now());
        let created = self.store.create(&audit, &Intent::default()).await.unwrap();
        assert_eq!(created, Created::New);
        audit
    }

    /// Works an audit off, its steps in the order that `pick` makes, and answers how it is then.
    pub(crate) async fn run(
        &self,
        snapshot: Snapshot,
        audit: &Audit,
        pick: impl Fn(usize) -> usize,
    ) -> Audit {
        let pipeline = self.pipeline(snapshot);
        let stop = CancellationToken::new();
        let mut steps = vec![Step::of(audit).unwrap()];
        while !steps.is_empty() {
            let step = steps.remove(pick(steps.len()) % steps.len());
            let done = pipeline.work(&step, &stop).await.unwrap();
            steps.extend(done.next);
            let now = self.audit(audit).await;
            if let (Step::Collect { .. }, Some(next)) = (&step, Step::of(&now)) {
                steps.push(next);
            }
        }
        self.audit(audit).await
    }

    /// Works an audit off up to its judging, and answers how it is then.
    pub(crate) async fn read(&self, snapshot: Snapshot, audit: &Audit) -> Audit {
        let pipeline = self.pipeline(snapshot);
        let stop = CancellationToken::new();
        let tasks = pipeline.work(&Step::of(audit).unwrap(), &stop).await.unwrap().next;
        for task in tasks {
            pipeline.work(&task, &stop).await.unwrap();
        }
        self.audit(audit).await
    }

    /// Judges an audit that was read.
    pub(crate) async fn judge(&self, snapshot: Snapshot, audit: &Audit) -> Audit {
        let stop = CancellationToken::new();
        self.pipeline(snapshot).work(&Step::of(audit).unwrap(), &stop).await.unwrap();
        self.audit(audit).await
    }

    /// Takes a kept object away, as its time to live does.
    pub(crate) fn lose(&self, key: &str) {
        let mut folders = vec![self.directory.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.to_string_lossy().ends_with(key) {
                    std::fs::remove_file(path).unwrap();
                    return;
                }
            }
        }
        panic!("no object `{key}`");
    }

    pub(crate) async fn audited(&self, snapshot: Snapshot) -> Audit {
        let audit = self.order(|_| ()).await;
        self.run(later(snapshot), &audit, |_| 0).await
    }

    pub(crate) async fn audit(&self, audit: &Audit) -> Audit {
        self.store.audit(&audit.tenant, audit.id).await.unwrap().unwrap()
    }

    pub(crate) async fn tracked(&self) -> Vec<TrackedFinding> {
        self.store.tracked(&Tenant::local(), &sample().account.id).await.unwrap()
    }

    pub(crate) async fn alerts(&self, audit: &Audit) -> Vec<Alert> {
        self.store.alerts(audit).await.unwrap()
    }
}

/// The same facts, read now: what is read later is newer.
pub(crate) fn later(snapshot: Snapshot) -> Snapshot {
    let now = Timestamp::now();
    Snapshot { started_at: now, finished_at: now, ..snapshot }
}

pub(crate) fn without_buckets(mut snapshot: Snapshot, outcome: domain::ReceiptOutcome) -> Snapshot {
    for part in &mut snapshot.parts {
        if let Known::Read(Facts::S3(s3)) = &mut part.facts {
            s3.buckets.items.clear();
            part.receipt.outcome = outcome;
        }
    }
    snapshot
}

/// How far the problems of a service's resources are; those of the account as a whole stay when resources go.
pub(crate) fn states(tracked: &[TrackedFinding], service: domain::Service) -> Vec<Lifecycle> {
    let of_resources =
        tracked.iter().filter(|one| one.service == service && !one.resource.ends_with(":root"));
    of_resources.map(|one| one.state).collect()
}

pub(crate) fn registered(account: &str, schedule: Option<Schedule>) -> RegisteredAccount {
    let now = Timestamp::now();
    RegisteredAccount {
        tenant: Tenant::local(),
        account_id: account.parse().unwrap(),
        name: None,
        role_name: domain::RoleName::default(),
        external_id: Uuid::new_v4().to_string().parse().unwrap(),
        regions: Vec::new(),
        services: Vec::new(),
        schedule,
        alert_severity: None,
        overrides: domain::AuditOverrides::default(),
        state: RegisteredState::Active,
        reason: None,
        created_at: now - Duration::from_hours(48),
        updated_at: now,
        proof: None,
        scheduled_for: None,
        last_audit: None,
        purge_at: None,
    }
}
