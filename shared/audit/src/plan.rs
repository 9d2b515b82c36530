//! Planning: what there is to read, as tasks of one service in one region each.

use std::{collections::BTreeMap, sync::Arc};

use aws::Doubt;
use aws_config::SdkConfig;
use collect::{ConcurrencyLimits, Target};
use domain::{Audit, AuditId, ProofOutcome, RegisteredState, ServiceRegion, Task, Tenant};
use inventory::ServiceSnapshot;
use store::Fence;
use tokio_util::sync::CancellationToken;

use crate::{
    AuditScope, Pipeline, Source, Step, StepResult, WorkError, alerts,
    lease::{Held, later, now, while_held},
    pipeline::{account, way_in},
    scan,
};

/// Why an audit is not planned.
enum Unplanned {
    /// For good.
    Failed(String),
    /// For now.
    Unsure(String),
}

impl Pipeline {
    /// Plans an audit, and lets its tasks begin.
    pub(crate) async fn plan(
        &self,
        tenant: &Tenant,
        id: AuditId,
        stop: &CancellationToken,
    ) -> Result<StepResult, WorkError> {
        let (begun, lease) = (now(), self.settings.lease);
        let until = later(begun, lease);
        let Some(held) = self.store.claim_plan(tenant, id, begun, until).await?.claimed() else {
            return Ok(StepResult::nothing());
        };
        if self.is_given_up(held.attempt, held.requeued) {
            return self.fail(&held, &self.given_up()).await;
        }
        let scope = match self.scope(&held) {
            Ok(scope) => scope,
            Err(error) => return self.fail(&held, &error).await,
        };
        let planning =
            while_held(&self.store, Held::Audit(&held), lease, self.places(&held, &scope));
        let planned = tokio::select! {
            biased;
            () = stop.cancelled() => return self.requeue(&held, Step::plan(&held)).await,
            planned = planning => planned,
        };
        let Some(planned) = planned else { return Ok(StepResult::nothing()) };
        let tasks: Vec<_> = match planned {
            Ok(tasks) => tasks,
            Err(Unplanned::Failed(error)) => return self.fail(&held, &error).await,
            Err(Unplanned::Unsure(error)) => {
                // The attempt counts; the next one need not wait for its lease.
                let _ = self.store.release(&held, now()).await?;
                if held.attempt.saturating_sub(held.requeued) >= self.settings.attempts {
                    return self.fail(&held, &error).await;
                }
                return Err(WorkError::Unsure(error));
            }
        };
        match self.store.planned(&held, &tasks, now()).await? {
            Fence::Held => Ok(StepResult::next(tasks.iter().map(Step::collect).collect())),
            Fence::Lost => Ok(StepResult::nothing()),
        }
    }

    async fn places(&self, held: &Audit, scope: &AuditScope) -> Result<Vec<Task>, Unplanned> {
        let parts = match &self.source {
            Source::Recorded { snapshot, .. } if snapshot.account.id != held.order.account_id => {
                let account = &held.order.account_id;
                return Err(Unplanned::Failed(format!(
                    "nothing is recorded of account `{account}`"
                )));
            }
            Source::Recorded { snapshot, .. } => {
                let rows = snapshot.parts.iter().map(|part| &part.receipt);
                let places =
                    rows.map(|row| (ServiceRegion::new(row.region.clone(), row.service), None));
                places.collect()
            }
            Source::Aws(config) => {
                self.prove(config, held).await?;
                self.ask(config, held, scope).await?
            }
        };
        let task = |(place, given)| Task { given, ..Task::new(held, place, now()) };
        Ok(parts.into_iter().map(task).collect())
    }

