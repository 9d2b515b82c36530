//! Conditions on tags against actions that have no such tags.

use super::super::{
    Code, Subject,
    code::codes,
    report::Report,
    statement::{ActionValue, Statement},
};
use crate::{
    Comparison, Operator,
    facts::{ConditionKey, Facts, Service},
    json::{Member, Node, Value},
};

pub(super) fn check(subject: &Subject<'_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    let mut told: Vec<String> = Vec::new();
    for (operator, key) in statement.conditions() {
        let Some(op) = Operator::parse(operator) else { continue };
        let name = key.key.to_ascii_lowercase();
        if name.len() > "aws:resourcetag/".len() && name.starts_with("aws:resourcetag/") {
            let demanded = needs_key(op) || statement.denies() && demands_key(op, key);
            if demanded && !told.contains(&name) {
                resource_tag(subject, statement, key, report);
                told.push(name);
            }
        } else if name.starts_with("aws:requesttag/") {
            request_tag(statement, op, key, report);
        }
    }
}

/// A condition that an absent key fails.
fn needs_key(op: Operator) -> bool {
    use Comparison as C;
    let negated = matches!(
        op.comparison,
        C::StringNotEquals
            | C::StringNotEqualsIgnoreCase
            | C::StringNotLike
            | C::ArnNotEquals
            | C::ArnNotLike
            | C::Null
    );
    !op.if_exists && !negated && op.quantifier != Some(crate::Quantifier::ForAllValues)
}

/// `Null` with `false`, which makes a denial void where the key is absent, whatever the comparison
/// beside it.
fn demands_key(op: Operator, key: &Member) -> bool {
    let is_false = |node: &Node| match &node.value {
        Value::Bool(value) => !value,
        Value::String(text) => text.eq_ignore_ascii_case("false"),
        _ => false,
    };
    let values = key.value.items_or_self();
    op.comparison == Comparison::Null && !values.is_empty() && values.iter().all(is_false)
}

fn resource_tag(
    subject: &Subject<'_>,
    statement: &Statement<'_>,
    key: &Member,
    report: &mut Report<'_>,
) {
    let name = &key.key;
    let (listed, excluded): (&'static Code, &'static Code) = if statement.denies() {
        (
            &codes::DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE,
            &codes::DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE,
        )
    } else {
        (
            &codes::ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE,
            &codes::ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE,
        )
    };
    let effect = if statement.denies() { "denied" } else { "allowed" };
    if statement.excludes_actions() {
        let Some(clause) = statement.action else { return };
        let message = format!(
            "some actions have no `{name}` and so are not {effect} here, list actions in `Action`"
        );
        report.add(excluded, clause.member.key_span, message).also(key.key_span);
        return;
    }
    let denies = statement.denies();
    let without = statement.actions.iter().filter(|a| lacks_tags(subject.facts, a, denies));
    let without: Vec<_> = without.collect();
    let mut services: Vec<&str> =
        without.iter().filter_map(|action| Some(action.parts?.0)).collect();
    services.sort_unstable();
    services.dedup();
    let Some((first, rest)) = without.split_first() else { return };
    let message = format!(
        "actions of {} have no `{name}` and so are not {effect} here, move them to a statement of their own",
        services.join(", ")
    );
    let found = report.add(listed, first.node.span, message);
    for action in rest {
        found.also(action.node.span);
    }
    found.also(key.key_span);
}

/// Whether an action is documented without tags. What a request may tag has the new tags as its
/// resource's, so such actions do not lack them. Of a pattern, a denial misses what one action lacks; a
/// grant does something unless all lack it.
fn lacks_tags(facts: &Facts, action: &ActionValue<'_>, denies: bool) -> bool {
    let lacks = |service: &Service, action| !service.keys_of(action).any(ConditionKey::is_for_tags);
    if let (Some(service), Some(action)) = (action.service, action.action) {
        return lacks(service, action);
    }
    if action.service.is_none() || !action.is_pattern() {
        return false;
    }
    let all = facts.expand(action.text);
    let mut each = all.iter().map(|(service, action)| lacks(service, action));
    if denies { each.any(|lacks| lacks) } else { !all.is_empty() && each.all(|lacks| lacks) }
}

/// Whether an action's name says that it makes something, which may be tagged at once. Its
/// documentation is sometimes behind in saying so.
fn may_tag(action: &str) -> bool {
    const MAKING: [&str; 14] = [
        "Allocate",
        "Copy",
        "Create",
        "Import",
        "Provision",
        "Publish",
        "Purchase",
        "Put",
        "Register",
        "Request",
        "Restore",
        "Run",
        "Tag",
        "Untag",
    ];
    MAKING.iter().any(|start| action.starts_with(start))
}

/// An action that creates or tags nothing has no tags in its request, so a condition on them
/// makes the statement void. `aws:ResourceTag` is meant where the resource has tags.
fn request_tag(statement: &Statement<'_>, op: Operator, key: &Member, report: &mut Report<'_>) {
    let all_plain = statement.actions.iter().all(|a| a.action.is_some_and(|a| !may_tag(a.name())));
    if !needs_key(op) || statement.excludes_actions() || statement.actions.is_empty() || !all_plain
    {
        return;
    }
    let known = || statement.actions.iter().filter_map(|a| Some((a, a.service?, a.action?)));
    if known().any(|(_, service, action)| service.supports(action, &key.key)) {
        return;
    }
    let resource_key = key.key.split_once('/').map(|(_, tag)| format!("aws:ResourceTag/{tag}"));
    let tagged = resource_key
        .filter(|name| known().all(|(_, service, action)| service.supports(action, name)));
    let names = known().map(|(action, ..)| action.text).collect::<Vec<_>>().join("`, `");
    let message = match &tagged {
        Some(better) => format!(
            "`{names}` carries no request tags, so `{}` never matches; `{better}` is meant",
            key.key
        ),
        None => format!(
            "`{names}` carries no request tags, so `{}` never matches; remove the condition",
            key.key
        ),
    };
    let found = report.add(&codes::UNSUPPORTED_ACTION_FOR_CONDITION_KEY, key.key_span, message);
    for (action, ..) in known() {
        found.also(action.node.span);
    }
    if let Some(better) = tagged {
        found.fix(key.key_span, format!("\"{better}\""));
    }
}
