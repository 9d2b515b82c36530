use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use aws::{AssumeRole, AssumeRoleError, Session, SessionName, SessionPolicy};
use aws_config::SdkConfig;
use collect::{ConcurrencyLimits, Target};
use domain::{
    Account, Cause, ExternalId, Fact, GLOBAL, Receipt, ReceiptOutcome, RoleArn, Service, Unread,
};
use futures::{StreamExt as _, stream::FuturesUnordered};
use inventory::{Facts, ServiceSnapshot, Snapshot};
use tokio_util::sync::CancellationToken;

use crate::{AuditScope, lease::now};

/// The way into the account.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// The caller's own credentials, in this account.
    Caller(Account),
    /// A role to assume; one session per service, each capped to what is read there.
    Role {
        /// The customer's role.
        role: RoleArn,
        /// What its trust policy asks for.
        external_id: Option<ExternalId>,
        /// How the customer's CloudTrail names us.
        name: SessionName,
    },
}

/// What happens while an account is read.
#[derive(Clone, Debug)]
pub enum Event<'a> {
    /// What will be read, by region and service.
    Planned(&'a [(String, Service)]),
    /// A request was sent.
    Called {
        /// The region, or `global`.
        region: &'a str,
        /// The service.
        service: Service,
        /// How many requests that makes there.
        calls: u32,
    },
    /// One service was read in one region.
    Ended(&'a Receipt),
}

/// Why an account was not read at all.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ScanError {
    /// The role did not open.
    #[error(transparent)]
    AssumeRole(#[from] AssumeRoleError),
    /// A region that AWS does not have.
    #[error("AWS names no region `{region}`; the regions of this account are {known}")]
    UnknownRegion {
        /// What was asked for.
        region: String,
        /// The enabled regions.
        known: String,
    },
}

/// Reads what the checks need of an account.
///
/// # Errors
///
/// When nothing could be read: the role does not open, or a region does not exist. What fails later
/// is in the snapshot.
pub async fn scan(
    config: &SdkConfig,
    entry: &Credentials,
    brief: &AuditScope,
    stop: CancellationToken,
    observer: Arc<dyn Fn(Event<'_>) + Send + Sync>,
) -> Result<Snapshot, ScanError> {
    let started_at = now();
    let facts = brief.facts();
    let account = match entry {
        Credentials::Caller(account) => account,
        Credentials::Role { role, .. } => role.account(),
    };
    let sessions = sessions(config, entry, &facts).await?;
    let watch = {
        let observer = Arc::clone(&observer);
        Arc::new(move |region: &str, service, calls| {
            observer(Event::Called { region, service, calls });
        })
    };
    let target = |session| Target {
        account: account.clone(),
        config: config.clone(),
        session,
        regions: brief.regions.clone(),
        watch: watch.clone(),
        stop: stop.clone(),
    };
    let paces = ConcurrencyLimits::new(&brief.limits);
    let mut parts = Vec::new();
    let mut open = BTreeMap::new();
    for (service, session) in sessions {
        match session {
            Ok(session) => _ = open.insert(service, target(session)),
            Err(refused) => {
                let region = if service.is_global() { GLOBAL } else { "*" };
                parts.push(closed(service, region, &refused));
            }
        }
    }

    let mut tasks: Vec<_> =
        open.keys().filter(|s| s.is_global()).map(|s| (GLOBAL.to_owned(), *s)).collect();
    let mut planning = 0;
    if let Some(target) = open.get(&Service::Ec2) {
        let plan = plan(target, &paces, &brief.regions).await?;
        tasks.extend(plan.regions.into_iter().map(|region| (region, Service::Ec2)));
        parts.extend(plan.parts);
        planning = plan.calls;
    }
    observer(Event::Planned(&tasks));
    for part in &parts {
        observer(Event::Ended(&part.receipt));
    }
    let nothing = BTreeSet::new();
    let mut running: FuturesUnordered<_> = tasks
        .iter()
        .filter_map(|(region, service)| Some((region, *service, open.get(service)?)))
        .map(|(region, service, target)| {
            collect::read(target, &paces, region, service, facts.get(&service).unwrap_or(&nothing))
        })
        .collect();
    while let Some(part) = running.next().await {
        observer(Event::Ended(&part.receipt));
        parts.push(part);
    }
    parts.sort_by(|a, b| {
        let place = |part: &ServiceSnapshot| (part.receipt.service, part.receipt.region.clone());
        place(a).cmp(&place(b))
    });
    // The call that lists the regions belongs to no region; it is counted in the first one's row.
    if let Some(first) = parts.iter_mut().find(|part| part.receipt.service == Service::Ec2) {
        first.receipt.calls += planning;
    }
    let (version, account) = (Snapshot::VERSION, account.clone());
    Ok(Snapshot { version, account, started_at, finished_at: now(), parts })
}

type Opened = BTreeMap<Service, Result<Option<Session>, AssumeRoleError>>;

/// Opens one session per service; an error only where none opens.
async fn sessions(
    config: &SdkConfig,
    entry: &Credentials,
    facts: &BTreeMap<Service, BTreeSet<Fact>>,
) -> Result<Opened, AssumeRoleError> {
    let Credentials::Role { role, external_id, name } = entry else {
        return Ok(facts.keys().map(|service| (*service, Ok(None))).collect());
    };
    let opening = facts.iter().map(async |(service, facts)| {
        let door = door(role, external_id.as_ref(), name, facts);
        (*service, aws::open(config, door).await.map(Some))
    });
    let opened: Opened = futures::future::join_all(opening).await.into_iter().collect();
    match opened.values().find_map(|session| session.as_ref().err()) {
        Some(refused) if opened.values().all(Result::is_err) => Err(refused.clone()),
        _ => Ok(opened),
    }
}

/// The way into an account for reading `facts` and nothing else.
pub(crate) fn door(
    role: &RoleArn,
    external_id: Option<&ExternalId>,
    name: &SessionName,
    facts: &BTreeSet<Fact>,
) -> AssumeRole {
    let actions = facts.iter().flat_map(|fact| fact.actions()).copied().collect();
    AssumeRole {
        role: role.clone(),
        external_id: external_id.cloned(),
        name: name.clone(),
        cap: SessionPolicy::new(role.account().partition, &actions),
    }
}

/// The part of a service whose session did not open while others did.
pub(crate) fn closed(service: Service, region: &str, refused: &AssumeRoleError) -> ServiceSnapshot {
    let is_denial = refused.is_denial();
    let cause = if is_denial { Cause::Denied } else { Cause::Failed(refused.to_string()) };
    let unread = Unread { action: "sts:AssumeRole".into(), cause, region: GLOBAL.into() };
    gap(service, region, &unread)
}

/// A part of which nothing was read, for a reason that the receipt tells.
pub(crate) fn gap(service: Service, region: &str, unread: &Unread) -> ServiceSnapshot {
    let is_denied = unread.cause == Cause::Denied;
    let receipt = Receipt {
        region: region.into(),
        service,
        outcome: if is_denied { ReceiptOutcome::Denied } else { ReceiptOutcome::Failed },
        calls: 0,
        denied: is_denied.then(|| unread.action.to_string()).into_iter().collect(),
        error: (!is_denied).then(|| unread.to_string()),
    };
    ServiceSnapshot { receipt, facts: Facts::unread(service, unread), taken_at: None }
}

/// Where the regional services are read.
pub(crate) struct Plan {
    pub(crate) regions: Vec<String>,
    /// Regions that are known beforehand not to be read.
    pub(crate) parts: Vec<ServiceSnapshot>,
    calls: u32,
}

pub(crate) async fn plan(
    target: &Target,
    paces: &ConcurrencyLimits,
    wanted: &[String],
) -> Result<Plan, ScanError> {
    let (enabled, receipt) = collect::regions(target, paces).await;
    let mut plan = Plan { regions: Vec::new(), parts: Vec::new(), calls: receipt.calls };
    let enabled = match enabled {
        Ok(enabled) => enabled,
        // Which regions there are is not known: the wanted ones are read all the same, and without
        // any the configured one, with a gap for all others.
        Err(unread) => {
            plan.regions = wanted.to_vec();
            if wanted.is_empty() {
                plan.regions.extend(target.config.region().map(ToString::to_string));
                plan.parts.push(gap(Service::Ec2, "*", &unread));
            }
            return Ok(plan);
        }
    };
    if wanted.is_empty() {
        plan.regions = enabled.names().map(Into::into).collect();
        if plan.regions.is_empty() {
            let cause = Cause::Failed("AWS names no enabled region".into());
            let action = "ec2:DescribeRegions".into();
            let unread = Unread { action, cause, region: GLOBAL.into() };
            plan.parts.push(gap(Service::Ec2, "*", &unread));
        }
    }
    for region in wanted {
        match enabled.is_enabled(region) {
            Some(true) => plan.regions.push(region.clone()),
            Some(false) => plan.parts.push(not_enabled(region)),
            None => {
                let known = enabled.names().collect::<Vec<_>>().join(", ");
                return Err(ScanError::UnknownRegion { region: region.clone(), known });
            }
        }
    }
    Ok(plan)
}

fn not_enabled(region: &str) -> ServiceSnapshot {
    let action = "ec2:DescribeInstances".into();
    let cause = Cause::Failed("the region is not enabled in this account".into());
    let unread = Unread { action, cause, region: region.to_owned().into() };
    let mut part = gap(Service::Ec2, region, &unread);
    part.receipt.outcome = ReceiptOutcome::NotApplicable;
    part.receipt.error = Some("the region is not enabled in this account".into());
    part
}
