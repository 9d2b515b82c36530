//! Conditions: operators, keys and values.

use super::{Subject, action::nearest, code::codes, element, report::Report, statement::Statement};
use crate::{
    Comparison, Operator, Quantifier,
    facts::{ConditionKey, KeyType},
    json::{Member, Node, Value},
};

mod key;
mod known;
mod network;
mod number;
mod shape;
mod support;
mod tag;
mod value;

/// One key of one operator's block, with what is known of both.
pub(super) struct Entry<'a> {
    operator: &'a Member,
    op: Operator,
    key: &'a Member,
    known: Option<&'a ConditionKey>,
}

impl<'a> Entry<'a> {
    fn name(&self) -> &'a str {
        &self.key.key
    }

    fn is(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }

    /// Whether it is the only key of its operator, so that the operator may change for it.
    fn is_alone(&self) -> bool {
        self.operator.value.members().len() == 1
    }

    fn values(&self) -> &'a [Node] {
        self.key.value.items_or_self()
    }

    /// The values that are texts without policy variables.
    fn texts(&self) -> impl Iterator<Item = (&'a Node, &'a str)> + use<'a> {
        let texts = self.values().iter().filter_map(|node| Some((node, node.as_str()?)));
        texts.filter(|(_, text)| !text.contains("${"))
    }

    fn kind(&self) -> Option<KeyType> {
        self.known.map(ConditionKey::kind)
    }
}

/// What an operator compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    String,
    Numeric,
    Date,
    Bool,
    Binary,
    Ip,
    Arn,
    Null,
}

impl Family {
    fn of(comparison: Comparison) -> Self {
        use Comparison as C;
        match comparison {
            C::StringEquals
            | C::StringNotEquals
            | C::StringEqualsIgnoreCase
            | C::StringNotEqualsIgnoreCase
            | C::StringLike
            | C::StringNotLike => Self::String,
            C::NumericEquals
            | C::NumericNotEquals
            | C::NumericLessThan
            | C::NumericLessThanEquals
            | C::NumericGreaterThan
            | C::NumericGreaterThanEquals => Self::Numeric,
            C::DateEquals
            | C::DateNotEquals
            | C::DateLessThan
            | C::DateLessThanEquals
            | C::DateGreaterThan
            | C::DateGreaterThanEquals => Self::Date,
            C::Bool => Self::Bool,
            C::BinaryEquals => Self::Binary,
            C::IpAddress | C::NotIpAddress => Self::Ip,
            C::ArnEquals | C::ArnNotEquals | C::ArnLike | C::ArnNotLike => Self::Arn,
            C::Null => Self::Null,
        }
    }
}

/// Whether an operator resolves policy variables: those of strings and ARNs do.
pub(super) fn compares_texts(operator: Operator) -> bool {
    matches!(Family::of(operator.comparison), Family::String | Family::Arn)
}

pub(super) fn check(subject: &Subject<'_>, statement: &Statement<'_>, report: &mut Report<'_>) {
    let Some(condition) = statement.condition else { return };
    match &condition.value.value {
        Value::Object(operators) if operators.is_empty() => {
            let message = "the condition is empty, add one or remove `Condition`";
            report.add(&codes::EMPTY_OBJECT_CONDITION, condition.value.span, message);
        }
        Value::Object(operators) => {
            for operator in operators {
                block(subject, statement, operator, report);
            }
            tag::check(subject, statement, report);
            network::paired(statement, report);
        }
        _ => element::mismatch(report, &condition.value, "an object"),
    }
}

fn block(
    subject: &Subject<'_>,
    statement: &Statement<'_>,
    operator: &Member,
    report: &mut Report<'_>,
) {
    let op = Operator::parse(&operator.key);
    if op.is_none() {
        unknown_operator(operator, report);
    }
    let Value::Object(keys) = &operator.value.value else {
        element::mismatch(report, &operator.value, "an object");
        return;
    };
    if keys.is_empty() {
        let message = "the condition block is empty, add a key or remove the block";
        report.add(&codes::EMPTY_OBJECT_CONDITION, operator.value.span, message);
    }
    if let Some(op) = op.filter(|op| op.comparison == Comparison::Null && op.quantifier.is_some()) {
        let always = if op.quantifier == Some(Quantifier::ForAllValues) { "true" } else { "false" };
        let message =
            format!("`{}` is always {always}, use `Null` without a qualifier", operator.key);
        report
            .add(&codes::NULL_WITH_QUALIFIER, operator.key_span, message)
            .fix(operator.key_span, "\"Null\"");
    }
    shape::repeated(keys, report);
    for key in keys {
        let known = key::check(subject, key, report);
        if !shape::value(operator, op, key, report) {
            continue;
        }
        if let Some(op) = op {
            let entry = Entry { operator, op, key, known };
            value::check(subject, &entry, report);
            support::check(subject, statement, &entry, report);
        }
    }
}

fn unknown_operator(operator: &Member, report: &mut Report<'_>) {
    let name = &*operator.key;
    let bare = name.rsplit_once(':').map_or(name, |(_, bare)| bare);
    if bare.eq_ignore_ascii_case("NullIfExists") {
        let message = "`Null` takes no `IfExists`: it is itself about whether the key exists";
        report.add(&codes::NULL_WITH_IF_EXISTS, operator.key_span, message);
        return;
    }
    let stem = bare.strip_suffix("IfExists").unwrap_or(bare);
    let near = nearest(stem, Comparison::names());
    let message = match near {
        Some(near) => format!("`{name}` is not a condition operator, did you mean `{near}`"),
        None => format!("`{name}` is not a condition operator, use one"),
    };
    report.add(&codes::INVALID_CONDITION_OPERATOR, operator.key_span, message);
}
