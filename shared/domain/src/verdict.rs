use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Invalid;

/// The ways a finding can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The requirement does not hold.
    Fail,
    /// It could not be decided, because a fact that could change the answer was not read.
    Unknown,
    /// A person has to look.
    Manual,
    /// The requirement holds.
    Pass,
    /// There is nothing that the requirement could be asked of: the service is not there. It counts neither for
    /// nor against a requirement, and nobody is alerted.
    NotApplicable,
}

impl Verdict {
    /// Every verdict, the worst first.
    pub const ALL: [Self; 5] =
        [Self::Fail, Self::Unknown, Self::Manual, Self::Pass, Self::NotApplicable];

    /// The name used in JSON, CSV and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Manual => "manual",
            Self::Pass => "pass",
            Self::NotApplicable => "not_applicable",
        }
    }
}

impl FromStr for Verdict {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == text).ok_or_else(|| {
            Invalid::new("verdict", text, "fail, unknown, manual, pass or not_applicable")
        })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
