use std::{collections::BTreeMap, fmt, str::FromStr};

use jiff::Timestamp;

use crate::{Invalid, ServiceRegion, TrackedFinding, is_region};

/// What an audit read of a place that it did not read for all checks and regions: one check's resources, one region's,
/// or both; nothing means all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct AuditFilter {
    /// The check.
    pub check: Option<String>,
    /// The region of the resources, of a service that spans regions; or `global`.
    pub region: Option<String>,
}

impl AuditFilter {
    /// The scopes whose reading judges what a check says of a region's resources.
    #[must_use]
    pub fn covering(check: &str, region: &str) -> [Self; 3] {
        let (check, region) = (Some(check.to_owned()), Some(region.to_owned()));
        [
            Self { check: check.clone(), region: None },
            Self { check: None, region: region.clone() },
            Self { check, region },
        ]
    }
}

impl fmt::Display for AuditFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |part: &Option<String>| part.as_deref().unwrap_or("*").to_owned();
        write!(f, "{}#{}", part(&self.check), part(&self.region))
    }
}

impl FromStr for AuditFilter {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let accepted = "a check and a region, either of which may be `*`";
        let invalid = || Invalid::new("scope of a reading", text, accepted);
        let (check, region) = text.split_once('#').ok_or_else(invalid)?;
        let part = |part: &str| (part != "*").then(|| part.to_owned());
        if check.is_empty() || !is_region(region) {
            return Err(invalid());
        }
        Ok(Self { check: part(check), region: part(region) })
    }
}

/// When each of an account's places was last read, by whichever audit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Readings {
    /// For all checks and regions.
    pub whole: BTreeMap<ServiceRegion, Timestamp>,
    /// For some.
    pub narrowed: BTreeMap<(ServiceRegion, AuditFilter), Timestamp>,
}

impl Readings {
    /// When a place was last read for all checks and regions.
    #[must_use]
    pub fn of_place(&self, place: &ServiceRegion) -> Option<Timestamp> {
        self.whole.get(place).copied()
    }

    /// When the facts were last read by which a finding is evaluated.
    #[must_use]
    pub fn of(&self, problem: &TrackedFinding) -> Option<Timestamp> {
        let narrowed = AuditFilter::covering(&problem.check_id, &problem.region)
            .into_iter()
            .filter_map(|scope| self.narrowed.get(&(problem.place.clone(), scope)).copied());
        narrowed.chain(self.of_place(&problem.place)).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_reads_back_as_written() {
        for check in [None, Some("s3_encryption")] {
            for region in [None, Some("eu-west-1"), Some("global")] {
                let own = |text: &str| text.to_owned();
                let scope = AuditFilter { check: check.map(own), region: region.map(own) };
                assert_eq!(scope.to_string().parse(), Ok(scope));
            }
        }
        for wrong in ["", "#", "*", "a", "#eu-west-1", "a#", "a#b c"] {
            assert!(wrong.parse::<AuditFilter>().is_err(), "{wrong}");
        }
    }
}
