//! The sessions in which tasks read: the tasks of one audit that a worker does share them.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use aws::{AssumeRole, AssumeRoleError, Needs, Pack, Session};
use aws_config::SdkConfig;
use domain::{Audit, AuditId, Service, Tenant};
use tokio::sync::Mutex;

/// How long the sessions of an audit are kept after a task of it last asked for one.
const KEPT: Duration = Duration::from_mins(10);

/// The sessions of the audits that a worker is at, each of one audit and no other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sessions(Arc<std::sync::Mutex<BTreeMap<Key, Kept>>>);

type Key = (Tenant, AuditId);

#[derive(Debug)]
struct Kept {
    asked_at: Instant,
    audit: Arc<Mutex<OfAudit>>,
}

/// The sessions of one audit.
#[derive(Debug, Default)]
struct OfAudit {
    packs: Vec<Pack>,
    /// Those that are open.
    open: BTreeMap<Service, Session>,
    /// Why others did not open, and when that was known.
    refused: BTreeMap<Service, (AssumeRoleError, Instant)>,
}

impl Sessions {
    /// The session in which a service is read for an audit; `needs` are those of all its services.
    ///
    /// The first task of a pack opens its session, and the others wait for it. Whoever waited while it was refused
    /// is refused too; whoever comes later asks AWS again.
    pub(crate) async fn of(
        &self,
        config: &SdkConfig,
        audit: &Audit,
        role: &AssumeRole,
        service: Service,
        needs: impl FnOnce() -> Needs + Send,
    ) -> Result<Session, AssumeRoleError> {
        let asked_at = Instant::now();
        let audit = self.of_audit((audit.tenant.clone(), audit.id), asked_at);
        let mut audit = audit.lock().await;
        if let Some(told) = audit.told(service, asked_at) {
            return told;
        }
        if audit.packs.is_empty() {
            audit.packs = Pack::all(needs());
        }
        let pack = audit.packs.iter().find(|pack| pack.has(service)).cloned();
        // No check of this version needs it: nothing is read of it.
        let pack = pack.unwrap_or_else(|| Pack::of(service, [].into()));
        let opened = aws::open_pack(config, role, pack).await;
        audit.keep(opened, Instant::now());
        audit.told(service, asked_at).unwrap_or_else(|| {
            let reason = format!("no session was opened for `{service}`");
            Err(AssumeRoleError::Unreachable { role: role.role.clone(), reason })
        })
    }

    /// The sessions of an audit. Those of audits that nobody asked for since long are dropped.
    fn of_audit(&self, key: Key, now: Instant) -> Arc<Mutex<OfAudit>> {
        let mut audits = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        audits.retain(|_, kept| now.saturating_duration_since(kept.asked_at) < KEPT);
        let kept =
            audits.entry(key).or_insert_with(|| Kept { asked_at: now, audit: Arc::default() });
        kept.asked_at = now;
        Arc::clone(&kept.audit)
    }
}

impl OfAudit {
    /// What is known of a service's session, for one who asked at a time.
    fn told(
        &self,
        service: Service,
        asked_at: Instant,
    ) -> Option<Result<Session, AssumeRoleError>> {
        if let Some(session) = self.open.get(&service) {
            return Some(Ok(session.clone()));
        }
        let refused = self.refused.get(&service).filter(|(_, at)| *at >= asked_at);
        refused.map(|(refused, _)| Err(refused.clone()))
    }

    fn keep(&mut self, opened: Vec<(Pack, Result<Session, AssumeRoleError>)>, now: Instant) {
        for (pack, session) in opened {
            self.packs.retain(|one| !pack.services().any(|service| one.has(service)));
            for service in pack.services() {
                match &session {
                    Ok(session) => _ = self.open.insert(service, session.clone()),
                    Err(refused) => _ = self.refused.insert(service, (refused.clone(), now)),
                }
            }
            self.packs.push(pack);
        }
    }
}

#[cfg(test)]
mod tests;
