//! Resources that no action of their statement works on.

use super::{
    PolicyType, Subject,
    arn::{overlap, variables_as_stars},
    code::codes,
    report::Report,
    statement::Statement,
    unlisted,
};
use crate::{
    Arn,
    facts::{Action, Facts, ResourceType, Service, has_wildcard},
};

/// No policy within AWS's quotas needs more comparisons.
const BUDGET: u32 = 40_000;

pub(super) fn check(subject: &Subject<'_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    let (Some(actions), Some(resources)) = (statement.action, statement.resource) else { return };
    if actions.negated || resources.negated || subject.is(PolicyType::Trust) {
        return;
    }
    let mut kinds: Option<Kinds<'_>> = None;
    let mut budget = BUDGET;
    for (node, text) in resources.texts().filter(|(_, text)| text.starts_with("arn:")) {
        let plain = variables_as_stars(text);
        let Some(arn) = Arn::split(&plain).filter(|arn| !has_wildcard(arn.service)) else {
            continue;
        };
        if kinds.is_none() {
            if statement.actions.iter().any(|action| report.has_error_at(action.node.span)) {
                return;
            }
            let Some(found) = Kinds::of(subject.facts, statement) else { return };
            kinds = Some(found);
        }
        let known = |service: &str| {
            subject.facts.services_of_arn(service).next().is_some() && !unlisted::service(service)
        };
        let fits = kinds.as_ref().is_none_or(|kinds| kinds.fit(arn, &plain, &mut budget));
        if fits || budget == 0 || !known(arn.service) || report.has_error_at(node.span) {
            continue;
        }
        let message = format!(
            "none of the statement's actions works on `{text}`, so it does nothing here; correct it, or move it to the actions it belongs to"
        );
        report.add(&codes::INFRAAUDIT_RESOURCE_FITS_NO_ACTION, node.span, message);
    }
}

/// What a statement's actions work on.
#[derive(Default)]
struct Kinds<'a> {
    types: Vec<&'a ResourceType>,
    /// The services of actions that are documented with no kind of resource.
    untyped: Vec<&'a Service>,
}

impl<'a> Kinds<'a> {
    /// Nothing when some action is not known well enough to say what it works on.
    fn of(facts: &'a Facts, statement: &Statement<'a>) -> Option<Self> {
        let mut kinds = Self::default();
        for action in &statement.actions {
            let service = action.service?;
            if let Some(action) = action.action {
                kinds.add(service, action);
            } else {
                let covered = facts.expand(action.text);
                if !action.is_pattern() || covered.is_empty() {
                    return None;
                }
                for (service, action) in covered {
                    kinds.add(service, action);
                }
            }
        }
        kinds.types.sort_unstable_by_key(|kind| std::ptr::from_ref(*kind));
        kinds.types.dedup_by_key(|kind| std::ptr::from_ref(*kind));
        kinds.untyped.dedup_by(|a, b| std::ptr::eq(*a, *b));
        Some(kinds)
    }

    fn add(&mut self, service: &'a Service, action: &'a Action) {
        self.types.extend(service.resource_types_of(action).map(|(kind, _)| kind));
        // EC2 says of its descriptions that they know no resources, so there the list is complete.
        let complete = service.prefix() == "ec2" && action.name().starts_with("Describe");
        if action.is_wildcard_only() && !complete {
            self.untyped.push(service);
        }
    }

    /// An action documented with no kind of resource may still be judged by its service's ARNs, as
    /// `iam:ListRoles` is; so it fits whatever is of its service. A service without resources of its own,
    /// such as `ssmmessages`, works on another's.
    fn fit(&self, arn: Arn<'_>, plain: &str, budget: &mut u32) -> bool {
        let untyped = |service: &&Service| {
            service.resource_types().is_empty() || is_service(service.prefix(), arn.service)
        };
        self.untyped.iter().any(untyped)
            || self.types.iter().any(|kind| {
                *budget = budget.saturating_sub(1);
                is_of(kind, arn, plain)
            })
    }
}

/// Whether a resource may be of a kind.
fn is_of(kind: &ResourceType, arn: Arn<'_>, plain: &str) -> bool {
    let pattern = kind.pattern();
    let Some(of) = Arn::split(pattern) else { return true };
    let same = of.service == "*" || is_service(of.service, arn.service);
    // A bucket's name has no slash: what has one is an object.
    let object = of.service == "s3" && of.resource == "*" && arn.resource.contains('/');
    if !same || object {
        return false;
    }
    let reaches = [arn.partition, arn.region, arn.account].into_iter().any(has_wildcard);
    overlap(arn.resource, of.resource) || reaches && overlap(plain, pattern)
}

/// Whether two ARNs' services are one. Connections of the developer tools have two names, and AWS takes
/// either for the other.
fn is_service(one: &str, other: &str) -> bool {
    let connections = ["codeconnections", "codestar-connections"];
    one.eq_ignore_ascii_case(other) || connections.contains(&one) && connections.contains(&other)
}
