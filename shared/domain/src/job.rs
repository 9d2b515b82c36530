use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    AccountId, Invalid, Tenant,
    keys::{Ask, Failure, Method, Partial},
};

/// The name of a job: a `UUIDv7`, so that names sort by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(pub Uuid);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for JobId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.parse().map(Self).map_err(|_| Invalid::new("job id", text, "a UUID"))
    }
}

/// The states of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Written down, or put back with what was read so far.
    Queued,
    /// A worker reads.
    Running,
    /// Ended with an answer.
    Done,
    /// Ended without one, for the reason in `failure`.
    Failed,
}

impl JobState {
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

/// Names a job among all tenants'. What a message says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobStep {
    /// Whose it is.
    pub tenant: Tenant,
    /// The job.
    pub job_id: JobId,
}

/// A question about old access keys that takes longer than its caller waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Whose it is.
    pub tenant: Tenant,
    /// Its name.
    pub id: JobId,
    /// The registered account that is asked; nothing for the service's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// How it is read.
    pub way: Method,
    /// What was asked.
    pub ask: Ask,
    /// Where it stands.
    pub state: JobState,
    /// When it was asked: ages count to it.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// How often a worker has begun it.
    #[serde(default)]
    pub attempt: u32,
    /// How many of these attempts ended by putting the job back, which is no failure.
    #[serde(default, rename = "put_back")]
    pub requeued: u32,
    /// Until when the worker of this attempt is trusted to be alive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease_until: Option<Timestamp>,
    /// The key of what was read so far, from where the next attempt goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partial: Option<String>,
    /// The key of the answer, once it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

impl Job {
    /// How many attempts may die before the job is given up.
    pub const ATTEMPTS: u32 = 3;

    /// How long a job may take, attempts and waiting together.
    pub const LONGEST: SignedDuration = SignedDuration::from_hours(6);

    /// A job that goes on from what was read, and that nobody has begun.
    #[must_use]
    pub fn new(tenant: Tenant, id: JobId, account: Option<AccountId>, from: &Partial) -> Self {
        Self {
            tenant,
            id,
            account,
            way: from.way,
            ask: from.ask,
            state: JobState::Queued,
            created_at: from.asked_at,
            updated_at: from.asked_at,
            attempt: 0,
            requeued: 0,
            lease_until: None,
            partial: None,
            answer: None,
            failure: None,
        }
    }

    /// The message that makes some worker begin it.
    #[must_use]
    pub fn step(&self) -> JobStep {
        JobStep { tenant: self.tenant.clone(), job_id: self.id }
    }

    /// Why no worker is to begin it once more; nothing where one may.
    #[must_use]
    pub fn given_up(&self, now: Timestamp) -> Option<Failure> {
        let dead = self.attempt.saturating_sub(self.requeued);
        let what = if dead >= Self::ATTEMPTS {
            format!("given up after {dead} attempts that never ended")
        } else if now.duration_since(self.created_at) > Self::LONGEST {
            format!("given up {} hours after it was asked", Self::LONGEST.as_hours())
        } else {
            return None;
        };
        Some(Failure::Stopped { what })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> Job {
        let tenant = Tenant::try_from("acme".to_owned()).unwrap();
        let now = "2026-11-28T10:00:00Z".parse().unwrap();
        let from = Partial::new(Method::Live, Ask::new("24".parse().unwrap()), now);
        Job::new(tenant, JobId(Uuid::nil()), None, &from)
    }

    #[test]
    fn a_job_is_given_up_after_attempts_that_died_and_not_after_those_that_were_put_back() {
        let now = job().created_at;
        let given_up = |attempt, requeued| Job { attempt, requeued, ..job() }.given_up(now);
        assert_eq!([given_up(0, 0), given_up(2, 0), given_up(40, 38)], [None, None, None]);
        for (attempt, requeued) in [(3, 0), (43, 40)] {
            let why = given_up(attempt, requeued).unwrap().to_string();
            assert!(why.contains("after 3 attempts that never ended"), "{why}");
        }
    }

    #[test]
    fn a_job_is_given_up_when_it_takes_too_long() {
        let late = |hours| job().created_at + SignedDuration::from_hours(hours);
        assert_eq!(job().given_up(late(6)), None);
        let why = job().given_up(late(7)).unwrap().to_string();
        assert!(why.contains("6 hours after it was asked"), "{why}");
    }
}
