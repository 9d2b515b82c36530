use std::{collections::BTreeMap, time::Duration};

use checks::Check;
use collect::Limits;
use domain::{Service, Severity};
use inventory::Reads;

/// How long a region may give no answer where nobody says otherwise: two requests and a half.
pub const REGION_TIMEOUT: Duration = Duration::from_secs(75);

/// What to read, and for which checks.
#[derive(Clone, Debug)]
pub struct AuditScope {
    /// The checks to run.
    pub checks: Vec<&'static Check>,
    /// The regions to narrow to; empty means every enabled one.
    pub regions: Vec<String>,
    /// The regions to leave out of every enabled one.
    pub without: Vec<String>,
    /// How long a region may give no answer before the rest of it is given up.
    pub region_timeout: Duration,
    /// Whether to read the tags that cost a call per resource.
    pub tags: bool,
    /// How many requests may be under way.
    pub limits: Limits,
}

impl AuditScope {
    /// Everything that `checks` need of every enabled region, and nothing more.
    #[must_use]
    pub fn new(checks: Vec<&'static Check>) -> Self {
        Self {
            checks,
            regions: Vec::new(),
            without: Vec::new(),
            region_timeout: REGION_TIMEOUT,
            tags: false,
            limits: Limits::default(),
        }
    }

    /// What to read, by service.
    pub(crate) fn reads(&self) -> BTreeMap<Service, Reads> {
        let mut reads: BTreeMap<_, Reads> = BTreeMap::new();
        for check in &self.checks {
            // A tag is read for the resources that the checks look at, and for no others.
            let tags = check.rule.tags().filter(|_| self.tags);
            for read in check.reads.iter().copied().chain(tags) {
                reads.entry(read.service).or_default().insert(read);
            }
        }
        reads
    }

    /// Whether a service is read that has regions, so that AWS has to be asked which there are.
    #[must_use]
    pub fn has_regions(&self) -> bool {
        self.checks.iter().flat_map(|check| check.services()).any(|service| !service.is_global())
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
            .filter(|check| {
                self.checks.is_empty() || self.checks.iter().any(|id| check.is_called(id))
            })
            .filter(|check| self.services.is_empty() || self.services.contains(&check.service()))
            .filter(|check| self.minimum.is_none_or(|minimum| check.worst >= minimum))
            .collect();
        if chosen.is_empty() { Err(CheckSelectionError::Nothing) } else { Ok(chosen) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use inventory::{
        iam::SUMMARY,
        s3::{BUCKET_TAGS, ENCRYPTION},
    };

    use super::*;

    #[test]
    fn reads_only_what_the_chosen_checks_need() {
        let reads = |ids: &[&str], tags| {
            let choice = CheckSelection {
                checks: ids.iter().map(|&id| id.into()).collect(),
                ..CheckSelection::default()
            };
            let scope = AuditScope { tags, ..AuditScope::new(choice.checks().unwrap()) };
            scope.reads().into_values().flatten().collect::<BTreeSet<_>>()
        };
        assert_eq!(reads(&["s3_encryption"], false), [ENCRYPTION].into());
        assert_eq!(reads(&["s3_encryption"], true), [ENCRYPTION, BUCKET_TAGS].into());
        assert_eq!(reads(&["iam_root_mfa", "iam_root_mfa"], true), [SUMMARY].into());
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
        assert!(ids.contains(&"s3_public_access"), "high as it is, and critical at worst");
        assert!(!ids.contains(&"s3_encryption"), "medium at worst");
    }
}
