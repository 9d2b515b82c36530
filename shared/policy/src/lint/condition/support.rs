//! Condition keys of a service against the statement's actions of that service.

use super::{
    super::{PolicyType, Subject, code::codes, report::Report, statement::Statement},
    Entry,
};
use crate::{Comparison, facts::Service};

/// In the policies of resources and roles, an action that is not documented with a key gets by it
/// unseen. Identity policies are spared, as Access Analyzer spares them.
pub(super) fn check(
    subject: &Subject<'_>,
    statement: &Statement<'_>,
    entry: &Entry<'_>,
    report: &mut Report<'_>,
) {
    let kind = subject.options.policy_type;
    let is_spared = entry.op.if_exists || entry.op.comparison == Comparison::Null;
    if !matches!(kind, PolicyType::Resource | PolicyType::Trust) || is_spared {
        return;
    }
    let name = entry.name();
    let own = |service: &Service| service.condition_key(name).is_some();
    if subject.facts.global_condition_key(name).is_some() || name.to_lowercase().contains("tag/") {
        return;
    }
    let lacks = statement.actions.iter().filter(|action| {
        let known = action.service.zip(action.action);
        known.is_some_and(|(service, action)| own(service) && !service.supports(action, name))
    });
    let lacks: Vec<_> = lacks.collect();
    let Some((first, rest)) = lacks.split_first() else { return };
    let names = lacks.iter().map(|action| action.text).collect::<Vec<_>>().join("`, `");
    let message = format!(
        "requests for `{names}` carry no `{name}`, so the condition never holds for them; move them to a statement of their own"
    );
    let found = report.add(&codes::UNSUPPORTED_ACTION_FOR_CONDITION_KEY, first.node.span, message);
    for action in rest {
        found.also(action.node.span);
    }
    found.also(entry.key.key_span);
}
