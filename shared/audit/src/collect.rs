//! Collecting: one task reads the services of one region, side by side.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use aws_config::SdkConfig;
use collect::{ConcurrencyLimits, Target};
use domain::{
    Audit, AuditFilter, AuditId, GLOBAL, Latest, Phase, Service, ServiceRegion, Task, TaskName,
    Tenant,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use inventory::{ServiceSnapshot, Snapshot};
use jiff::Timestamp;
use store::{Fence, TaskEnd};
use tokio_util::sync::CancellationToken;

use crate::{
    AuditScope, Pipeline, Source, Step, StepResult, WorkError,
    lease::{Held, later, now, while_held},
    pipeline::{account, taken_at, way_in},
    scan,
};

/// How many services are read, and how many notes are written, at once.
const AT_ONCE: usize = 16;

impl Pipeline {
    /// Works off a task, or puts it back with what was read when it is stopped.
    pub(crate) async fn collect(
        &self,
        tenant: &Tenant,
        id: AuditId,
        plan: u32,
        name: &TaskName,
        stop: &CancellationToken,
    ) -> Result<StepResult, WorkError> {
        let audit = match self.store.audit(tenant, id).await? {
            Some(audit) if audit.phase == Phase::Collect && audit.plan == plan => audit,
            // Cancelled, or planned anew: nobody waits for it.
            _ => return Ok(StepResult::nothing()),
        };
        let (begun, lease) = (now(), self.settings.lease);
        let until = later(begun, lease);
        let Some(held) =
            self.store.claim_task((tenant, id), plan, name, begun, until).await?.claimed()
        else {
            return Ok(StepResult::nothing());
        };
        let scope = match self.scope(&audit) {
            Ok(scope) => scope,
            Err(error) => return self.complete(&held, TaskEnd::Failed(&error)).await,
        };
        // Stopped from outside, or because another worker has taken the task over.
        let stop = stop.child_token();
        let reading = Box::pin(self.read(&audit, &held, &scope, begun, stop.clone()));
        let Some(read) = while_held(&self.store, Held::Task(&held), lease, reading).await else {
            stop.cancel();
            return Ok(StepResult::nothing());
        };
        let mut read = match read {
            Ok(read) => read,
            Err(ReadError::Failed(error)) => {
                return self.complete(&held, TaskEnd::Failed(&error)).await;
            }
            Err(ReadError::Store(error)) => return Err(error.into()),
            Err(ReadError::Lost) => return Ok(StepResult::nothing()),
        };
        if read.is_whole(&held) {
            let snapshot = self.snapshot(&audit, read.take(), begun);
            let key = self.store.keep_snapshot(&held, &snapshot).await?;
            self.publish(&audit, &held, &scope, &snapshot, &key).await?;
            let end = TaskEnd::Done { snapshot: &key, given_up: read.given_up.as_deref() };
            return self.complete(&held, end).await;
        }
        let mut checkpoint = None;
        if read.is_further {
            let snapshot = self.snapshot(&audit, read.take(), begun);
            checkpoint = Some(self.store.keep_snapshot(&held, &snapshot).await?);
        }
        let _ = self.store.release_task(&held, checkpoint.as_deref(), now()).await?;
        Ok(StepResult::next(vec![Step::collect(&held)]))
    }

    async fn complete(&self, held: &Task, end: TaskEnd<'_>) -> Result<StepResult, WorkError> {
        if let TaskEnd::Failed(error) | TaskEnd::Done { given_up: Some(error), .. } = end {
            tracing::warn!(audit = %held.audit_id, task = %held.name, error, "a task failed");
        }
        match self.store.complete_task(held, end, now()).await? {
            Fence::Held => {}
            Fence::Lost => {
                tracing::info!(audit = %held.audit_id, task = %held.name, "a task was taken over");
            }
        }
        Ok(StepResult::nothing())
    }

    /// Makes what a task read the newest of its places.
    async fn publish(
        &self,
        audit: &Audit,
        held: &Task,
        scope: &AuditScope,
        snapshot: &Snapshot,
        key: &str,
    ) -> Result<(), WorkError> {
        let newest = snapshot.parts.iter().map(|part| {
            let place = place_of(part);
            let (filters, taken_at) = (filters(audit, &place, scope), taken_at(part, snapshot));
            (Latest { place, snapshot: key.to_owned(), taken_at, audit_id: audit.id }, filters)
        });
        let newest: Vec<_> = newest.collect();
        stream::iter(newest)
            .map(|(latest, filters)| async move {
                let (tenant, account) = (&held.tenant, &held.account);
                self.store.publish(tenant, account, &latest, filters.as_deref()).await
            })
            .buffer_unordered(AT_ONCE)
            .try_collect::<()>()
            .await?;
        Ok(())
    }

    /// What a task read, as it is kept.
    fn snapshot(&self, audit: &Audit, parts: Vec<ServiceSnapshot>, begun: Timestamp) -> Snapshot {
        let account = match &self.source {
            Source::Aws(config) => account(config, audit),
            Source::Recorded { snapshot, .. } => snapshot.account.clone(),
        };
        let first = parts.iter().filter_map(|part| part.taken_at).min();
        let started_at = match &self.source {
            Source::Aws(_) => first.unwrap_or(begun),
            Source::Recorded { snapshot, .. } => snapshot.started_at,
        };
        let (version, finished_at) = (Snapshot::VERSION, now());
        Snapshot { version, account, started_at, finished_at, parts }
    }

    /// Reads the services of a task that no attempt before this one has read, until it is stopped.
    async fn read(
        &self,
        audit: &Audit,
        held: &Task,
        scope: &AuditScope,
        begun: Timestamp,
        stop: CancellationToken,
    ) -> Result<TaskRead, ReadError> {
        let mut read = TaskRead::default();
        if let Some(key) = &held.checkpoint {
            match self.store.snapshot(key).await {
                Ok(snapshot) => read.goes_on_from(snapshot),
                // Read anew.
                Err(error @ store::Error::Unreadable { .. }) => {
                    tracing::warn!(task = %held.name, %error, "what was handed over cannot be read");
                }
                Err(error) => return Err(ReadError::Store(error)),
            }
        }
        for part in &held.given {
            read.keep(ServiceSnapshot { taken_at: Some(begun), ..part.clone() });
        }
        if self.is_given_up(held.attempt, held.requeued) {
            if read.parts.is_empty() {
                return Err(ReadError::Failed(self.given_up()));
            }
            read.given_up = Some(self.given_up());
            return Ok(read);
        }
        // Whatever killed a worker before is found out: one service after the other, each noted first.
        let has_died = held.attempt.saturating_sub(held.requeued) > 1;
        if has_died {
            return self.read_one_by_one(audit, held, scope, read, stop).await;
        }
        let left = read.left(held);
        let mut parts = stream::iter(left)
            .map(|place| self.read_place(audit, place, scope, stop.clone()))
            .buffer_unordered(AT_ONCE);
        while let Some(part) = parts.next().await {
            // What was under way when it was stopped is not whole.
            if stop.is_cancelled() {
                break;
            }
            read.keep(part.map_err(ReadError::Failed)?);
        }
        drop(parts);
        Ok(read)
    }

    /// The same after the death of a worker: one service after the other, those at which workers died at the end.
    async fn read_one_by_one(
        &self,
        audit: &Audit,
        held: &Task,
        scope: &AuditScope,
        mut read: TaskRead,
        stop: CancellationToken,
    ) -> Result<TaskRead, ReadError> {
        let died_at: BTreeSet<_> = held.died_at.iter().copied().chain(held.reading).collect();
        let mut left = read.left(held);
        left.sort_by_key(|place| died_at.contains(&place.service));
        let died_at: Vec<_> = died_at.into_iter().collect();
        for place in left {
            let mut checkpoint = None;
            if !read.parts.is_empty() {
                let snapshot = self.snapshot(audit, read.clone().take(), now());
                let kept = self.store.keep_snapshot(held, &snapshot).await;
                checkpoint = Some(kept.map_err(ReadError::Store)?);
            }
            let (reading, checkpoint) = (place.service, checkpoint.as_deref());
            let noted = self.store.note_reading(held, reading, &died_at, checkpoint).await;
            if noted.map_err(ReadError::Store)? == Fence::Lost {
                return Err(ReadError::Lost);
            }
            let part = self.read_place(audit, place, scope, stop.clone()).await;
            if stop.is_cancelled() {
                break;
            }
            read.keep(part.map_err(ReadError::Failed)?);
        }
        Ok(read)
    }

    async fn read_place(
        &self,
        audit: &Audit,
        place: ServiceRegion,
        scope: &AuditScope,
        stop: CancellationToken,
    ) -> Result<ServiceSnapshot, String> {
        // A newer version planned it; whoever judges tells that nothing is known of it.
        let unknown = match place.service {
            Service::Other(name) => {
                let unread = inventory::unknown_service(name, &place.region);
                Some(ServiceSnapshot::unread(place.service, &place.region, unread))
            }
            _ => None,
        };
        match (&self.source, unknown) {
            (Source::Aws(_), Some(unknown)) => Ok(unknown),
            (Source::Aws(config), None) => {
                let begun = now();
                let part = self.read_aws(config, audit, &place, scope, stop).await?;
                Ok(ServiceSnapshot { taken_at: Some(begun), ..part })
            }
            (Source::Recorded { snapshot, tempo }, unknown) => {
                tokio::time::sleep(*tempo).await;
                let here = |part: &&ServiceSnapshot| {
                    part.receipt.region == place.region && part.receipt.service == place.service
                };
                let part = snapshot.parts.iter().find(here).cloned().or(unknown);
                part.ok_or_else(|| format!("nothing is recorded of `{place}`"))
            }
        }
    }

    async fn read_aws(
        &self,
        config: &SdkConfig,
        audit: &Audit,
        place: &ServiceRegion,
        scope: &AuditScope,
        stop: CancellationToken,
    ) -> Result<ServiceSnapshot, String> {
        let mut reads = scope.reads();
        let (role, name) = way_in(config, audit)?;
        let role = scan::assume_role(&role, audit.order.external_id.as_ref(), &name);
        let needs = || scan::needs(&reads);
        let session = match self.sessions.of(config, audit, &role, place.service, needs).await {
            Ok(session) => session,
            Err(refused) => {
                let unread = scan::unopened(&refused);
                return Ok(ServiceSnapshot::unread(place.service, &place.region, unread));
            }
        };
        let target = Target {
            account: account(config, audit),
            config: config.clone(),
            session: Some(session),
            regions: scope.regions.clone(),
            patience: scope.region_timeout,
            watch: Arc::new(|_, _, _| {}),
            stop,
        };
        let limits = ConcurrencyLimits::new(&scope.limits);
        let reads = reads.remove(&place.service).unwrap_or_default();
        Ok(collect::read(&target, &limits, &place.region, place.service, &reads).await)
    }
}

/// Why nothing came of a task.
enum ReadError {
    /// For good.
    Failed(String),
    /// For now.
    Store(store::Error),
    /// Another worker has it.
    Lost,
}

/// What the attempts at a task have read.
#[derive(Clone, Default)]
struct TaskRead {
    parts: BTreeMap<ServiceRegion, ServiceSnapshot>,
    /// Why nobody reads what is left.
    given_up: Option<String>,
    /// Whether this attempt has read more than those before it.
    is_further: bool,
}

impl TaskRead {
    fn goes_on_from(&mut self, snapshot: Snapshot) {
        let started_at = snapshot.started_at;
        for mut part in snapshot.parts {
            part.taken_at.get_or_insert(started_at);
            self.parts.insert(place_of(&part), part);
        }
    }

    fn keep(&mut self, part: ServiceSnapshot) {
        self.is_further |= self.parts.insert(place_of(&part), part).is_none();
    }

    /// The places that there is to read yet.
    fn left(&self, held: &Task) -> Vec<ServiceRegion> {
        held.places().filter(|place| !self.parts.contains_key(place)).collect()
    }

    fn is_whole(&self, held: &Task) -> bool {
        self.given_up.is_some() || self.left(held).is_empty()
    }

    /// What was read, which is not held any more: a large region has a good deal of it.
    fn take(&mut self) -> Vec<ServiceSnapshot> {
        std::mem::take(&mut self.parts).into_values().collect()
    }
}

fn place_of(part: &ServiceSnapshot) -> ServiceRegion {
    ServiceRegion::new(&part.receipt.region, part.receipt.service)
}

/// Whether an audit reads all there is to read in a place, so that others may judge by it.
pub(crate) fn is_whole(audit: &Audit, place: &ServiceRegion) -> bool {
    // Regions narrow what is read of a service that spans them.
    let narrowed = place.service.is_global() && !audit.order.regions.is_empty();
    audit.order.checks.is_empty() && audit.order.asks_for(place.service) && !narrowed
}

/// What an audit reads of a place where it does not read all there is; nothing where it does.
fn filters(audit: &Audit, place: &ServiceRegion, scope: &AuditScope) -> Option<Vec<AuditFilter>> {
    if is_whole(audit, place) {
        return None;
    }
    // None at all where the place is read for another service's checks alone.
    let mut checks = vec![None];
    if !audit.order.checks.is_empty() || !audit.order.asks_for(place.service) {
        let of_service = scope.checks.iter().filter(|check| check.service() == place.service);
        checks = of_service.map(|check| Some(check.id.to_owned())).collect();
    }
    let mut regions = vec![None];
    if place.service.is_global() && !audit.order.regions.is_empty() {
        // What has no region is read too.
        let named = audit.order.regions.iter().map(String::as_str).chain([GLOBAL]);
        regions = named.map(|region| Some(region.to_owned())).collect();
    }
    let scope = |check: &Option<String>, region: &Option<String>| AuditFilter {
        check: check.clone(),
        region: region.clone(),
    };
    let scopes = checks.iter().flat_map(|check| regions.iter().map(|region| scope(check, region)));
    Some(scopes.collect())
}
