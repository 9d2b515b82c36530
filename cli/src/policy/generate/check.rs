//! Proving a policy before it is printed: it grants what was used, and the linter finds no error.

use ::policy::{
    Arn, Caller, Document, Outcome, Policies, Policy, PolicyKind, Request,
    facts::Facts,
    lint::{self, FindingType, PolicyType},
};
use least_privilege::Usage;

/// An account that is not the principal's.
const ELSEWHERE: &str = "000000000000";

/// A resource's policy that lets everybody do everything.
fn open() -> Result<Policy, String> {
    let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"*","Resource":"*"}}"#;
    let document = Document::parse(text).map_err(|error| error.to_string())?;
    Policy::new("open", PolicyKind::Resource, &document).map_err(|error| error.to_string())
}

/// Asks the policy engine whether every need is granted, and the linter about every document.
pub(super) fn verify(
    facts: &Facts,
    usage: &Usage<'_>,
    made: &least_privilege::Policies,
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
    policies = policies.resource(open()?);
    // A root user would need no grant; what the policy says is asked for somebody who does.
    let account = Arn::split(usage.principal().arn()).map_or("", |arn| arn.account);
    let caller = Caller::parse(&format!("arn:aws:iam::{account}:user/somebody"));
    for (action, patterns, _) in usage.needs() {
        let alone = facts.action(action).is_some_and(::policy::facts::Action::is_wildcard_only);
        for pattern in patterns {
            let resource = unescaped(&pattern);
            // Asked as if another account owned the resource: there both sides have to allow it, and
            // the other side does, so that the answer is that of the policies which were made.
            let request = Request::new(caller.clone(), action, &resource)
                .wildcard_only_action(alone)
                .in_account(ELSEWHERE);
            let outcome = policies.evaluate(&request).outcome;
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
