//! Any document is evaluated against any request without a panic. The first line is the request
//! (principal, action, resource and one context value, separated by blanks), the rest the policy.

#![no_main]

use libfuzzer_sys::fuzz_target;
use policy::{Caller, Context, Outcome, Policies, Policy, PolicyKind, Request, json::Node};

fuzz_target!(|text: &str| {
    let Some((request, document)) = text.split_once('\n') else { return };
    let mut words = request.split(' ');
    let mut word = || words.next().unwrap_or_default();
    let (caller, action, resource, value) = (word(), word(), word(), word());
    let Ok(node) = Node::parse(document) else { return };
    let compile = |kind| Policy::read("fuzzed", kind, &node).0;
    let policies = Policies::new()
        .identity(compile(PolicyKind::Identity))
        .boundary(compile(PolicyKind::Boundary))
        .resource(compile(PolicyKind::Resource));
    let ask = |context: Context| {
        let context = context.with("aws:username", value).with_many("aws:TagKeys", [value, action]);
        let request = Request::new(Caller::parse(caller), action, resource).with_context(context);
        let decision = policies.evaluate(&request);
        assert!(!decision.explain(&request).is_empty());
        decision
    };
    let known = ask(Context::new());
    assert!(known.outcome != Outcome::Depends);
    // What is settled with keys unknown stays so with all keys known.
    let partial = ask(Context::partial());
    assert!(partial.outcome == Outcome::Depends || partial.outcome == known.outcome);
});
