use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Cause, Unread, credential_report::Malformed};

/// Why there is no answer: what was read by then is no answer, for a list that may be longer is not told as whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// AWS refused a call for want of permission.
    #[error("`{action}` was denied: give the role or user this permission")]
    Denied {
        /// The IAM action.
        action: String,
    },
    /// The role did not open; the sentence says why and what to do.
    #[error("{reason}")]
    Refused {
        /// Why.
        reason: String,
        /// Whether AWS refused, rather than not answered.
        denied: bool,
    },
    /// AWS kept asking to slow down.
    #[error("`{action}` was throttled until retries ran out: wait a minute and ask again")]
    Throttled {
        /// The IAM action.
        action: String,
    },
    /// AWS did not answer a call in time, or the whole took longer than it may.
    #[error("{what}: ask again, or give it more time")]
    Timeout {
        /// What took too long.
        what: String,
    },
    /// The report was made and is not there.
    #[error(
        "IAM has no credential report, although one was asked for (`ReportNotPresent`): ask again"
    )]
    NotPresent,
    /// The report expired between its making and its reading, twice.
    #[error("the credential report expired before it was read (`ReportExpired`): ask again")]
    Expired,
    /// The report was not ready within the time there was.
    #[error(
        "IAM is still making the credential report (`ReportInProgress`): ask again in half a minute"
    )]
    InProgress,
    /// IAM makes no report now.
    #[error(
        "IAM makes no credential report for now (`LimitExceeded`): too many were asked for; ask again in some minutes, or list the keys live"
    )]
    LimitExceeded,
    /// The report cannot tell what was asked.
    #[error("the credential report cannot be used: {why}; list the keys live instead")]
    Unusable {
        /// What is wrong with it.
        why: String,
    },
    /// A call failed in another way.
    #[error("`{action}` failed: {why}")]
    Failed {
        /// The IAM action.
        action: String,
        /// What happened.
        why: String,
    },
    /// It was stopped before it ended.
    #[error("stopped before the end: {what}")]
    Stopped {
        /// How far it was.
        what: String,
    },
}

impl Failure {
    /// A word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Denied { .. } => "denied",
            Self::Refused { .. } => "refused",
            Self::Throttled { .. } => "throttled",
            Self::Timeout { .. } => "timeout",
            Self::NotPresent => "report_not_present",
            Self::Expired => "report_expired",
            Self::InProgress => "report_in_progress",
            Self::LimitExceeded => "limit_exceeded",
            Self::Unusable { .. } => "report_unusable",
            Self::Failed { .. } => "failed",
            Self::Stopped { .. } => "stopped",
        }
    }

    /// When to ask again; nothing where that alone changes nothing.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Denied { .. } | Self::Refused { denied: true, .. } | Self::Unusable { .. } => {
                None
            }
            Self::Throttled { .. } | Self::LimitExceeded => Some(Duration::from_secs(60)),
            Self::InProgress | Self::Timeout { .. } | Self::Refused { .. } => {
                Some(Duration::from_secs(30))
            }
            Self::NotPresent | Self::Expired | Self::Failed { .. } | Self::Stopped { .. } => {
                Some(Duration::from_secs(10))
            }
        }
    }
}

impl From<Unread> for Failure {
    fn from(unread: Unread) -> Self {
        let action = unread.action.into_owned();
        match unread.cause {
            Cause::Denied => Self::Denied { action },
            Cause::Throttled => Self::Throttled { action },
            Cause::Failed(why) => Self::Failed { action, why },
            Cause::Stopped => Self::Stopped { what: format!("`{action}` was not sent") },
            Cause::NotAsked => Self::Failed { action, why: "it was not asked for".into() },
        }
    }
}

impl From<Malformed> for Failure {
    fn from(malformed: Malformed) -> Self {
        Self::Unusable { why: malformed.to_string() }
    }
}
