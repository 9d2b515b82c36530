//! What must be the same of an account, whatever was killed.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

use crate::{api, support::Functions};

/// What an account's audits found, what is followed of it and what was told of it. A time is the number of the audit it falls to,
/// from 1 on: the clock is all that two runs may differ in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Each finding with its evidence, each place of a receipt.
    pub(crate) found: BTreeSet<String>,
    /// Each problem: its state, since when, until when, and the evidence.
    pub(crate) followed: BTreeSet<String>,
    /// Which problems the alerts of each audit are about, as what.
    pub(crate) told: BTreeSet<String>,
}

impl Seen {
    /// Of each account; the rounds have one audit of each.
    pub(crate) fn each(
        functions: &Functions,
        tenant: &str,
        accounts: &[String],
        rounds: &[Vec<String>],
    ) -> Vec<Self> {
        let of = |(place, account): (usize, &String)| {
            let audits: Vec<_> = rounds.iter().map(|round| round[place].as_str()).collect();
            Self::of(functions, tenant, account, &audits)
        };
        accounts.iter().enumerate().map(of).collect()
    }

    /// Of an account and its audits, the oldest first.
    pub(crate) fn of(functions: &Functions, tenant: &str, account: &str, audits: &[&str]) -> Self {
        let mut found = BTreeSet::new();
        for (number, id) in (1..).zip(audits) {
            found.extend(verdicts(&api::status(functions, tenant, id), number));
        }
        let asked = times(functions, audits);
        let problems = api::problems(functions, tenant, account);
        let followed = problems.iter().map(|one| problem(one, &asked)).collect();
        Self { found, followed, told: told(functions, audits) }
    }

    /// What one of two has and the other has not.
    pub(crate) fn differences(&self, other: &Self) -> Vec<String> {
        let pairs = [
            (&self.found, &other.found),
            (&self.followed, &other.followed),
            (&self.told, &other.told),
        ];
        pairs
            .into_iter()
            .flat_map(|(one, another)| one.symmetric_difference(another))
            .cloned()
            .collect()
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("a list").iter()
}

fn verdicts(status: &Value, number: usize) -> impl Iterator<Item = String> {
    let finding = move |one: &Value| {
        let (name, evidence) = (&one["fingerprint"], &one["evidence"]);
        format!("{number} {name} {} {} {evidence}", one["verdict"], one["severity"])
    };
    let place = move |one: &Value| {
        let (region, service) = (&one["region"], &one["service"]);
        format!("{number} {region} {service} {} {}", one["outcome"], one["error"])
    };
    let findings: Vec<_> = list(&status["findings"]["items"]).map(finding).collect();
    let places: Vec<_> = list(&status["receipt"]).map(place).collect();
    findings.into_iter().chain(places)
}

/// When the audits were asked for.
fn times(functions: &Functions, audits: &[&str]) -> Vec<Timestamp> {
    let items = functions.items("audit");
    let time = |id: &&str| {
        let audit = items.iter().find(|item| text(item, "id") == *id).expect("an audit");
        text(audit, "created_at").parse().expect("a time")
    };
    audits.iter().map(time).collect()
}

fn problem(one: &Value, asked: &[Timestamp]) -> String {
    let number = |time: &Value| {
        let time: Option<Timestamp> = time.as_str().map(|time| time.parse().expect("a time"));
        time.map(|time| asked.iter().filter(|asked| **asked <= time).count())
    };
    let (since, until) = (number(&one["first_seen"]), number(&one["resolved_at"]));
    let (name, state, evidence) = (&one["fingerprint"], &one["state"], &one["evidence"]);
    format!("{name} {state} {} {since:?} {until:?} {evidence}", one["severity"])
}

/// A digest lists what it is about; another alert names all that it covers.
fn told(functions: &Functions, audits: &[&str]) -> BTreeSet<String> {
    let mut told = BTreeSet::new();
    for alert in functions.items("alert") {
        let number = audits.iter().position(|id| *id == text(&alert, "audit_id"));
        let Some(number) = number else { continue };
        let covered = list(&alert["covers"]["L"]).map(|one| &one["S"]);
        let listed = list(&alert["findings"]["L"]).map(|one| &one["M"]["fingerprint"]["S"]);
        for name in covered.chain(listed) {
            told.insert(format!("{} {} {name}", number + 1, text(&alert, "state")));
        }
    }
    told
}

/// The text of an item's attribute.
pub(crate) fn text<'a>(item: &'a Value, name: &str) -> &'a str {
    let value = &item[name];
    value["S"].as_str().or(value["N"].as_str()).unwrap_or_default()
}