    /// Proves anew that a registered account's role asks for its `ExternalId`. One that does not is
    /// suspended, and told of.
    async fn prove(&self, config: &SdkConfig, held: &Audit) -> Result<(), Unplanned> {
        let (true, Some(external_id)) = (held.order.registered, &held.order.external_id) else {
            return Ok(());
        };
        let (role, name) = way_in(config, held).map_err(Unplanned::Failed)?;
        let tried = aws::prove(config, &role, external_id, &name).await;
        let proof = aws::proof(&tried, now());
        let unsure = |error: store::Error| Unplanned::Unsure(error.to_string());
        let (tenant, id) = (&held.tenant, &held.order.account_id);
        let drifted = proof.outcome.is_drift();
        let before = self.store.account(tenant, id).await.map_err(unsure)?;
        // A proof is of one role and one ExternalId: what was changed since is not proven by it.
        let is_of = |account: &domain::RegisteredAccount| {
            account.external_id == *external_id && account.role_name == held.order.role_name
        };
        let Some(before) = before.filter(|account| account.is_audited() && is_of(account)) else {
            let why = format!(
                "account `{id}` is not registered for audits any more, or not with this role"
            );
            return Err(Unplanned::Failed(why));
        };
        if drifted {
            // The alert first: an account that is suspended is not looked at again, and would not be told.
            let alert = alerts::suspended(held, &before, &proof, self.settings.lang);
            self.store.raise(&alert).await.map_err(unsure)?;
        }
        // Nothing is written on a night like every other.
        let changes = drifted || before.state != RegisteredState::Active || tried.is_err();
        if changes {
            let change = |account: &mut domain::RegisteredAccount| {
                if !is_of(account) {
                    return;
                }
                account.proof = Some(proof.clone());
                match proof.outcome {
                    ProofOutcome::Proven if account.state == RegisteredState::Pending => {
                        account.state = RegisteredState::Active;
                    }
                    outcome if outcome.is_drift() && account.is_audited() => {
                        account.state = RegisteredState::Suspended;
                        account.reason.clone_from(&proof.reason);
                    }
                    _ => {}
                }
            };
            self.store.change_account(tenant, id, now(), change).await.map_err(unsure)?;
        }
        match tried {
            Ok(()) => Ok(()),
            Err(doubt @ Doubt::Unproven { .. }) => Err(Unplanned::Unsure(doubt.to_string())),
            Err(doubt) => Err(Unplanned::Failed(doubt.to_string())),
        }
    }

    /// Asks AWS what there is to read.
    async fn ask(
        &self,
        config: &SdkConfig,
        held: &Audit,
        scope: &AuditScope,
    ) -> Result<Vec<(ServiceRegion, Option<ServiceSnapshot>)>, Unplanned> {
        let services: Vec<_> = scope.reads().into_keys().collect();
        let has_regions = scope.has_regions();
        let mut plan = scan::Plan::default();
        // A proven role opens.
        if has_regions || !held.order.registered {
            let (role, name) = way_in(config, held).map_err(Unplanned::Failed)?;
            let role = scan::assume_role(&role, held.order.external_id.as_ref(), &name);
            let session = match scan::regions_session(config, role).await {
                Ok(session) => session,
                Err(refused) if refused.is_denial() => {
                    return Err(Unplanned::Failed(refused.to_string()));
                }
                Err(refused) => return Err(Unplanned::Unsure(refused.to_string())),
            };
            if has_regions {
                let target = Target {
                    account: account(config, held),
                    config: config.clone(),
                    session: Some(session),
                    regions: scope.regions.clone(),
                    patience: scope.region_timeout,
                    watch: Arc::new(|_, _, _| {}),
                    stop: CancellationToken::new(),
                };
                let limits = ConcurrencyLimits::new(&scope.limits);
                let asked = scan::plan(&target, &limits, scope).await;
                plan = asked.map_err(|error| Unplanned::Failed(error.to_string()))?;
            }
        }
        // A region that is named twice is one task.
        let mut places = BTreeMap::new();
        for service in services {
            let read = plan.regions_of(service);
            places.extend(read.map(|region| (ServiceRegion::new(region, service), None)));
            if !service.is_global() {
                let unread = plan.unread(service);
                places.extend(
                    unread.map(|part| {
                        (ServiceRegion::new(&part.receipt.region, service), Some(part))
                    }),
                );
            }
        }
        Ok(places.into_iter().collect())
    }
}
