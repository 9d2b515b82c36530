//! What must hold for every policy and every pattern.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a tool of the tests: it stops at the first surprise"
)]

use super::agree::{policies, request};
use super::generate::{self, Dice};
use super::naive::{self, World};
use policy::facts::Facts;
use policy::json::Node;
use policy::wildcard::{covers, overlaps, tokens};
use policy::{
    Caller, Context, Document, Effect, Layer, Outcome, Policies, Policy, PolicyKind, Request,
    Wildcard, arns_overlap, check_syntax,
};
use proptest::prelude::*;

/// Whether `text` fits `pattern`, tried every way.
fn brute_force(pattern: &[char], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|skip| brute_force(rest, &text[skip..])),
        Some((c, rest)) => text
            .split_first()
            .is_some_and(|(t, after)| (*c == '?' || c == t) && brute_force(rest, after)),
    }
}

fn outcome(world: &World, ask: &naive::Ask) -> Outcome {
    policies(world).evaluate(&request(ask, Context::new(), |_| true)).outcome
}

/// The world without one of its kinds of policies, and which kind that is.
fn without_one(mut world: World, which: usize) -> Option<(World, Layer)> {
    let layer = match which {
        0 => (!world.identity.is_empty()).then(|| world.identity.pop()).map(|_| Layer::Identity),
        1 => world.boundary.take().filter(|b| !b.is_empty()).map(|_| Layer::Boundary),
        2 => world.session.take().map(|_| Layer::Session),
        3 => world.resource.take().map(|_| Layer::Resource),
        4 => world.endpoint.take().map(|_| Layer::VpcEndpoint),
        5 => world.scps.take().map(|_| Layer::Scp),
        _ => world.rcps.take().map(|_| Layer::Rcp),
    }?;
    Some((world, layer))
}

