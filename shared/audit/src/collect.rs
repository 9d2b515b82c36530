//! Collecting: one task reads one service in one region.

use std::sync::Arc;

use aws_config::SdkConfig;
use collect::{ConcurrencyLimits, Target};
use domain::{
    Audit, AuditFilter, AuditId, GLOBAL, Latest, Phase, Service, ServiceRegion, Task, Tenant,
};
use inventory::{ServiceSnapshot, Snapshot};
use jiff::Timestamp;
use store::{Fence, TaskEnd};
use tokio_util::sync::CancellationToken;

use crate::{
    AuditScope, Pipeline, Source, Step, StepResult, WorkError,
    lease::{Held, later, now, while_held},
    pipeline::{account, way_in},
    scan,
};

impl Pipeline {
    /// Works off a task, or puts it back when it is stopped.
    pub(crate) async fn collect(
        &self,
        tenant: &Tenant,
        id: AuditId,
        plan: u32,
        place: &ServiceRegion,
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
            self.store.claim_task((tenant, id), plan, place, begun, until).await?.claimed()
        else {
            return Ok(StepResult::nothing());
        };
        if self.is_given_up(held.attempt, held.requeued) {
            return self.complete(&held, TaskEnd::Failed(&self.given_up())).await;
        }
        let scope = match self.scope(&audit) {
            Ok(scope) => scope,
            Err(error) => return self.complete(&held, TaskEnd::Failed(&error)).await,
        };
        // Stopped from outside, or because another worker has taken the task over.
        let stop = stop.child_token();
        let reading = Box::pin(self.read(&audit, &held, &scope, stop.clone()));
        let Some(read) = while_held(&self.store, Held::Task(&held), lease, reading).await else {
            stop.cancel();
            return Ok(StepResult::nothing());
        };
        if stop.is_cancelled() {
            let next = Step::collect(&held);
            let _ = self.store.release_task(&held, now()).await?;
            return Ok(StepResult::next(vec![next]));
        }
        let part = match read {
            Ok(part) => part,
            Err(error) => return self.complete(&held, TaskEnd::Failed(&error)).await,
        };
        let snapshot = self.snapshot(&audit, part, begun);
        let key = self.store.keep_snapshot(&held, &snapshot).await?;
        let latest = Latest {
            place: place.clone(),
            snapshot: key.clone(),
            taken_at: snapshot.started_at,
            audit_id: id,
        };
        let scopes = scopes(&audit, place, &scope);
        self.store.publish(tenant, &held.account, &latest, scopes.as_deref()).await?;
        self.complete(&held, TaskEnd::Done(&key)).await
    }

    async fn complete(&self, held: &Task, end: TaskEnd<'_>) -> Result<StepResult, WorkError> {
        if let TaskEnd::Failed(error) = end {
            tracing::warn!(audit = %held.audit_id, place = %held.place, error, "a task failed");
        }
        match self.store.complete_task(held, end, now()).await? {
            Fence::Held => {}
            Fence::Lost => {
                tracing::info!(audit = %held.audit_id, place = %held.place, "a task was taken over");
            }
        }
        Ok(StepResult::nothing())
    }

    /// What a task read, as it is kept.
    fn snapshot(&self, audit: &Audit, part: ServiceSnapshot, begun: Timestamp) -> Snapshot {
        let account = match &self.source {
            Source::Aws(config) => account(config, audit),
            Source::Recorded { snapshot, .. } => snapshot.account.clone(),
        };
        let started_at = match &self.source {
            Source::Aws(_) => begun,
            Source::Recorded { snapshot, .. } => snapshot.started_at,
        };
        let (version, finished_at) = (Snapshot::VERSION, now());
        Snapshot { version, account, started_at, finished_at, parts: vec![part] }
    }

    async fn read(
        &self,
        audit: &Audit,
        held: &Task,
        scope: &AuditScope,
        stop: CancellationToken,
    ) -> Result<ServiceSnapshot, String> {
        if let Some(given) = &held.given {
            return Ok(given.clone());
        }
        let place = &held.place;
        match &self.source {
            Source::Aws(config) => self.read_aws(config, audit, place, scope, stop).await,
            Source::Recorded { snapshot, tempo } => {
                tokio::time::sleep(*tempo).await;
                let here = |part: &&ServiceSnapshot| {
                    part.receipt.region == place.region && part.receipt.service == place.service
                };
                let part = snapshot.parts.iter().find(here);
                part.cloned().ok_or_else(|| format!("nothing is recorded of `{place}`"))
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
        let unread = |unread| Ok(ServiceSnapshot::unread(place.service, &place.region, unread));
        if let Service::Other(name) = place.service {
            // A newer version planned it; whoever judges tells that nothing is known of it.
            return unread(inventory::unknown_service(name, &place.region));
        }
        let mut reads = scope.reads();
        let (role, name) = way_in(config, audit)?;
        let role = scan::assume_role(&role, audit.order.external_id.as_ref(), &name);
        let needs = || scan::needs(&reads);
        let session = match self.sessions.of(config, audit, &role, place.service, needs).await {
            Ok(session) => session,
            Err(refused) => return unread(scan::unopened(&refused)),
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

/// Whether an audit reads all there is to read in a place, so that others may judge by it.
pub(crate) fn is_whole(audit: &Audit, place: &ServiceRegion) -> bool {
    // Regions narrow what is read of a service that spans them.
    let narrowed = place.service.is_global() && !audit.order.regions.is_empty();
    audit.order.checks.is_empty() && audit.order.asks_for(place.service) && !narrowed
}

/// What an audit reads of a place where it does not read all there is; nothing where it does.
fn scopes(audit: &Audit, place: &ServiceRegion, scope: &AuditScope) -> Option<Vec<AuditFilter>> {
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
