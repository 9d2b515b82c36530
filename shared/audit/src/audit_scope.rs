use std::collections::{BTreeMap, BTreeSet};

use checks::Check;
use collect::Limits;
use domain::{Fact, Service, Severity};

/// What to read, and for which checks.
#[derive(Clone, Debug)]
pub struct AuditScope {
    /// The checks to run.
    pub checks: Vec<&'static Check>,
    /// The regions to narrow to; empty means every enabled one.
    pub regions: Vec<String>,
    /// Whether to read the tags that cost a call per resource.
    pub tags: bool,
    /// How many requests may be under way.
    pub limits: Limits,
}

impl AuditScope {
    /// Everything that `checks` need of every enabled region, and nothing more.
    #[must_use]
    pub fn new(checks: Vec<&'static Check>) -> Self {
        Self { checks, regions: Vec::new(), tags: false, limits: Limits::default() }
    }

    /// The facts to read, by service.
    pub(crate) fn facts(&self) -> BTreeMap<Service, BTreeSet<Fact>> {
        let mut facts: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for fact in self.checks.iter().map(|check| check.rule.fact()) {
            facts.entry(fact.service()).or_default().insert(fact);
            // A tag is read for the resources that the checks look at, and for no others.
            let tags = match fact {
                Fact::AccessKeys => Some(Fact::UserTags),
                Fact::BucketExposure | Fact::BucketEncryption => Some(Fact::BucketTags),
                _ => None,
            };
            if let Some(tags) = tags.filter(|_| self.tags) {
                facts.entry(tags.service()).or_default().insert(tags);
            }
        }
        facts
    }
}

/// Which of all checks to run; every empty list means no restriction.
#[derive(Clone, Debug, Default)]
pub struct CheckSelection {
    /// Check ids.
    pub checks: Vec<String>,
    /// Services.
    pub services: Vec<Service>,
    /// Checks that cannot be as bad as this are not run.
    pub minimum: Option<Severity>,
}

/// Why a choice chooses nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckSelectionError {
    /// No check has this id.
    #[error("there is no check `{id}`{}; `infraaudit checks list` names them all", match nearest {
        Some(nearest) => format!(", did you mean `{nearest}`"),
        None => String::new(),
    })]
    UnknownCheck {
        /// What was asked for.
        id: String,
        /// The id that looks most like it.
        nearest: Option<&'static str>,
    },
    /// The restrictions exclude each other.
    #[error("no check is left by this combination of checks, services and severity; leave one out")]
    Nothing,
}

impl CheckSelection {
    /// The chosen checks, each once, in the catalogue's order.
    ///
    /// # Errors
    ///
    /// When an id is unknown, or nothing is left.
    pub fn checks(&self) -> Result<Vec<&'static Check>, CheckSelectionError> {
        for id in &self.checks {
            if checks::find(id).is_none() {
                let id = id.clone();
                return Err(CheckSelectionError::UnknownCheck {
                    nearest: checks::nearest(&id),
                    id,
                });
            }
        }
        let chosen: Vec<_> = checks::all()
            .filter(|check| self.checks.is_empty() || self.checks.iter().any(|id| id == check.id))
            .filter(|check| self.services.is_empty() || self.services.contains(&check.service()))
            .filter(|check| self.minimum.is_none_or(|minimum| check.worst >= minimum))
            .collect();
        if chosen.is_empty() { Err(CheckSelectionError::Nothing) } else { Ok(chosen) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_only_what_the_chosen_checks_need() {
        let facts = |ids: &[&str], tags| {
            let choice = CheckSelection {
                checks: ids.iter().map(|&id| id.into()).collect(),
                ..CheckSelection::default()
            };
            let brief = AuditScope { tags, ..AuditScope::new(choice.checks().unwrap()) };
            brief.facts().into_values().flatten().collect::<Vec<_>>()
        };
        assert_eq!(facts(&["s3_encryption"], false), [Fact::BucketEncryption]);
        assert_eq!(facts(&["s3_encryption"], true), [Fact::BucketEncryption, Fact::BucketTags]);
        assert_eq!(facts(&["iam_root_mfa", "iam_root_mfa"], true), [Fact::AccountSummary]);
    }

    #[test]
    fn a_choice_of_nothing_is_told() {
        let unknown =
            CheckSelection { checks: vec!["s3_encrypton".into()], ..CheckSelection::default() };
        let told = unknown.checks().unwrap_err().to_string();
        assert!(told.contains("did you mean `s3_encryption`"), "{told}");
        let nothing = CheckSelection {
            checks: vec!["s3_encryption".into()],
            services: vec![Service::Iam],
            minimum: None,
        };
        assert_eq!(nothing.checks().unwrap_err(), CheckSelectionError::Nothing);
        let critical =
            CheckSelection { minimum: Some(Severity::Critical), ..CheckSelection::default() };
        let ids: Vec<_> = critical.checks().unwrap().iter().map(|check| check.id).collect();
        assert_eq!(ids, ["iam_root_access_key", "iam_root_mfa", "s3_public_access"]);
    }
}
