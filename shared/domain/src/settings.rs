//! What an audit judges by: thresholds, the zone of trust, and what somebody says of checks.

mod checks;
mod thresholds;
mod trust;

use serde::{Deserialize, Serialize};

pub use checks::{CheckSettings, SeverityOverride};
pub use thresholds::{AccessKeyDays, Threshold, ThresholdOverrides, Thresholds};
pub use trust::{OrganizationId, Trust, TrustOverrides, VpcEndpointId, VpcId};

/// What an audit judges by. A report keeps it, so that it says later what its verdicts meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct AuditSettings {
    /// The numbers that checks compare with.
    pub thresholds: Thresholds,
    /// Who is trusted beside the account itself.
    pub trust: Trust,
    /// Which checks were switched on, off or rated otherwise.
    pub checks: CheckSettings,
}

/// What somebody sets of it: the operator for all accounts, or an account for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditOverrides {
    /// The numbers that checks compare with.
    pub thresholds: ThresholdOverrides,
    /// Who is trusted.
    pub trust: TrustOverrides,
    /// Which checks are switched on, off or rated otherwise.
    pub checks: CheckSettings,
}

impl AuditSettings {
    /// These, but for what is set.
    #[must_use]
    pub fn with(&self, overrides: &AuditOverrides) -> Self {
        Self {
            thresholds: self.thresholds.with(&overrides.thresholds),
            trust: self.trust.with(&overrides.trust),
            checks: self.checks.with(&overrides.checks),
        }
    }
}

impl AuditOverrides {
    /// Whether nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
