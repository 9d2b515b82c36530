//! From records to what was used.

mod granted;
mod told;

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
};

use policy::facts::Facts;

use crate::{
    Principal, Trouble,
    calls::{self, Call},
    record::{Record, is_denied},
    resources::{Leaves, Place, Plan},
};
use granted::Granted;

/// The most troubles, callers and names that are kept word by word; the rest is counted.
const KEPT: usize = 20;

/// The most kinds of calls that are told apart; AWS has some 20,000.
const MOST_NAMES: usize = 65_536;

/// What those beyond are called.
const OTHER_NAMES: &str = "others";

/// How records are taken.
#[derive(Debug, Clone, Copy)]
pub struct UsageOptions {
    /// Whether calls that were denied count too.
    pub denied: bool,
    /// The most resources of one type that one action is granted on by name.
    pub resources: usize,
}

impl Default for UsageOptions {
    /// Without denied calls; 20 resources.
    fn default() -> Self {
        Self { denied: false, resources: 20 }
    }
}

/// How much was read, and what became of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Files that were begun.
    pub files: u64,
    /// Bytes of JSON.
    pub bytes: u64,
    /// Records that were read, of anybody.
    pub records: u64,
    /// Records that could not be read.
    pub bad: u64,
    /// Records of the principal.
    pub own: u64,
    /// Of those, denied and left out.
    pub denied: u64,
    /// Of those, sign-ins and calls that are free: no permission decides about them.
    pub no_calls: u64,
    /// Insights of CloudTrail, which tell of many calls and are none, of anybody.
    pub insights: u64,
    /// Of those, calls that map to nothing known.
    pub unmapped: u64,
    /// Of those, calls that the policy grants.
    pub used: u64,
    /// Records of data events, of anybody.
    pub data_events: u64,
}

/// A call of the principal that maps to nothing known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmapped {
    /// `eventSource` and `eventName`.
    pub call: Box<str>,
    /// Why.
    pub why: &'static str,
    /// How many records.
    pub records: u64,
}

/// What calls of the principal took that their records do not tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untold {
    /// The action of the calls.
    pub action: Box<str>,
    /// What is not told.
    pub why: &'static str,
    /// How many records.
    pub records: u64,
}

/// What a principal used, record by record.
///
/// ```
/// use policy::facts::Facts;
/// use least_privilege::{LogFile, UsageOptions, Principal, Usage};
/// let facts = Facts::bundled()?;
/// let ana = Principal::parse("arn:aws:iam::111122223333:user/ana")?;
/// let mut usage = Usage::new(&facts, ana, UsageOptions::default());
/// let mut file = LogFile::new("log.json");
/// file.feed(&mut usage, br#"{"Records": [{"userIdentity": {"arn": "arn:aws:iam::111122223333:user/ana"},
///     "eventSource": "s3.amazonaws.com", "eventName": "ListObjects",
///     "requestParameters": {"bucketName": "photos"}}]}"#);
/// file.finish(&mut usage);
/// let policies = usage.policies();
/// assert!(policies.documents()[0].contains(r#""Action": "s3:ListBucket""#));
/// assert!(policies.documents()[0].contains(r#""Resource": "arn:aws:s3:::photos""#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Usage<'f> {
    facts: &'f Facts,
    principal: Principal,
    /// Whether calls that were denied count too.
    denied: bool,
    pub(crate) counts: Counts,
    troubles: Vec<Trouble>,
    more_troubles: u64,
    /// The places in `known` of calls, by `eventSource`, then by `eventName`.
    calls: HashMap<Box<str>, HashMap<Box<str>, usize>>,
    known: Vec<Known>,
    granted: Granted<'f>,
    others: BTreeSet<Box<str>>,
    /// The services with data events in the logs, of anybody.
    data_services: BTreeSet<Box<str>>,
    span: Option<(Box<str>, Box<str>)>,
}

/// A kind of call.
#[derive(Debug)]
struct Known {
    call: Box<str>,
    is: Is,
    records: u64,
}

#[derive(Debug)]
enum Is {
    Plans(Vec<Plan>),
    Free,
    Unmapped(&'static str),
}

impl<'f> Usage<'f> {
    /// Nothing used yet.
    #[must_use]
    pub fn new(facts: &'f Facts, principal: Principal, options: UsageOptions) -> Self {
        Self {
            facts,
            principal,
            denied: options.denied,
            counts: Counts::default(),
            troubles: Vec::new(),
            more_troubles: 0,
            calls: HashMap::new(),
            known: Vec::new(),
            granted: Granted::new(facts, options.resources.max(1)),
            others: BTreeSet::new(),
            data_services: BTreeSet::new(),
            span: None,
        }
    }

