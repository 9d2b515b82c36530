//! Which IAM actions a call of the API takes.
//!
//! Nine calls in ten have the action of their own name. The rest is a table, each row with its
//! source; a call that neither knows is listed, never guessed.

mod table;

use policy::facts::Facts;

use crate::record::Record;
use table::{DATED, FREE, OPEN, VERBS};
pub use table::{Row, SERVICES, Service, TABLE};

/// What a kind of record means for permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Call {
    /// These actions, by their names in the facts.
    Takes(Vec<Taken>),
    /// No permission decides about it: a sign-in, what a service did by itself, or a call that is free.
    Free,
    /// Nothing is known that it maps to, and why.
    Unmapped(&'static str),
}

/// An action that a call takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) action: String,
    /// On what is copied, not on what the call names.
    pub(crate) on_copied: bool,
}

/// What a record's call takes.
pub(crate) fn of(facts: &Facts, record: &Record<'_>) -> Call {
    let source = service(record.source());
    let call = record.name();
    let named = prefixes(source)
        .iter()
        .find_map(|prefix| named(facts, prefix, call).map(Call::Takes))
        .or_else(|| prefixes(source).iter().find_map(|prefix| open(prefix, call)));
    match named {
        // A sign-in may bear an action's name, and is none.
        _ if is_no_call(record.kind()) || record.category() == "Insight" => Call::Free,
        _ if FREE.iter().any(|row| row.0 == source && row.1 == call) => Call::Free,
        Some(call) => call,
        None if facts_know(facts, source) => {
            Call::Unmapped("the service has no action of that name, and no table knows it")
        }
        None => Call::Unmapped("IAM knows no service of that name"),
    }
}

/// Record types that stand for no request which IAM decides about.
///
/// Source: *CloudTrail record contents*, `eventType`.
fn is_no_call(kind: &str) -> bool {
    matches!(kind, "AwsConsoleSignIn" | "AwsServiceEvent" | "AwsCloudTrailInsight")
}

/// `s3` of `s3.amazonaws.com`.
fn service(source: &str) -> &str {
    let name = source.strip_suffix(".cn").unwrap_or(source);
    name.strip_suffix(".amazonaws.com").unwrap_or(name)
}

/// The prefixes of actions to look among for the calls of a service.
fn prefixes(source: &str) -> Vec<&str> {
    let row = SERVICES.iter().find(|row| row.source == source);
    row.map_or_else(|| vec![source], |row| row.prefixes.to_vec())
}

fn facts_know(facts: &Facts, source: &str) -> bool {
    prefixes(source).iter().any(|prefix| facts.service(prefix).is_some())
}

fn named(facts: &Facts, prefix: &str, call: &str) -> Option<Vec<Taken>> {
    let is = |row: &&Row| row.service == prefix && row.call.eq_ignore_ascii_case(call);
    if let Some(row) = TABLE.iter().find(is) {
        let taken = |on_copied| {
            move |name: &&str| known(facts, name).map(|action| Taken { action, on_copied })
        };
        let own = row.actions.iter().filter_map(taken(false));
        return Some(own.chain(row.copied.iter().filter_map(taken(true))).collect());
    }
    let same = |call: &str| {
        let action = known(facts, &format!("{prefix}:{call}"))?;
        Some(vec![Taken { action, on_copied: false }])
    };
    let by_verb = || {
        let (_, method) = VERBS.iter().find(|(verb, _)| call.starts_with(verb))?;
        if prefix == "apigateway" { Some(method) } else { None }
    };
    if let Some(action) = by_verb().and_then(|method| known(facts, &format!("{prefix}:{method}"))) {
        return Some(vec![Taken { action, on_copied: false }]);
    }
    same(call).or_else(|| {
        let dated = DATED.iter().any(|(service, _)| *service == prefix);
        let undated = if dated { without_date(call)? } else { None? };
        named(facts, prefix, undated)
    })
}

/// The name as the facts write it.
fn known(facts: &Facts, name: &str) -> Option<String> {
    let (prefix, _) = name.split_once(':')?;
    let service = facts.service(prefix)?;
    Some(format!("{}:{}", service.prefix(), facts.action(name)?.name()))
}

fn open(prefix: &str, call: &str) -> Option<Call> {
    let row = OPEN.iter().find(|row| row.0 == prefix && row.1.eq_ignore_ascii_case(call))?;
    Some(Call::Unmapped(row.2))
}

/// `CreateFunction` of `CreateFunction20150331` or `…20150331v2`; `ListDistributions` of
/// `ListDistributions2020_05_31`.
fn without_date(call: &str) -> Option<&str> {
    let before_version = |call| {
        let (head, version) = str::rsplit_once(call, 'v')?;
        let digits = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
        (digits && head.ends_with(|c: char| c.is_ascii_digit())).then_some(head)
    };
    let dated = before_version(call).unwrap_or(call);
    let name = dated.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    let digits = dated.get(name.len()..)?.bytes().filter(u8::is_ascii_digit).count();
    (digits == 8 && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests;
