//! The JSON shape of a condition's values.

use super::super::{code::codes, element, report::Report};
use crate::{
    Operator, Quantifier,
    json::{Member, Node, Value},
};

/// Keys that differ in case only are one key.
pub(super) fn repeated(keys: &[Member], report: &mut Report<'_>) {
    let mut sorted: Vec<(String, &Member)> =
        keys.iter().map(|member| (member.key.to_ascii_lowercase(), member)).collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.key_span.cmp(&b.1.key_span)));
    for same in sorted.chunk_by(|(a, _), (b, _)| a == b) {
        let [(_, first), rest @ ..] = same else { continue };
        for (_, later) in rest.iter().filter(|(_, later)| later.key != first.key) {
            let message = format!(
                "`{}` and `{}` are one condition key, put their values together",
                first.key, later.key
            );
            report
                .add(&codes::DUPLICATE_KEYS_WITH_DIFFERENT_CASE, first.key_span, message)
                .also(later.key_span);
        }
    }
}

/// Whether a key's values can be looked at further.
pub(super) fn value(
    operator: &Member,
    op: Option<Operator>,
    key: &Member,
    report: &mut Report<'_>,
) -> bool {
    let scalar =
        |node: &Node| matches!(node.value, Value::String(_) | Value::Bool(_) | Value::Number(_));
    let values = key.value.items_or_self();
    if let Some(wrong) = values.iter().find(|node| !scalar(node)) {
        element::mismatch(report, wrong, "a string or a list of strings");
        return false;
    }
    if values.is_empty() {
        empty(operator, op, key, report);
        return false;
    }
    let kind = |node: &Node| std::mem::discriminant(&node.value);
    let mut kinds = values.iter().map(kind);
    let first = kinds.next();
    if kinds.any(|kind| Some(kind) != first) {
        let message =
            format!("the values of `{}` are of several JSON types, write all as strings", key.key);
        report.add(&codes::INVALID_CONDITION_DATA_TYPE, key.value.span, message);
    }
    true
}

fn empty(operator: &Member, op: Option<Operator>, key: &Member, report: &mut Report<'_>) {
    let name = &key.key;
    let (code, message) = match op {
        Some(op) if op.quantifier == Some(Quantifier::ForAllValues) => (
            &codes::EMPTY_ARRAY_CONDITION_FORALLVALUES,
            format!(
                "an empty list under `{}` holds only when `{name}` is missing, use `Null` with `true`",
                operator.key
            ),
        ),
        Some(op) if op.quantifier == Some(Quantifier::ForAnyValue) => (
            &codes::EMPTY_ARRAY_CONDITION_FORANYVALUE,
            format!("an empty list under `{}` never holds, add values for `{name}`", operator.key),
        ),
        Some(op) if op.if_exists => (
            &codes::EMPTY_ARRAY_CONDITION_IFEXISTS,
            format!(
                "an empty list under `{}` holds only when `{name}` is missing, use `Null` with `true`",
                operator.key
            ),
        ),
        _ => (&codes::EMPTY_ARRAY_CONDITION, format!("`{name}` has no values, add some")),
    };
    report.add(code, key.value.span, message);
}