fn json() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|b| b.to_string()),
        any::<i32>().prop_map(|n| n.to_string()),
        "-?(0|[1-9][0-9]{0,3})(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?",
        any::<String>().prop_map(|s| serde_json::to_string(&s).unwrap()),
    ];
    let nested = leaf.prop_recursive(4, 32, 5, |inner| {
        let key = any::<String>().prop_map(|s| serde_json::to_string(&s).unwrap());
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5)
                .prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::vec((key, inner), 0..5).prop_map(|members| {
                let members: Vec<String> =
                    members.into_iter().map(|(key, value)| format!("{key}: {value}")).collect();
                format!("{{{}}}", members.join(",\n"))
            }),
        ]
    });
    nested.prop_map(|text| Node::parse(&text).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_matcher_equals_brute_force(pattern in "[ab*?é]{0,9}", text in "[abé*]{0,12}") {
        let chars: (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
        prop_assert_eq!(Wildcard::new(&pattern).matches(&text), brute_force(&chars.0, &chars.1));
        prop_assert_eq!(Wildcard::from_tokens(tokens(&pattern)).matches(&text), brute_force(&chars.0, &chars.1));
    }

    #[test]
    fn patterns_overlap_when_a_text_fits_both(a in "[ab*?]{0,5}", b in "[ab*?]{0,5}", text in "[ab]{0,7}") {
        let (x, y): (Vec<_>, Vec<_>) = (tokens(&a).collect(), tokens(&b).collect());
        let (in_a, in_b) = (Wildcard::new(&a).matches(&text), Wildcard::new(&b).matches(&text));
        prop_assert!(!(in_a && in_b) || overlaps(&x, &y), "`{}` fits `{}` and `{}`", text, a, b);
        prop_assert!(!covers(&x, &y) || !in_b || in_a, "`{}` covers `{}`, but not `{}`", a, b, text);
        prop_assert_eq!(overlaps(&x, &y), overlaps(&y, &x));
    }

    #[test]
    fn overlap_is_never_claimed_without_a_text(a in "[ab*?]{0,3}", b in "[ab*?]{0,3}") {
        let (x, y): (Vec<_>, Vec<_>) = (tokens(&a).collect(), tokens(&b).collect());
        let (a, b) = (Wildcard::new(&a), Wildcard::new(&b));
        let found = (0..=6).flat_map(texts).any(|text| a.matches(&text) && b.matches(&text));
        prop_assert_eq!(overlaps(&x, &y), found);
    }

    #[test]
    fn json_comes_back_as_it_was(node in json()) {
        let (compact, indented) = (node.to_string(), format!("{node:#}"));
        prop_assert_eq!(&Node::parse(&compact).unwrap(), &node);
        prop_assert_eq!(&Node::parse(&indented).unwrap(), &node);
        prop_assert_eq!(Node::parse(&compact).unwrap().to_string(), compact);
    }

    #[test]
    fn documents_come_back_as_they_were(seed in any::<u64>()) {
        let world = generate::world(&mut Dice::new(seed));
        for document in world.identity.iter().chain(&world.resource) {
            prop_assert_eq!(&Document::parse(&document.to_string()).unwrap(), document);
            prop_assert_eq!(&Document::parse(&format!("{document:#}")).unwrap(), document);
        }
    }

    #[test]
    fn a_policy_that_was_not_read_decides_nothing(seed in any::<u64>(), which in 0..7_usize) {
        let mut dice = Dice::new(seed);
        let world = generate::world(&mut dice);
        for _ in 0..16 {
            let ask = generate::ask(&mut dice);
            let truth = outcome(&world, &ask);
            let Some((rest, layer)) = without_one(world.clone(), which) else { break };
            let request = request(&ask, Context::new(), |_| true);
            let said = policies(&rest).unread(layer, "it").evaluate(&request);
            let known = said.outcome != Outcome::Depends;
            prop_assert!(known || said.unread.iter().any(|policy| policy.layer == layer));
            prop_assert_eq!(known, said.unread.is_empty());
            if truth == Outcome::Allowed {
                prop_assert!(said.could_be_allowed(), "{layer}: {said:?}");
            } else {
                prop_assert!(said.outcome != Outcome::Allowed, "{layer}: {said:?}");
            }
            // Where it may not even exist, a grant stands, and what could take it away is named.
            let perhaps = policies(&rest).perhaps_unread(layer, "it").evaluate(&request);
            if perhaps.outcome == Outcome::Allowed && truth != Outcome::Allowed {
                prop_assert!(!perhaps.could_deny.is_empty(), "{layer}: {perhaps:?}");
            }
        }
    }

    #[test]
    fn no_text_is_too_strange_to_read(text in ".{0,80}") {
        let _ = Node::parse(&text);
        let _ = Document::parse(&text);
        let _ = check_syntax(&text, policy::DocumentKind::Identity);
    }

    #[test]
    fn no_document_is_too_strange_to_evaluate(node in json(), resource in ".{0,30}", action in ".{0,12}") {
        // Whatever the JSON is, in every place where a policy may hold something.
        let strange = format!(r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":{node},"Resource":{node}}},
            {{"Effect":"Deny","NotAction":"s3:*","NotResource":{node},"Principal":{node},"Condition":{{"StringLike":{node}}}}}]}}"#);
        let (policy, _) = Policy::read("strange", PolicyKind::Resource, &Node::parse(&strange).unwrap());
        let request = Request::new(Caller::parse(&resource), &action, &resource).with(&action, &resource);
        let decision = Policies::new().resource(policy).evaluate(&request);
        prop_assert!(!decision.explain(&request).is_empty());
    }

    #[test]
    fn a_deny_never_grants(seed in any::<u64>()) {
        let mut dice = Dice::new(seed);
        let (world, other, ask) = (generate::world(&mut dice), generate::world(&mut dice), generate::ask(&mut dice));
        let before = outcome(&world, &ask);
        let denies = other.identity.into_iter().map(|mut document| {
            document.statements.retain(|statement| statement.effect == Some(Effect::Deny));
            document
        });
        let mut stricter = world.clone();
        stricter.identity.extend(denies);
        if let (Some(own), Some(added)) = (&mut stricter.resource, other.resource)
            && own.has_variables() == added.has_variables()
        {
            own.statements.extend(added.statements.into_iter().filter(|s| s.effect == Some(Effect::Deny)));
        }
        let after = outcome(&stricter, &ask);
        prop_assert!(after != Outcome::Allowed || before == Outcome::Allowed);
        prop_assert!(before != Outcome::ExplicitlyDenied || after == Outcome::ExplicitlyDenied);
    }

    #[test]
    fn order_and_splitting_do_not_matter(seed in any::<u64>()) {
        let mut dice = Dice::new(seed);
        let (world, ask) = (generate::world(&mut dice), generate::ask(&mut dice));
        let before = outcome(&world, &ask);
        let mut reversed = world.clone();
        reversed.identity.reverse();
        for document in reversed.identity.iter_mut().chain(&mut reversed.resource) {
            document.statements.reverse();
        }
        prop_assert_eq!(outcome(&reversed, &ask), before);
        let mut split = world;
        split.identity = split.identity.into_iter().flat_map(|document| {
            let one = |statement: &policy::Statement| Document { statements: vec![statement.clone()], ..document.clone() };
            document.statements.iter().map(one).collect::<Vec<_>>()
        }).collect();
        prop_assert_eq!(outcome(&split, &ask), before);
    }
}

