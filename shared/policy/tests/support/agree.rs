//! The engine and the naive evaluator on the same cases.

#![expect(clippy::unwrap_used, reason = "a tool of the tests: it stops at the first surprise")]

use super::generate::{self, Dice};
use super::naive::{self, Ask, Value, World};
use policy::{Caller, Context, Document, Level, Outcome, Policies, Policy, PolicyKind, Request};
use std::sync::Arc;

fn compile(kind: PolicyKind, document: &Document) -> Arc<Policy> {
    Arc::new(Policy::new("generated", kind, document).unwrap())
}

/// The engine's form of a world.
pub(crate) fn policies(world: &World) -> Policies {
    let mut policies = Policies::new();
    for document in &world.identity {
        policies = policies.identity(compile(PolicyKind::Identity, document));
    }
    for document in world.boundary.iter().flatten() {
        policies = policies.boundary(compile(PolicyKind::Boundary, document));
    }
    for document in world.session.iter().flatten() {
        policies = policies.session(compile(PolicyKind::Session, document));
    }
    for document in world.endpoint.iter().flatten() {
        policies = policies.vpc_endpoint(compile(PolicyKind::VpcEndpoint, document));
    }
    if let Some(document) = &world.resource {
        policies = policies.resource(compile(PolicyKind::Resource, document));
    }
    let levels = |levels: &[Vec<Document>], kind| {
        let level = |documents: &Vec<Document>| Level {
            node: "level".into(),
            policies: documents.iter().map(|document| compile(kind, document)).collect(),
        };
        levels.iter().map(level).collect::<Vec<_>>()
    };
    if let Some(scps) = &world.scps {
        policies = policies.scps(levels(scps, PolicyKind::Scp));
    }
    if let Some(rcps) = &world.rcps {
        policies = policies.rcps(levels(rcps, PolicyKind::Rcp));
    }
    match &world.management {
        Some(account) => policies.management_account(account),
        None => policies,
    }
}

/// The engine's form of a request, with only the keys that `known` names.
pub(crate) fn request(ask: &Ask, start: Context, known: impl Fn(&str) -> bool) -> Request {
    let mut context = start;
    for (key, value) in ask.context.iter().filter(|(key, _)| known(key)) {
        context = match value {
            Value::One(value) => context.with(key, value),
            Value::Many(values) => context.with_many(key, values.iter().map(String::as_str)),
        };
    }
    let caller =
        if ask.caller.is_empty() { Caller::anonymous() } else { Caller::parse(&ask.caller) };
    let request = Request::new(caller, &ask.action, &ask.resource)
        .with_context(context)
        .wildcard_only_action(ask.wildcard_only);
    match &ask.owner {
        Some(owner) => request.in_account(owner),
        None => request,
    }
}

/// How often each outcome came out.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Tally {
    pub(crate) allowed: u64,
    pub(crate) explicitly_denied: u64,
    pub(crate) implicitly_denied: u64,
    pub(crate) depends: u64,
}

/// Runs cases until `cases` are done, several requests on each world.
///
/// Besides the outcome itself: when some keys are withheld, the engine's answer must still hold for the
/// request with all its keys.
pub(crate) fn run(seed: u64, cases: u64) -> Result<Tally, String> {
    const REQUESTS: u64 = 8;
    let mut tally = Tally::default();
    let mut dice = Dice::new(seed);
    let mut done = 0;
    while done < cases {
        let world = generate::world(&mut dice);
        let policies = policies(&world);
        for _ in 0..REQUESTS.min(cases - done) {
            let ask = generate::ask(&mut dice);
            let expected = naive::decide(&world, &ask);
            let found = policies.evaluate(&request(&ask, Context::new(), |_| true));
            if found.outcome != expected {
                return Err(report(
                    &world,
                    &ask,
                    &format!("the engine says {}, the naive evaluator {expected}", found.outcome),
                ));
            }
            match expected {
                Outcome::Allowed => tally.allowed += 1,
                Outcome::ExplicitlyDenied => tally.explicitly_denied += 1,
                Outcome::ImplicitlyDenied => tally.implicitly_denied += 1,
                Outcome::Depends => return Err("the naive evaluator knows every key".to_owned()),
            }
            if dice.below(4) == 0 {
                let hidden = dice.below(1 << generate::keys().count());
                let keep = |key: &str| {
                    generate::keys()
                        .position(|known| known == key)
                        .is_none_or(|at| hidden >> at & 1 == 0)
                };
                // A key the request lacks is unknown too, so it must be said to be absent.
                let mut start = Context::partial();
                for key in
                    generate::keys().filter(|key| keep(key) && !ask.context.contains_key(key))
                {
                    start = start.without(&key);
                }
                let partial = policies.evaluate(&request(&ask, start, keep));
                if partial.outcome == Outcome::Depends {
                    tally.depends += 1;
                }
                if !is_between(expected, partial.outcome, partial.between) {
                    let said = format!(
                        "with keys withheld the engine says {partial:?}, but it is {expected}"
                    );
                    return Err(report(&world, &ask, &said));
                }
            }
            done += 1;
        }
    }
    Ok(tally)
}

fn is_between(actual: Outcome, said: Outcome, (one, other): (Outcome, Outcome)) -> bool {
    let rank = |outcome| match outcome {
        Outcome::ExplicitlyDenied => 0,
        Outcome::ImplicitlyDenied => 1,
        _ => 2,
    };
    if said == Outcome::Depends {
        (rank(one).min(rank(other))..=rank(one).max(rank(other))).contains(&rank(actual))
    } else {
        actual == said
    }
}

fn report(world: &World, ask: &Ask, said: &str) -> String {
    let print = |name: &str, documents: Vec<&Document>| -> String {
        documents.iter().fold(String::new(), |text, document| format!("{text}{name}: {document}\n"))
    };
    [
        format!("{said}\n{ask:#?}\n"),
        print("identity", world.identity.iter().collect()),
        print("boundary", world.boundary.iter().flatten().collect()),
        print("session", world.session.iter().flatten().collect()),
        print("resource", world.resource.iter().collect()),
        print("endpoint", world.endpoint.iter().flatten().collect()),
        print("scp", world.scps.iter().flatten().flatten().collect()),
        print("rcp", world.rcps.iter().flatten().flatten().collect()),
        format!("management: {:?}\n", world.management),
    ]
    .concat()
}