    /// Notes what could not be read.
    pub(crate) fn trouble(&mut self, trouble: Trouble) {
        if self.troubles.len() < KEPT {
            self.troubles.push(trouble);
        } else {
            self.more_troubles += 1;
        }
    }

    /// Takes one record.
    pub(crate) fn see(&mut self, record: &Record<'_>) -> Result<(), String> {
        if record.is_insight() {
            self.counts.records += 1;
            self.counts.insights += 1;
            return Ok(());
        }
        if record.name().is_empty() || record.source().is_empty() {
            return Err("it has no `eventName` or no `eventSource`".to_owned());
        }
        self.counts.records += 1;
        if record.category() == "Data" {
            self.counts.data_events += 1;
            if !self.data_services.contains(record.source()) {
                self.data_services.insert(record.source().into());
            }
        }
        if !self.principal.made(record) {
            self.note_other(record);
            return Ok(());
        }
        self.counts.own += 1;
        self.note_time(record.time());
        if !self.denied && is_denied(record.error()) {
            self.counts.denied += 1;
            return Ok(());
        }
        let at = self.kind_of(record);
        let Some(known) = self.known.get_mut(at) else { return Ok(()) };
        match &known.is {
            Is::Free => self.counts.no_calls += 1,
            Is::Unmapped(_) => self.counts.unmapped += 1,
            Is::Plans(plans) => {
                let (mut parameters, mut resources) = (Leaves::default(), Leaves::default());
                if plans.iter().any(Plan::asks) {
                    let read =
                        (Leaves::read(record.request_parameters), Leaves::read(record.resources));
                    let (Ok(named), Ok(touched)) = read else {
                        // It counts as one that could not be read, and as no other.
                        self.counts.records -= 1;
                        self.counts.own -= 1;
                        return Err("its parameters or resources cannot be read".to_owned());
                    };
                    (parameters, resources) = (named, touched);
                }
                self.counts.used += 1;
                let place = Place::new(self.principal.partition(), record);
                for plan in plans {
                    self.granted.take(plan, place, record, &parameters, &resources);
                }
            }
        }
        known.records += 1;
        Ok(())
    }

    /// The place in `known` of a record's kind of call.
    fn kind_of(&mut self, record: &Record<'_>) -> usize {
        // Nearly all are calls; the rest are told apart by more than their names.
        let call = matches!(record.kind(), "" | "AwsApiCall");
        let name: Cow<'_, str> = if call {
            record.name().into()
        } else {
            format!("{} ({} {})", record.name(), record.kind(), record.category()).into()
        };
        let of_source = self.calls.get(record.source());
        if let Some(at) = of_source.and_then(|calls| calls.get(&*name)) {
            return *at;
        }
        let is = match calls::of(self.facts, record) {
            Call::Free => Is::Free,
            Call::Unmapped(why) => Is::Unmapped(why),
            Call::Takes(taken) => {
                let plan = |taken: &calls::Taken| {
                    Plan::new(self.facts, &taken.action, record.name(), taken.on_copied)
                };
                Is::Plans(taken.iter().map(plan).collect())
            }
        };
        if self.known.len() >= MOST_NAMES && !matches!(is, Is::Plans(_)) {
            return self.rest_of_names();
        }
        let call = format!("{} {name}", record.source()).into();
        self.known.push(Known { call, is, records: 0 });
        let at = self.known.len() - 1;
        self.calls.entry(record.source().into()).or_default().insert(name.into(), at);
        at
    }

    /// Where names are counted that nobody can have called so often: logs made to fill memory.
    fn rest_of_names(&mut self) -> usize {
        let is = Is::Unmapped("too many calls of unknown names to list them all");
        if self.known.last().is_none_or(|last| &*last.call != OTHER_NAMES) {
            self.known.push(Known { call: OTHER_NAMES.into(), is, records: 0 });
        }
        self.known.len() - 1
    }

    fn note_other(&mut self, record: &Record<'_>) {
        let who = if record.issuer().is_empty() { record.caller() } else { record.issuer() };
        if !who.is_empty() && self.others.len() < KEPT && !self.others.contains(who) {
            self.others.insert(who.into());
        }
    }

    fn note_time(&mut self, time: &str) {
        if time.is_empty() {
            return;
        }
        match &mut self.span {
            Some((first, _)) if time < &**first => *first = time.into(),
            Some((_, last)) if time > &**last => *last = time.into(),
            Some(_) => {}
            None => self.span = Some((time.into(), time.into())),
        }
    }
}

#[cfg(test)]
mod tests;
