use std::{collections::BTreeMap, time::Duration};

use checks::Check;
use collect::Limits;
use domain::{CheckSettings, Service, Severity};
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
    /// One that was asked for by name is switched off.
    #[error("check `{id}` is disabled by the settings: {reason}; enable it there, or leave it out")]
    Disabled {
        /// The check.
        id: &'static str,
        /// Why it is.
        reason: String,
    },
    /// The restrictions exclude each other.
    #[error("no check is left by this combination of checks, services and severity; leave one out")]
    Nothing,
}

impl CheckSelection {
    /// The chosen checks that `settings` let run, each once, in the catalogue's order. One that is chosen by its
    /// name need not be enabled.
    ///
    /// # Errors
    ///
    /// When an id is unknown or disabled, or nothing is left.
    pub fn checks(
        &self,
        settings: &CheckSettings,
    ) -> Result<Vec<&'static Check>, CheckSelectionError> {
        for id in &self.checks {
            let Some(check) = checks::find(id) else {
                let id = id.clone();
                return Err(CheckSelectionError::UnknownCheck {
                    nearest: checks::nearest(&id),
                    id,
                });
            };
            if let Some(reason) = check.disabled(settings) {
                let reason = reason.to_owned();
                return Err(CheckSelectionError::Disabled { id: check.id, reason });
            }
        }
        let chosen: Vec<_> = checks::all()
            .filter(|check| {
                if self.checks.is_empty() {
                    check.is_enabled(settings)
                } else {
                    self.checks.iter().any(|id| check.is_called(id))
                }
            })
            .filter(|check| self.services.is_empty() || self.services.contains(&check.service()))
            .filter(|check| self.minimum.is_none_or(|least| check.rated(settings).1 >= least))
            .collect();
        if chosen.is_empty() { Err(CheckSelectionError::Nothing) } else { Ok(chosen) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::SeverityOverride;
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
            let scope = AuditScope {
                tags,
                ..AuditScope::new(choice.checks(&CheckSettings::default()).unwrap())
            };
            scope.reads().into_values().flatten().collect::<BTreeSet<_>>()
        };
        assert_eq!(reads(&["s3_encryption"], false), [ENCRYPTION].into());
        assert_eq!(reads(&["s3_encryption"], true), [ENCRYPTION, BUCKET_TAGS].into());
        assert_eq!(reads(&["iam_root_mfa", "iam_root_mfa"], true), [SUMMARY].into());
    }

    #[test]
    fn a_choice_of_nothing_is_told() {
        let usual = CheckSettings::default();
        let unknown =
            CheckSelection { checks: vec!["s3_encrypton".into()], ..CheckSelection::default() };
        let told = unknown.checks(&usual).unwrap_err().to_string();
        assert!(told.contains("did you mean `s3_encryption`"), "{told}");
        let nothing = CheckSelection {
            checks: vec!["s3_encryption".into()],
            services: vec![Service::Iam],
            minimum: None,
        };
        assert_eq!(nothing.checks(&usual).unwrap_err(), CheckSelectionError::Nothing);
        let critical =
            CheckSelection { minimum: Some(Severity::Critical), ..CheckSelection::default() };
        let ids: Vec<_> = critical.checks(&usual).unwrap().iter().map(|check| check.id).collect();
        assert!(ids.contains(&"s3_public_access"), "high as it is, and critical at worst");
        assert!(!ids.contains(&"s3_encryption"), "medium at worst");
    }

    #[test]
    fn settings_switch_checks_off_and_rate_them() {
        let low = SeverityOverride { severity: Severity::Low, reason: "public by design".into() };
        let settings = CheckSettings {
            disable: [("ec2_public_ip".into(), "bastions".into())].into(),
            severity: [("s3_public_access".into(), low)].into(),
            ..CheckSettings::default()
        };
        let ids = |choice: &CheckSelection| -> Vec<_> {
            choice.checks(&settings).unwrap().iter().map(|check| check.id).collect()
        };
        let all = ids(&CheckSelection::default());
        assert_eq!(all.len(), checks::all().count() - 1);
        assert!(!all.contains(&"ec2_public_ip"));
        let least = CheckSelection { minimum: Some(Severity::Medium), ..CheckSelection::default() };
        assert!(!ids(&least).contains(&"s3_public_access"), "rated low, also at worst");
        let named =
            CheckSelection { checks: vec!["ec2_public_ip".into()], ..CheckSelection::default() };
        let told = named.checks(&settings).unwrap_err().to_string();
        assert!(
            told.contains("`ec2_public_ip` is disabled") && told.contains("bastions"),
            "{told}"
        );
    }
}
