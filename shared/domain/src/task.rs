use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use inventory::{GLOBAL, ServiceSnapshot, is_region};

use crate::{AccountId, Audit, AuditId, Invalid, Service, Tenant};

/// One service in one region, or in `global`: what one row of a receipt is about.
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

/// What a task is called within its plan: a region, and which of the services there it reads.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TaskName {
    /// The region, or `global`.
    pub region: String,
    /// Which of its services.
    pub part: String,
}

impl TaskName {
    /// All services of a region, or of `global` those that have no task of their own.
    const TOGETHER: &str = "services";
    /// The global services that have as many resources as all others together.
    const LARGE: [Service; 2] = [Service::Iam, Service::S3];

    /// The task that reads a service in a region.
    #[must_use]
    pub fn of(region: &str, service: Service) -> Self {
        let is_large = region == GLOBAL && Self::LARGE.contains(&service);
        let part = if is_large { service.name() } else { Self::TOGETHER };
        Self { region: region.to_owned(), part: part.to_owned() }
    }
}

impl fmt::Display for TaskName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.region, self.part)
    }
}

impl FromStr for TaskName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let accepted = "a region and a part, like `eu-west-1#services`";
        let invalid = || Invalid::new("task", text, accepted);
        let (region, part) = text.split_once('#').ok_or_else(invalid)?;
        // The part names a service in what was planned before December 2026.
        if !is_region(region) || Service::stored(part).is_err() {
            return Err(invalid());
        }
        Ok(Self { region: region.to_owned(), part: part.to_owned() })
    }
}

impl TryFrom<String> for TaskName {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<TaskName> for String {
    fn from(name: TaskName) -> Self {
        name.to_string()
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

/// The reading of the services of one region for one audit.
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
    /// What it is called.
    #[serde(rename = "place")]
    pub name: TaskName,
    /// The services that it reads; empty in a task of before December 2026, which reads the one that it is called by.
    #[serde(default)]
    pub services: Vec<Service>,
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
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
    pub given: Vec<ServiceSnapshot>,
    /// The key of the snapshot of what a worker had read before it handed the task over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<String>,
    /// The service that the worker of this attempt reads, where an attempt before it never ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<Service>,
    /// The services at which workers of earlier attempts died: they are read last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub died_at: Vec<Service>,
    /// Why it was given up, or some of its services were, in one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Task {
    /// A task of a plan, queued.
    #[must_use]
    pub fn new(audit: &Audit, name: TaskName, services: Vec<Service>, now: Timestamp) -> Self {
        Self {
            tenant: audit.tenant.clone(),
            audit_id: audit.id,
            plan: audit.attempt,
            account: audit.order.account_id.clone(),
            name,
            services,
            state: TaskState::Queued,
            attempt: 0,
            requeued: 0,
            lease_until: None,
            updated_at: now,
            snapshot: None,
            given: Vec::new(),
            checkpoint: None,
            reading: None,
            died_at: Vec::new(),
            error: None,
        }
    }

    /// Every service and region that it gives a part of a snapshot for.
    pub fn places(&self) -> impl Iterator<Item = ServiceRegion> {
        let named = (self.services.is_empty() && self.given.is_empty())
            .then(|| Service::stored(&self.name.part).ok())
            .flatten();
        let read = self.services.iter().copied().chain(named);
        let read = read.map(|service| ServiceRegion::new(&self.name.region, service));
        let given = self.given.iter().map(|part| &part.receipt);
        read.chain(given.map(|row| ServiceRegion::new(&row.region, row.service)))
    }
}

/// What was one part until December 2026 is a list now.
fn one_or_many<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<ServiceSnapshot>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Given {
        Many(Vec<ServiceSnapshot>),
        One(Box<ServiceSnapshot>),
    }
    Ok(match Given::deserialize(deserializer)? {
        Given::Many(parts) => parts,
        Given::One(part) => vec![*part],
    })
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

    #[test]
    fn tasks_are_read_as_they_are_written_and_as_they_were_until_december_2026() {
        for name in ["eu-west-1#services", "global#iam", "*#services", "eu-west-1#ec2"] {
            assert_eq!(name.parse::<TaskName>().unwrap().to_string(), name);
        }
        for wrong in ["", "#", "eu-west-1", "eu-west-1#", "A#services", "eu-west-1#a b"] {
            assert!(wrong.parse::<TaskName>().is_err(), "{wrong}");
        }
        let place = |region: &str, service| ServiceRegion::new(region, service);
        let places = |task: &serde_json::Value| -> Vec<_> {
            serde_json::from_value::<Task>(task.clone()).unwrap().places().collect()
        };
        let mut task = serde_json::json!({
            "tenant": "t", "audit_id": "0193a8a0-0000-7000-8000-000000000000", "plan": 1,
            "account": "111122223333", "place": "eu-west-1#ec2", "state": "queued", "attempt": 0,
            "lease_until": null, "updated_at": "2026-11-30T00:00:00Z",
        });
        assert_eq!(places(&task), [place("eu-west-1", Service::Ec2)]);
        let part = ServiceSnapshot::not_enabled(Service::Ec2, "eu-west-1");
        task["given"] = serde_json::to_value(&part).unwrap();
        assert_eq!(places(&task), [place("eu-west-1", Service::Ec2)], "of what is given");
        task["given"] = serde_json::to_value([&part]).unwrap();
        task["services"] = serde_json::json!(["kms"]);
        let both = [place("eu-west-1", Service::Kms), place("eu-west-1", Service::Ec2)];
        assert_eq!(places(&task), both);
    }
}