/// What `arns_overlap` says of patterns is what the evaluator says of resources.
#[test]
fn patterns_that_share_a_resource_overlap() {
    let allows = |pattern: &str, resource: &str| {
        let text =
            format!(r#"{{"Statement":{{"Effect":"Allow","Action":"*","Resource":"{pattern}"}}}}"#);
        let policy =
            Policy::new("p", PolicyKind::Identity, &Document::parse(&text).unwrap()).unwrap();
        let ana = Caller::parse("arn:aws:iam::111122223333:user/ana");
        let request = Request::new(ana, "x:Y", resource).in_account("111122223333");
        Policies::new().identity(policy).evaluate(&request).outcome == Outcome::Allowed
    };
    let resources: Vec<&str> =
        generate::RESOURCES.into_iter().filter(|resource| *resource != "*").collect();
    let patterns =
        || generate::RESOURCE_PATTERNS.into_iter().filter(|pattern| !pattern.contains("${"));
    let mut shared = 0;
    for a in patterns() {
        for resource in &resources {
            assert_eq!(arns_overlap(a, resource), allows(a, resource), "`{a}` and `{resource}`");
        }
        for b in patterns() {
            if resources.iter().any(|resource| allows(a, resource) && allows(b, resource)) {
                assert!(arns_overlap(a, b), "`{a}` and `{b}` share a resource");
                shared += 1;
            }
            assert_eq!(arns_overlap(a, b), arns_overlap(b, a), "`{a}` and `{b}`");
        }
    }
    assert!(shared > 200, "only {shared} pairs share a resource");
}

/// Every text of a length over two letters.
fn texts(length: usize) -> impl Iterator<Item = String> {
    (0..1_usize << length).map(move |bits| {
        (0..length).map(|at| if bits >> at & 1 == 0 { 'a' } else { 'b' }).collect()
    })
}

/// An action pattern means exactly the actions it expands to.
#[test]
fn expanding_a_pattern_changes_nothing() {
    let facts = Facts::bundled().unwrap();
    let expand = |pattern: &str| -> Vec<String> {
        facts
            .expand(pattern)
            .iter()
            .map(|(service, action)| format!("{}:{}", service.prefix(), action.name()))
            .collect()
    };
    let allows = |actions: &[String], action: &str| {
        let list: Vec<String> = actions.iter().map(|action| format!("\"{action}\"")).collect();
        let text = format!(
            r#"{{"Statement":{{"Effect":"Allow","Action":[{}],"Resource":"*"}}}}"#,
            list.join(",")
        );
        let policy =
            Policy::new("p", PolicyKind::Identity, &Document::parse(&text).unwrap()).unwrap();
        let ana = Caller::parse("arn:aws:iam::111122223333:user/ana");
        Policies::new().identity(policy).evaluate(&Request::new(ana, action, "*")).outcome
            == Outcome::Allowed
    };
    for pattern in
        ["s3:Get*", "s3:*Acl", "s3:*", "kms:De?rypt", "iam:*Role*", "IAM:list*", "sqs:Nothing*"]
    {
        let expanded = expand(pattern);
        let service = pattern.split(':').next().unwrap();
        for action in expand(&format!("{}:*", service.to_lowercase())) {
            let alone = allows(&[pattern.to_owned()], &action);
            assert_eq!(alone, expanded.contains(&action), "`{pattern}` and `{action}`");
            assert_eq!(alone, allows(&expanded, &action), "`{pattern}` and `{action}`");
        }
        assert_eq!(expanded.is_empty(), pattern.contains("Nothing"), "`{pattern}`");
    }
}

/// Texts made to be read again and again from every place; read that way this test would not end.
#[test]
fn hostile_documents_are_read_once() {
    let keys: Vec<String> = (0..20_000).map(|at| format!(r#""k{at}":1"#)).collect();
    let open = "${".repeat(50_000);
    let stars = "*a".repeat(50_000);
    let statement =
        |resource: &str| format!(r#"{{"Effect":"Allow","Action":"s3:*","Resource":"{resource}"}}"#);
    let documents = [
        format!("{{{}}}", keys.join(",")),
        format!(
            r#"{{"Version":"2012-10-17","Statement":{}}}"#,
            statement(&format!("arn:aws:s3:::{open}"))
        ),
        format!(
            r#"{{"Version":"2012-10-17","Statement":{}}}"#,
            statement(&format!("arn:aws:s3:::{stars}"))
        ),
        format!("{{\"Statement\":[{}]}}", vec![statement("*"); 20_000].join(",")),
    ];
    let expected =
        [Outcome::ImplicitlyDenied, Outcome::ImplicitlyDenied, Outcome::Allowed, Outcome::Allowed];
    for (text, expected) in documents.iter().zip(expected) {
        let node = Node::parse(text).unwrap();
        assert_eq!(node.repeated_members().count(), 0);
        let (policy, _) = Policy::read("hostile", PolicyKind::Identity, &node);
        let asked = format!("arn:aws:s3:::{}", "a".repeat(50_000));
        let request = Request::new(
            Caller::parse("arn:aws:iam::111122223333:user/ana"),
            "s3:GetObject",
            &asked,
        );
        assert_eq!(Policies::new().identity(policy).evaluate(&request).outcome, expected);
        let _ = check_syntax(text, policy::DocumentKind::Identity);
    }
}
