//! Several actions as one pattern, where it covers nothing else.

use std::collections::BTreeSet;

use policy::facts::Facts;

/// The actions, those of a common beginning as one pattern; only where every action that the pattern
/// covers, as far as the facts know AWS, is among them.
pub(super) fn fold(facts: &Facts, actions: &BTreeSet<&str>) -> Vec<Box<str>> {
    let mut left = actions.clone();
    let mut folded: Vec<Box<str>> = Vec::new();
    // The shortest pattern first: it covers the most.
    let mut patterns: Vec<String> = patterns(actions).into_iter().collect();
    patterns.sort_by_key(|pattern| (pattern.len(), pattern.clone()));
    for pattern in patterns {
        let stem = pattern.trim_end_matches('*');
        let covered: Vec<&str> =
            left.iter().copied().filter(|action| action.starts_with(stem)).collect();
        if covered.len() < 2 {
            continue;
        }
        let all = facts.expand(&pattern);
        let asked = |(service, action): &(&policy::facts::Service, &policy::facts::Action)| {
            left.contains(&*format!("{}:{}", service.prefix(), action.name()))
        };
        if all.iter().all(asked) {
            for action in &covered {
                left.remove(action);
            }
            folded.push(pattern.into());
        }
    }
    folded.extend(left.into_iter().map(Into::into));
    folded.sort();
    folded
}

/// Every beginning of an action's name that ends before a word, as a pattern.
fn patterns(actions: &BTreeSet<&str>) -> BTreeSet<String> {
    let of = |action: &&str| {
        let name = action.find(':').map_or(0, |colon| colon + 1);
        let words = action.char_indices().filter(move |(at, c)| *at > name && c.is_uppercase());
        let cuts = words.map(|(at, _)| at).chain([name]);
        cuts.filter_map(|at| Some(format!("{}*", action.get(..at)?))).collect::<Vec<_>>()
    };
    actions.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static FACTS: LazyLock<Facts> = LazyLock::new(|| Facts::bundled().unwrap());

    fn folded(actions: &[&str]) -> Vec<String> {
        fold(&FACTS, &actions.iter().copied().collect()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn actions_fold_only_when_nothing_else_begins_like_them() {
        assert_eq!(
            folded(&["sqs:SendMessage", "sqs:ReceiveMessage"]),
            ["sqs:ReceiveMessage", "sqs:SendMessage"]
        );
        let delete = ["sqs:DeleteMessage", "sqs:DeleteQueue"];
        assert_eq!(folded(&delete), ["sqs:Delete*"]);
        assert_eq!(folded(&delete[..1]), ["sqs:DeleteMessage"]);
    }

    proptest! {
        #[test]
        fn folded_is_exactly_what_was_given(picks in prop::collection::vec(any::<prop::sample::Index>(), 1..60), service in prop::sample::select(vec!["s3", "sqs", "sts", "lambda", "iam"])) {
            let facts = &*FACTS;
            let all: Vec<String> = facts.service(service).unwrap().actions().iter().map(|a| format!("{service}:{}", a.name())).collect();
            let asked: BTreeSet<&str> = picks.iter().map(|pick| pick.get(&all).as_str()).collect();
            let folded = fold(facts, &asked);
            let expanded: BTreeSet<String> = folded.iter().flat_map(|pattern| facts.expand(pattern)).map(|(s, a)| format!("{}:{}", s.prefix(), a.name())).collect();
            prop_assert_eq!(expanded, asked.iter().map(|&a| a.to_owned()).collect::<BTreeSet<_>>());
            // Each entry is needed: no action is covered twice.
            for one in &folded {
                let others = folded.iter().filter(|other| *other != one);
                let others: BTreeSet<_> = others.flat_map(|p| facts.expand(p)).map(|(_, a)| a.name().to_owned()).collect();
                prop_assert!(facts.expand(one).iter().any(|(_, a)| !others.contains(a.name())));
            }
        }
    }
}
