use std::{collections::BTreeMap, sync::Arc};

use aws::{AssumeRole, AssumeRoleError, Needs, Pack, Session, SessionName, SessionPolicy};
use aws_config::SdkConfig;
use collect::{ConcurrencyLimits, Target};
use domain::{Account, Cause, ExternalId, GLOBAL, Receipt, RoleArn, Service, Unread};
use futures::{StreamExt as _, stream::FuturesUnordered};
use inventory::{REGIONS, Reads, ServiceSnapshot, Snapshot};
use tokio_util::sync::CancellationToken;

use crate::{AuditScope, lease::now};

/// The way into the account.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// The caller's own credentials, in this account.
    Caller(Account),
    /// A role to assume; services share sessions, each capped to what its services are read for.
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
    credentials: &Credentials,
    scope: &AuditScope,
    stop: CancellationToken,
    observer: Arc<dyn Fn(Event<'_>) + Send + Sync>,
) -> Result<Snapshot, ScanError> {
    let started_at = now();
    let reads = scope.reads();
    let account = match credentials {
        Credentials::Caller(account) => account,
        Credentials::Role { role, .. } => role.account(),
    };
    let (sessions, planner) =
        futures::join!(sessions(config, credentials, &reads), planner(config, credentials, scope));
    let sessions = sessions?;
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
        regions: scope.regions.clone(),
        patience: scope.region_timeout,
        watch: watch.clone(),
        stop: stop.clone(),
    };
    let limits = ConcurrencyLimits::new(&scope.limits);
    let regional: Vec<_> = reads.keys().copied().filter(|service| !service.is_global()).collect();
    let plan = match planner {
        None => Plan::default(),
        Some(Ok(session)) => plan(&target(session), &limits, scope).await?,
        Some(Err(refused)) => Plan { gap: Some(unopened(&refused)), ..Plan::default() },
    };

    let mut parts: Vec<_> = regional.iter().flat_map(|service| plan.unread(*service)).collect();
    let mut tasks = Vec::new();
    let mut open = BTreeMap::new();
    for (service, session) in sessions {
        match session {
            Ok(session) => {
                let regions = plan.regions_of(service).map(ToOwned::to_owned);
                tasks.extend(regions.map(|region| (region, service)));
                open.insert(service, target(session));
            }
            Err(refused) => {
                let region = if service.is_global() { GLOBAL } else { "*" };
                parts.retain(|part| part.service() != service || !part.is_applicable());
                parts.push(ServiceSnapshot::unread(service, region, unopened(&refused)));
            }
        }
    }
    observer(Event::Planned(&tasks));
    for part in &parts {
        observer(Event::Ended(&part.receipt));
    }
    let mut running: FuturesUnordered<_> = tasks
        .iter()
        .filter_map(|(region, service)| {
            Some((region, *service, open.get(service)?, reads.get(service)?))
        })
        .map(|(region, service, target, reads)| {
            collect::read(target, &limits, region, service, reads)
        })
        .collect();
    while let Some(part) = running.next().await {
        observer(Event::Ended(&part.receipt));
        parts.push(part);
    }
    parts.sort_by(|a, b| {
        let place = |part: &ServiceSnapshot| (part.service(), part.receipt.region.clone());
        place(a).cmp(&place(b))
    });
    // The call that lists the regions is one of EC2's and belongs to no region: EC2's first row counts it, and
    // where EC2 is not read any first one.
    let of_ec2 = parts.iter().position(|part| part.service() == REGIONS.service);
    let first = of_ec2.or_else(|| parts.iter().position(|part| !part.service().is_global()));
    if let Some(first) = first.and_then(|first| parts.get_mut(first)) {
        first.receipt.calls += plan.calls;
        first.answered.extend(plan.answered.iter().map(|&action| action.into()));
    }
    if matches!(credentials, Credentials::Caller(_)) {
        // What the caller may do tells nothing of the permissions of a customer's role.
        for part in &mut parts {
            part.answered.clear();
        }
    }
    let (version, account) = (Snapshot::VERSION, account.clone());
    Ok(Snapshot { version, account, started_at, finished_at: now(), parts })
}

type Opened = BTreeMap<Service, Result<Option<Session>, AssumeRoleError>>;

/// Opens the sessions of all services, as few as can be; an error only where none opens.
async fn sessions(
    config: &SdkConfig,
    credentials: &Credentials,
    reads: &BTreeMap<Service, Reads>,
) -> Result<Opened, AssumeRoleError> {
    let Some(role) = credentials.role() else {
        return Ok(reads.keys().map(|service| (*service, Ok(None))).collect());
    };
    let packs = Pack::all(needs(reads)).into_iter();
    let opening = packs.map(|pack| aws::open_pack(config, &role, pack));
    let opened = futures::future::join_all(opening).await.into_iter().flatten();
    let opened: Opened = opened
        .flat_map(|(pack, session)| {
            let services: Vec<_> = pack.services().collect();
            services.into_iter().map(move |service| (service, session.clone().map(Some)))
        })
        .collect();
    match opened.values().find_map(|session| session.as_ref().err()) {
        Some(refused) if opened.values().all(Result::is_err) => Err(refused.clone()),
        _ => Ok(opened),
    }
}

