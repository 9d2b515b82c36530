use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Service;

/// How the reading of one service in one region ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipt {
    /// The region, or `global`; `*` where the regions themselves could not be listed.
    pub region: String,
    /// The service.
    pub service: Service,
    /// How it ended.
    pub outcome: Outcome,
    /// How many requests were sent, retries included.
    pub calls: u32,
    /// The IAM actions that were refused.
    pub denied: Vec<String>,
    /// The first other reason for a gap, in one sentence.
    pub error: Option<String>,
    /// Where a service that spans regions was asked for what every region can tell, and why not elsewhere, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// The ways the reading of a service can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ReceiptOutcome))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything asked for was read.
    Done,
    /// AWS refused at least one call for want of permission, and nothing else went wrong.
    Denied,
    /// At least one call failed, or was throttled until its retries ran out.
    Failed,
    /// The service cannot be read here: the region is not enabled.
    NotApplicable,
}

impl Outcome {
    /// The name used in JSON and tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Denied => "denied",
            Self::Failed => "failed",
            Self::NotApplicable => "not_applicable",
        }
    }

    /// Whether something that was asked for is missing.
    #[must_use]
    pub const fn is_gap(self) -> bool {
        matches!(self, Self::Denied | Self::Failed)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
