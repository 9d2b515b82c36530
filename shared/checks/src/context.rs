use std::collections::BTreeMap;

use domain::{Account, AuditSettings, GLOBAL, Service, Thresholds, Trust, Unread};
use inventory::{Location, ServiceFacts, ServiceSnapshot, Snapshot};
use jiff::Timestamp;

use crate::EvaluateOptions;

/// What was read of an account, ready to be judged.
pub(crate) struct Evaluation<'a> {
    pub(crate) account: &'a Account,
    pub(crate) options: &'a EvaluateOptions,
    started_at: Timestamp,
    parts: BTreeMap<Service, BTreeMap<&'a str, &'a ServiceSnapshot>>,
}

impl<'a> Evaluation<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, options: &'a EvaluateOptions) -> Self {
        let mut parts: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        for part in &snapshot.parts {
            let regions = parts.entry(part.service()).or_default();
            regions.insert(part.receipt.region.as_str(), part);
        }
        Self { account: &snapshot.account, options, started_at: snapshot.started_at, parts }
    }

    /// What was read of a service, by region in alphabetical order.
    pub(crate) fn parts_of(&self, service: Service) -> impl Iterator<Item = &'a ServiceSnapshot> {
        self.parts.get(&service).into_iter().flat_map(BTreeMap::values).copied()
    }

    fn part(&self, service: Service, region: &str) -> Option<&'a ServiceSnapshot> {
        self.parts.get(&service)?.get(inventory::region_of(service, region)).copied()
    }

    /// What a rule may know about what was read in one region.
    pub(crate) fn context(
        &'a self,
        region: &'a str,
        part: Option<&ServiceSnapshot>,
    ) -> Context<'a> {
        let time = part.and_then(|part| part.taken_at).unwrap_or(self.started_at);
        let at = Location { account: self.account, region };
        let AuditSettings { thresholds, trust, .. } = &self.options.settings;
        Context { evaluation: self, at, time, thresholds, trust }
    }
}

/// What a rule may know beyond the resource it looks at.
pub struct Context<'a> {
    pub(crate) evaluation: &'a Evaluation<'a>,
    /// The account, and the region that is judged.
    pub at: Location<'a>,
    /// When the facts were read; ages are counted to here, never to the clock.
    pub time: Timestamp,
    /// Where "too old" begins.
    pub thresholds: &'a Thresholds,
    /// Who is trusted beside the account itself.
    pub trust: &'a Trust,
}

impl<'a> Context<'a> {
    /// What was read of a service: in the region that is judged, if it is a regional one.
    ///
    /// # Errors
    ///
    /// Why nothing was.
    pub fn of<S: ServiceFacts>(&self) -> Result<&'a S, Unread> {
        self.in_region(self.at.region)
    }

    /// What was read of a service in a region.
    ///
    /// # Errors
    ///
    /// Why nothing was: nobody asked, the region is not enabled, or the regions could not be listed.
    pub fn in_region<S: ServiceFacts>(&self, region: &str) -> Result<&'a S, Unread> {
        let read = |region| self.evaluation.part(S::SERVICE, region);
        let nobody = || {
            let action = S::READS.first().and_then(|read| read.actions.last()).copied();
            Unread { action: action.unwrap_or_default().into(), ..Unread::NOT_ASKED }
        };
        facts_of(read(region).or_else(|| read("*")).ok_or_else(nobody)?)
    }

    /// What was read of a service in all regions.
    #[must_use]
    pub fn regions<S: ServiceFacts>(&self) -> Regions<'a, S> {
        Regions::of(self.evaluation)
    }
}

/// The facts of a service's part.
pub(crate) fn facts_of<S: ServiceFacts>(part: &ServiceSnapshot) -> Result<&S, Unread> {
    S::of(part.facts.known()?).ok_or(Unread::NOT_ASKED)
}

/// What was read of a service in all regions of the account, and where nothing was.
pub struct Regions<'a, S> {
    /// The regions that were read, in alphabetical order.
    pub read: Vec<(&'a str, &'a S)>,
    /// The regions that were not, and why; `*` where the regions themselves could not be listed.
    pub missing: Vec<(&'a str, Unread)>,
}

impl<'a, S: ServiceFacts> Regions<'a, S> {
    pub(crate) fn of(evaluation: &Evaluation<'a>) -> Self {
        let (mut read, mut missing) = (Vec::new(), Vec::new());
        for part in evaluation.parts_of(S::SERVICE).filter(|part| part.is_applicable()) {
            let region = part.receipt.region.as_str();
            match facts_of(part) {
                Ok(facts) => read.push((region, facts)),
                Err(unread) => missing.push((region, unread)),
            }
        }
        if read.is_empty() && missing.is_empty() {
            missing.push((GLOBAL, Unread::NOT_ASKED));
        }
        Self { read, missing }
    }

    /// Whether it is so in any region. A region that was not read makes it unknown only where it is so in none.
    ///
    /// # Errors
    ///
    /// Why it cannot be said.
    pub fn any(
        &self,
        mut is: impl FnMut(&str, &'a S) -> Result<bool, Unread>,
    ) -> Result<bool, Unread> {
        let mut missing = self.missing.first().map(|(_, unread)| unread.clone());
        for (region, facts) in &self.read {
            match is(region, facts) {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(unread) => missing = missing.or(Some(unread)),
            }
        }
        missing.map_or(Ok(false), Err)
    }

    /// Whether it is so in every region.
    ///
    /// # Errors
    ///
    /// Why it cannot be said.
    pub fn all(
        &self,
        mut is: impl FnMut(&str, &'a S) -> Result<bool, Unread>,
    ) -> Result<bool, Unread> {
        self.any(|region, facts| is(region, facts).map(|is| !is)).map(|otherwise| !otherwise)
    }
}
