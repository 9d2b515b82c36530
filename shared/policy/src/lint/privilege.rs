//! Grants of `iam:PassRole` and `iam:CreateServiceLinkedRole` on more roles than meant.

use super::{
    Code,
    code::codes,
    report::Report,
    statement::{ActionValue, Statement},
};
use crate::{Arn, Operator, Span, facts::matches, json::Member};

/// The six findings about one sensitive action.
struct Sensitive {
    action: &'static str,
    /// The condition key that narrows the grant to a service.
    narrowed_by: &'static str,
    harm: &'static str,
    plain: [&'static Code; 2],
    pattern: [&'static Code; 2],
    not_action: [&'static Code; 2],
}

static SENSITIVE: [Sensitive; 2] = [
    Sensitive {
        action: "iam:PassRole",
        narrowed_by: "iam:PassedToService",
        harm: "lets any role be passed to any service",
        plain: [&codes::PASS_ROLE_WITH_STAR_IN_RESOURCE, &codes::PASS_ROLE_WITH_NOT_RESOURCE],
        pattern: [
            &codes::PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE,
            &codes::PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE,
        ],
        not_action: [
            &codes::PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION,
            &codes::PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE,
        ],
    },
    Sensitive {
        action: "iam:CreateServiceLinkedRole",
        narrowed_by: "iam:AWSServiceName",
        harm: "lets service-linked roles be created for any service",
        plain: [&codes::CREATE_SLR_WITH_STAR_IN_RESOURCE, &codes::CREATE_SLR_WITH_NOT_RESOURCE],
        pattern: [
            &codes::CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE,
            &codes::CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE,
        ],
        not_action: [
            &codes::CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION,
            &codes::CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE,
        ],
    },
];

pub(super) fn check(statement: &Statement<'_>, report: &mut Report<'_>) {
    if !statement.allows() {
        return;
    }
    let (Some(actions), Some(resources)) = (statement.action, statement.resource) else { return };
    let resource = if resources.negated {
        (!resources.values().is_empty()).then_some(resources.member.key_span)
    } else {
        resources.texts().find(|(_, text)| is_every_role(text)).map(|(node, _)| node.span)
    };
    let Some(resource) = resource else { return };
    for sensitive in &SENSITIVE {
        let of = |action: &&ActionValue<'_>| action.covers(sensitive.action);
        let (codes, place): (_, Span) = if actions.negated {
            if actions.values().is_empty() || statement.actions.iter().any(|action| of(&action)) {
                continue;
            }
            (sensitive.not_action, actions.member.key_span)
        } else {
            let exact = statement.actions.iter().find(|a| of(a) && !a.is_pattern());
            let Some(action) = exact.or_else(|| statement.actions.iter().find(of)) else {
                continue;
            };
            let codes = if action.is_pattern() { sensitive.pattern } else { sensitive.plain };
            (codes, action.node.span)
        };
        if statement.conditions().any(|(operator, key)| narrows(operator, key, sensitive)) {
            continue;
        }
        let [star, not_resource] = codes;
        let code = if resources.negated { not_resource } else { star };
        let Sensitive { action, narrowed_by, harm, .. } = sensitive;
        let message = format!(
            "this grants `{action}` and {harm}; name the roles in `Resource`, or add a condition on `{narrowed_by}`"
        );
        report.add(code, place, message).also(resource);
    }
}

/// Whether a resource covers the roles of every name, be it in one account.
fn is_every_role(resource: &str) -> bool {
    let every = ["*", "role*", "role/*", "role/aws-service-role/*"];
    resource == "*"
        || Arn::split(resource)
            .is_some_and(|arn| matches(arn.service, "iam") && every.contains(&arn.resource))
}

/// A condition that holds only for services that are named. With `…IfExists` too: every request that
/// passes a role has the key.
fn narrows(operator: &str, key: &Member, sensitive: &Sensitive) -> bool {
    use crate::Comparison::{StringEquals, StringEqualsIgnoreCase, StringLike};
    if !key.key.eq_ignore_ascii_case(sensitive.narrowed_by) {
        return false;
    }
    let Some(operator) = Operator::parse(operator) else { return false };
    let positive =
        matches!(operator.comparison, StringEquals | StringEqualsIgnoreCase | StringLike);
    let vague = |text: &str| operator.comparison == StringLike && text.starts_with('*');
    let values = key.value.items_or_self();
    positive && values.iter().all(|value| value.as_str().is_some_and(|text| !vague(text)))
}
