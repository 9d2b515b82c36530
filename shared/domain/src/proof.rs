use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Invalid;

/// The last attempt to prove that an account's role enforces its ExternalId.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Proof {
    /// When it was tried.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub tried_at: Timestamp,
    /// What it gave.
    pub outcome: ProofOutcome,
    /// Why it is not proven, and what to do, in one sentence; nothing where it is.
    pub reason: Option<String>,
}

/// What an attempt to prove that a role enforces its ExternalId gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProofOutcome {
    /// The role opens to the right ExternalId alone.
    Proven,
    /// The role does not open to the right ExternalId.
    Refused,
    /// The role opens another account than the one it is registered for.
    Elsewhere,
    /// The role opens without the right ExternalId: it must not be used.
    Open,
    /// AWS did not say enough. Says nothing of the role, good or bad.
    Unproven,
}

impl ProofOutcome {
    /// Every outcome.
    pub const ALL: [Self; 5] =
        [Self::Proven, Self::Refused, Self::Elsewhere, Self::Open, Self::Unproven];

    /// The name used in JSON and in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Refused => "refused",
            Self::Elsewhere => "elsewhere",
            Self::Open => "open",
            Self::Unproven => "unproven",
        }
    }

    /// Whether the role must not be used: it opens without the right ExternalId, or leads elsewhere.
    #[must_use]
    pub const fn is_drift(self) -> bool {
        matches!(self, Self::Open | Self::Elsewhere)
    }
}

impl fmt::Display for ProofOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for ProofOutcome {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == text).ok_or_else(|| {
            let accepted = "proven, refused, elsewhere, open or unproven";
            Invalid::new("outcome of a proof", text, accepted)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_has_one_name_everywhere() {
        for outcome in ProofOutcome::ALL {
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.name());
            assert_eq!(outcome.name().parse(), Ok(outcome));
        }
    }
}
