//! Proving a policy before it is printed: it grants what was used, and the linter finds no error.

use ::policy::{
    Caller, Context, Document, Outcome, Policies, Policy, PolicyKind, Request,
    facts::Facts,
    lint::{self, FindingType, PolicyType},
};
use usage::Usage;

/// Asks the policy engine whether every need is granted, and the linter about every document.
pub(super) fn verify(
    facts: &Facts,
    usage: &Usage<'_>,
    made: &usage::Policies,
) -> Result<(), String> {
    let mut policies = Policies::new();
    for text in made.documents() {
        let findings = lint::lint(text, PolicyType::Identity, facts);
        if let Some(error) = findings.iter().find(|f| f.code().kind == FindingType::Error) {
            return Err(format!(
                "the policy that was made has an error, please report it: {error}"
            ));
        }
        let document = Document::parse(text).map_err(|error| error.to_string())?;
        let policy = Policy::new("generated", PolicyKind::Identity, &document);
        policies = policies.identity(policy.map_err(|error| error.to_string())?);
    }
    let principal = usage.principal();
    for (action, patterns, _) in usage.needs() {
        let alone = facts.action(action).is_some_and(::policy::facts::Action::is_wildcard_only);
        for pattern in patterns {
            let resource = unescaped(&pattern);
            let request = Request::new(Caller::parse(principal.arn()), action, &resource)
                .wildcard_only_action(alone)
                .with_context(Context::new());
            let outcome = policies.evaluate(&request).outcome;
            // The root user needs no grant, and gets its answer from the engine all the same.
            if outcome != Outcome::Allowed {
                return Err(format!(
                    "the policy that was made does not allow `{action}` on `{resource}`, please report it"
                ));
            }
        }
    }
    Ok(())
}

fn unescaped(pattern: &str) -> String {
    pattern.replace("${*}", "*").replace("${?}", "?").replace("${$}", "$")
}
