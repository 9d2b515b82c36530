//! Every record is allowed by the policy that was made of all of them, and no entry of the policy
//! could be left out.

mod support;

use policy::lint::{self, FindingType, PolicyType};
use proptest::prelude::*;
use support::{Asked, FACTS, Policy, asked_of, events, log, made, recorded};

/// What every policy has to be: it allows all that was asked, each of its entries is needed, its
/// wildcards cover no action that was not asked, and the linter finds no error.
#[track_caller]
fn closed(asked: &[Asked], documents: &[String]) {
    let policy = Policy::of(documents);
    for one in asked {
        assert!(policy.allows(one), "{one:?} is not allowed by {documents:#?}");
    }
    for (entry, without) in policy.without_each_entry() {
        assert!(
            asked.iter().any(|one| !without.allows(one)),
            "{entry} can be left out of {documents:#?}"
        );
    }
    for granted in policy.actions() {
        assert!(
            asked.iter().any(|one| one.action == granted),
            "{granted} is granted and was not asked: {documents:#?}"
        );
    }
    for document in documents {
        let findings = lint::lint(document, PolicyType::Identity, &FACTS);
        let errors = findings.iter().filter(|f| f.code().kind == FindingType::Error);
        assert_eq!(errors.map(ToString::to_string).collect::<Vec<_>>(), Vec::<String>::new());
    }
}

#[test]
fn a_recorded_log_is_closed() {
    let (text, asked) = recorded();
    let usage = made(&text, 20);
    assert_eq!(usage.counts().bad, 0, "{:?}", usage.troubles());
    assert_eq!(usage.unmapped(), vec![]);
    closed(&asked, usage.policies().documents());
}

#[test]
fn many_objects_become_a_pattern_and_stay_allowed() {
    let asked: Vec<(String, Vec<Asked>)> = (0..500)
        .map(|n| asked_of("s3:GetObject", &[&format!("b{}", n % 3), &format!("k/{n}")]))
        .collect();
    let usage = made(&log(asked.iter().map(|(record, _)| record)), 20);
    let policies = usage.policies();
    assert!(usage.widened().iter().any(|wide| &*wide.pattern == "arn:aws:s3:::b1/*"));
    let all: Vec<Asked> = asked.into_iter().flat_map(|(_, asked)| asked).collect();
    closed(&all, policies.documents());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_log_is_closed(events in events(), most in 1_usize..30) {
        let text = log(events.iter().map(|(record, _)| record));
        let usage = made(&text, most);
        let asked: Vec<Asked> = events.into_iter().flat_map(|(_, asked)| asked).collect();
        prop_assert_eq!(usage.unmapped(), vec![]);
        if !asked.is_empty() {
            closed(&asked, usage.policies().documents());
        }
    }
}