/// The actions that reading takes.
pub(crate) fn needs(reads: &BTreeMap<Service, Reads>) -> Needs {
    let actions = |reads: &Reads| reads.iter().flat_map(|read| read.actions).copied().collect();
    reads.iter().map(|(service, reads)| (*service, actions(reads))).collect()
}

/// The session in which AWS is asked for the regions; nothing where no service has any.
async fn planner(
    config: &SdkConfig,
    credentials: &Credentials,
    scope: &AuditScope,
) -> Option<Result<Option<Session>, AssumeRoleError>> {
    if !scope.has_regions() {
        return None;
    }
    match credentials.role() {
        Some(role) => Some(regions_session(config, role).await.map(Some)),
        None => Some(Ok(None)),
    }
}

impl Credentials {
    /// The role to assume, if there is one, under a policy that lets nothing through.
    fn role(&self) -> Option<AssumeRole> {
        let Self::Role { role, external_id, name } = self else { return None };
        Some(assume_role(role, external_id.as_ref(), name))
    }
}

/// The role of an account, under a policy that lets nothing through.
pub(crate) fn assume_role(
    role: &RoleArn,
    external_id: Option<&ExternalId>,
    name: &SessionName,
) -> AssumeRole {
    AssumeRole {
        role: role.clone(),
        external_id: external_id.cloned(),
        name: name.clone(),
        policy: SessionPolicy::nothing(),
    }
}

/// A session that may ask for the regions and do nothing else.
pub(crate) async fn regions_session(
    config: &SdkConfig,
    role: AssumeRole,
) -> Result<Session, AssumeRoleError> {
    let actions = REGIONS.actions.iter().copied().collect();
    let policy = SessionPolicy::new(role.role.account().partition, &actions);
    aws::open(config, AssumeRole { policy, ..role }).await
}

/// Why nothing was read in a session that did not open.
pub(crate) fn unopened(refused: &AssumeRoleError) -> Unread {
    let is_denial = refused.is_denial();
    let cause = if is_denial { Cause::Denied } else { Cause::Failed(refused.to_string()) };
    Unread { action: "sts:AssumeRole".into(), cause, region: GLOBAL.into() }
}

/// Where the regional services are read: planned once, for all of them.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// The regions to read.
    regions: Vec<String>,
    /// Regions that were asked for and are not enabled in the account.
    not_enabled: Vec<String>,
    /// Why there may be regions more.
    gap: Option<Unread>,
    /// How many requests it took.
    calls: u32,
    /// The actions that AWS answered.
    answered: &'static [&'static str],
}

impl Plan {
    /// The regions in which a service is read.
    pub(crate) fn regions_of(&self, service: Service) -> impl Iterator<Item = &str> {
        let regions = if service.is_global() { &[][..] } else { &self.regions };
        let global = service.is_global().then_some(GLOBAL);
        global.into_iter().chain(regions.iter().map(String::as_str))
    }

    /// What is known beforehand not to be read of a regional service.
    pub(crate) fn unread(&self, service: Service) -> impl Iterator<Item = ServiceSnapshot> {
        let disabled = self.not_enabled.iter();
        let disabled = disabled.map(move |region| ServiceSnapshot::not_enabled(service, region));
        let gap = self.gap.clone();
        disabled.chain(gap.map(move |unread| ServiceSnapshot::unread(service, "*", unread)))
    }
}

/// Asks AWS which regions there are, and chooses those to read.
pub(crate) async fn plan(
    target: &Target,
    limits: &ConcurrencyLimits,
    scope: &AuditScope,
) -> Result<Plan, ScanError> {
    let (wanted, without) = (scope.regions.as_slice(), &scope.without);
    let (enabled, receipt) = collect::regions(target, limits).await;
    let mut plan = Plan { calls: receipt.calls, ..Plan::default() };
    let enabled = match enabled {
        Ok(enabled) => {
            plan.answered = REGIONS.actions;
            enabled
        }
        // Which regions there are is not known: the wanted ones are read all the same, and without
        // any the configured one, with a gap for all others.
        Err(unread) => {
            plan.regions = wanted.to_vec();
            if wanted.is_empty() {
                plan.regions.extend([target.near()].map(ToOwned::to_owned));
                plan.regions.retain(|region| !without.contains(region));
                plan.gap = Some(unread);
            }
            return Ok(plan);
        }
    };
    if wanted.is_empty() {
        for region in without {
            known(&enabled, region)?;
        }
        plan.regions = enabled.names().map(Into::into).collect();
        plan.regions.retain(|region| !without.contains(region));
        if enabled.names().next().is_none() {
            let why = "AWS names no enabled region";
            plan.gap = Some(Unread::failed("ec2:DescribeRegions", GLOBAL, why));
        }
    }
    for region in wanted {
        if known(&enabled, region)? {
            plan.regions.push(region.clone());
        } else {
            plan.not_enabled.push(region.clone());
        }
    }
    Ok(plan)
}

/// Whether a region that somebody named is enabled.
fn known(enabled: &collect::Enabled, region: &str) -> Result<bool, ScanError> {
    enabled.is_enabled(region).ok_or_else(|| {
        let known = enabled.names().collect::<Vec<_>>().join(", ");
        ScanError::UnknownRegion { region: region.into(), known }
    })
}
