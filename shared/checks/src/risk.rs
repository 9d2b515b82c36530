//! How bad a failure is, computed from what it takes and what it gives.

use domain::Severity;
use serde::Serialize;

/// What the severity of a failure is computed from.
///
/// The three add up to 0 to 6: up to 1 is low, up to 3 medium, 4 high, more critical.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Risk {
    /// Who can make use of it.
    pub exposure: Exposure,
    /// What they gain.
    pub privilege: Privilege,
    /// What it takes.
    pub exploitability: Exploitability,
}

/// Who can make use of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Exposure {
    /// Somebody who has rights in the account.
    Inside = 0,
    /// Somebody who has a credential, or another AWS account.
    Credential = 1,
    /// Anyone on the internet.
    Internet = 2,
}

/// What a failure gives to whoever makes use of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Privilege {
    /// No data: it harms availability or detection only.
    Availability = 0,
    /// The data of one resource.
    Resource = 1,
    /// The account, or all resources of a kind.
    Account = 2,
}

/// What it takes to make use of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Exploitability {
    /// One more fault.
    Conditional = 0,
    /// A known technique.
    Known = 1,
    /// Nothing: it works as it is.
    Direct = 2,
}

impl Exposure {
    /// The name used in JSON and in the documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Credential => "credential",
            Self::Internet => "internet",
        }
    }
}

impl Privilege {
    /// The name used in JSON and in the documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Availability => "availability",
            Self::Resource => "resource",
            Self::Account => "account",
        }
    }
}

impl Exploitability {
    /// The name used in JSON and in the documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Conditional => "conditional",
            Self::Known => "known",
            Self::Direct => "direct",
        }
    }
}

impl Risk {
    /// The sum of the three, 0 to 6.
    #[must_use]
    pub const fn score(self) -> u8 {
        self.exposure as u8 + self.privilege as u8 + self.exploitability as u8
    }

    /// The level of the sum.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self.score() {
            0 | 1 => Severity::Low,
            2 | 3 => Severity::Medium,
            4 => Severity::High,
            _ => Severity::Critical,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_has_a_level() {
        use Exploitability::{Conditional, Direct, Known};
        use Exposure::{Credential, Inside, Internet};
        use Privilege::{Account, Availability, Resource};
        for (exposure, privilege, exploitability, severity) in [
            (Inside, Availability, Conditional, Severity::Low),
            (Inside, Availability, Known, Severity::Low),
            (Inside, Resource, Known, Severity::Medium),
            (Internet, Resource, Conditional, Severity::Medium),
            (Inside, Account, Direct, Severity::High),
            (Credential, Account, Direct, Severity::Critical),
            (Internet, Account, Direct, Severity::Critical),
        ] {
            let risk = Risk { exposure, privilege, exploitability };
            assert_eq!(risk.severity(), severity, "{risk:?}");
        }
    }

    #[test]
    fn names_are_those_of_json() {
        let risk = Risk {
            exposure: Exposure::Internet,
            privilege: Privilege::Availability,
            exploitability: Exploitability::Conditional,
        };
        let names = [risk.exposure.name(), risk.privilege.name(), risk.exploitability.name()];
        let json = serde_json::json!({
            "exposure": names[0], "privilege": names[1], "exploitability": names[2],
        });
        assert_eq!(serde_json::to_value(risk).unwrap(), json);
    }
}
