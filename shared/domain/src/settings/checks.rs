//! Which checks are run, and how bad their failures are, where somebody says otherwise than the catalogue.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::Severity;

/// What somebody says of checks, by their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct CheckSettings {
    /// Checks that run only where somebody asks for them; or that are disabled elsewhere.
    pub enable: BTreeSet<String>,
    /// Checks that do not run, and why.
    #[cfg_attr(feature = "openapi", schema(example = json!({"ec2_public_ip": "the bastion is public"})))]
    pub disable: BTreeMap<String, String>,
    /// How bad a failure is instead of what the catalogue says, and why.
    pub severity: BTreeMap<String, SeverityOverride>,
}

/// How bad a failure of a check is to somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeverityOverride {
    /// How bad, also where the check tells degrees apart.
    pub severity: Severity,
    /// Why.
    pub reason: String,
}

impl CheckSettings {
    /// These, but for the checks that are spoken of by `later`, whose word counts.
    #[must_use]
    pub fn with(&self, later: &Self) -> Self {
        let mut all = self.clone();
        for id in &later.enable {
            all.disable.remove(id);
            all.enable.insert(id.clone());
        }
        for (id, reason) in &later.disable {
            all.enable.remove(id);
            all.disable.insert(id.clone(), reason.clone());
        }
        all.severity.extend(later.severity.clone());
        all
    }

    /// Whether it says anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(enable: &[&str], disable: &[&str], low: &[&str], why: &str) -> CheckSettings {
        let own = |id: &&str| (*id).to_owned();
        let rated = SeverityOverride { severity: Severity::Low, reason: why.to_owned() };
        CheckSettings {
            enable: enable.iter().map(own).collect(),
            disable: disable.iter().map(|id| (own(id), why.to_owned())).collect(),
            severity: low.iter().map(|id| (own(id), rated.clone())).collect(),
        }
    }

    #[test]
    fn the_later_word_about_a_check_counts() {
        let first = said(&["a", "b"], &["c", "d"], &["e", "f"], "first");
        let later = said(&["c"], &["a"], &["f"], "later");
        let both = first.with(&later);
        assert_eq!(both.enable, ["b".to_owned(), "c".to_owned()].into());
        let disabled = [("a", "later"), ("d", "first")];
        assert_eq!(both.disable, disabled.map(|(id, why)| (id.to_owned(), why.to_owned())).into());
        assert_eq!(both.severity["e"].reason, "first");
        assert_eq!(both.severity["f"].reason, "later");
    }
}
