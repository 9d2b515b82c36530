use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use inventory::{ServiceSnapshot, is_region};

use crate::{AccountId, Audit, AuditId, Invalid, Service, Tenant};

/// What one task reads: one service in one region, or in `global`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServiceRegion {
    /// The region, or `global`.
    pub region: String,
    /// The service.
    pub service: Service,
}

impl ServiceRegion {
    /// One service in one region.
    #[must_use]
    pub fn new(region: impl Into<String>, service: Service) -> Self {
        Self { region: region.into(), service }
    }
}

impl fmt::Display for ServiceRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.region, self.service)
    }
}

impl FromStr for ServiceRegion {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let accepted = "a region and a service, like `eu-west-1#ec2`";
        let invalid = || Invalid::new("task", text, accepted);
        let (region, service) = text.split_once('#').ok_or_else(invalid)?;
        if !is_region(region) {
            return Err(invalid());
        }
        Ok(Self::new(region, Service::stored(service).map_err(|_| invalid())?))
    }
}

impl TryFrom<String> for ServiceRegion {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<ServiceRegion> for String {
    fn from(place: ServiceRegion) -> Self {
        place.to_string()
    }
}

/// The states of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// Written down, or put back.
    Queued,
    /// A worker reads.
    Running,
    /// Read; the receipt in its snapshot tells how far.
    Done,
    /// Given up: nothing was read.
    Failed,
}

impl TaskState {
    /// The name used in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// Whether it is the last one.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed)
    }
}

/// The reading of one service in one region for one audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Whose it is.
    pub tenant: Tenant,
    /// The audit.
    pub audit_id: AuditId,
    /// The attempt at planning that made it.
    pub plan: u32,
    /// The audited account.
    pub account: AccountId,
    /// What it reads.
    pub place: ServiceRegion,
    /// Where it stands.
    pub state: TaskState,
    /// How often a worker has begun it.
    pub attempt: u32,
    /// How many of these attempts ended by putting the task back, which is no failure.
    #[serde(default, rename = "put_back")]
    pub requeued: u32,
    /// Until when the worker of this attempt is trusted to be alive.
    pub lease_until: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The key of its snapshot, once it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<String>,
    /// What is known without reading, where there is nothing to read: a region that is not enabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<ServiceSnapshot>,
    /// Why it was given up, in one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Task {
    /// A task of a plan, queued.
    #[must_use]
    pub fn new(audit: &Audit, place: ServiceRegion, now: Timestamp) -> Self {
        Self {
            tenant: audit.tenant.clone(),
            audit_id: audit.id,
            plan: audit.attempt,
            account: audit.order.account_id.clone(),
            place,
            state: TaskState::Queued,
            attempt: 0,
            requeued: 0,
            lease_until: None,
            updated_at: now,
            snapshot: None,
            given: None,
            error: None,
        }
    }
}

/// Where the newest snapshot of a place is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latest {
    /// What was read.
    pub place: ServiceRegion,
    /// The key of the snapshot.
    pub snapshot: String,
    /// When the reading began: what was read later is newer.
    pub taken_at: Timestamp,
    /// The audit that read it.
    pub audit_id: AuditId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        let place = ServiceRegion::new("ap-northeast-2", Service::Ec2);
        assert_eq!(place.to_string(), "ap-northeast-2#ec2");
        assert_eq!("ap-northeast-2#ec2".parse::<ServiceRegion>().unwrap(), place);
        for wrong in
            ["", "#", "eu-west-1", "eu-west-1#", "eu-west-1#No Service", "../x#ec2", "A#s3"]
        {
            assert!(wrong.parse::<ServiceRegion>().is_err(), "{wrong}");
        }
        let newer = "eu-west-1#quantum_ledger";
        assert_eq!(newer.parse::<ServiceRegion>().unwrap().to_string(), newer, "a newer version's");
    }
}
