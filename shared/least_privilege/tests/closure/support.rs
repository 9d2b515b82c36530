//! Records with what they ask, told independently of the library: a small table of calls, each with
//! the ARN that AWS decides about.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at what is wrong")]

mod calls;
mod replay;

use std::sync::LazyLock;

use least_privilege::{LogFile, Principal, Usage, UsageOptions};
use policy::facts::Facts;
use proptest::prelude::*;

pub(crate) use calls::asked_of;
pub(crate) use replay::{Asked, Policy};

pub(crate) static FACTS: LazyLock<Facts> = LazyLock::new(|| Facts::bundled().unwrap());

pub(crate) const ROLE: &str = "arn:aws:iam::111122223333:role/team/orders";

/// A log of records.
pub(crate) fn log<'r>(records: impl Iterator<Item = &'r String>) -> String {
    let records: Vec<&str> = records.map(String::as_str).collect();
    format!(r#"{{"Records":[{}]}}"#, records.join(","))
}

/// What the role used by a log.
pub(crate) fn made(text: &str, most: usize) -> Usage<'static> {
    let role = Principal::parse(ROLE).unwrap();
    let options = UsageOptions { denied: false, resources: most };
    let mut usage = Usage::new(&FACTS, role, options);
    let mut file = LogFile::new("log");
    file.feed(&mut usage, text.as_bytes());
    file.finish(&mut usage);
    usage
}

/// Each call of the table once, and a recorded sign-in, service event and denial that ask nothing.
pub(crate) fn recorded() -> (String, Vec<Asked>) {
    let names: Vec<String> = ["one", "two", "three"].map(Into::into).to_vec();
    let events = calls::CALLS.iter().map(|call| calls::event(call, &names));
    let (mut records, mut asked) = (Vec::new(), Vec::new());
    for (record, of_record) in events {
        records.push(record);
        asked.extend(of_record);
    }
    records.push(calls::without_permission());
    records.push(calls::denied());
    (log(records.iter()), asked)
}

/// Some calls of the table with names of every kind.
pub(crate) fn events() -> impl Strategy<Value = Vec<(String, Vec<Asked>)>> {
    let name = prop_oneof![
        4 => "[a-z]{1,3}",
        1 => "[a-z]{1,4}-[0-9]{1,3}",
        // What means something in a policy and is a character in a name.
        1 => "[a-z][*?$][a-z{}]{0,3}",
    ];
    let call = (any::<prop::sample::Index>(), prop::collection::vec(name, 3));
    prop::collection::vec(call, 1..40).prop_map(|calls| {
        calls
            .into_iter()
            .map(|(index, names)| {
                calls::event(&calls::CALLS[index.index(calls::CALLS.len())], &names)
            })
            .collect()
    })
}
