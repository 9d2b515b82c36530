use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{AccountId, Invalid, Tenant};

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
pub struct JobTicket {
    /// Whose it is.
    pub tenant: Tenant,
    /// The job.
    pub job_id: JobId,
}

/// A request that takes longer than its caller waits: `R` is what was asked, `F` why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job<R, F> {
    /// Whose it is.
    pub tenant: Tenant,
    /// Its name.
    pub id: JobId,
    /// The registered account that is asked; nothing for the service's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// What was asked.
    pub request: R,
    /// Where it stands.
    pub state: JobState,
    /// When it was asked.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// How often a worker has begun it.
    #[serde(default)]
    pub attempt: u32,
    /// How many of these attempts ended by putting the job back, which is no failure.
    #[serde(default)]
    pub put_back: u32,
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
    pub failure: Option<F>,
}

impl<R, F> Job<R, F> {
    /// A job that nobody has begun.
    #[must_use]
    pub fn new(
        tenant: Tenant,
        id: JobId,
        account: Option<AccountId>,
        request: R,
        now: Timestamp,
    ) -> Self {
        Self {
            tenant,
            id,
            account,
            request,
            state: JobState::Queued,
            created_at: now,
            updated_at: now,
            attempt: 0,
            put_back: 0,
            lease_until: None,
            partial: None,
            answer: None,
            failure: None,
        }
    }

    /// The message that makes some worker begin it.
    #[must_use]
    pub fn ticket(&self) -> JobTicket {
        JobTicket { tenant: self.tenant.clone(), job_id: self.id }
    }
}
