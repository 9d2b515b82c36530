//! Values against operators and keys.

use super::{
    super::{Subject, code::codes, report::Report},
    Entry, Family, known, network, number,
};
use crate::{
    Comparison, Quantifier,
    facts::{KeyType, has_wildcard},
    json::Value,
};

pub(super) fn check(subject: &Subject<'_>, entry: &Entry<'_>, report: &mut Report<'_>) {
    let family = Family::of(entry.op.comparison);
    match family {
        Family::Bool | Family::Null => boolean(entry, report),
        Family::Numeric => number::numbers(entry, report),
        Family::Date => number::dates(entry, report),
        Family::Binary => number::binary(entry, report),
        Family::Ip => network::addresses(entry, report),
        Family::String => strings(entry, report),
        Family::Arn => {}
    }
    if family == Family::Null {
        return;
    }
    key_type(entry, family, report);
    qualifier(entry, report);
    known::check(subject, entry, report);
}

fn boolean(entry: &Entry<'_>, report: &mut Report<'_>) {
    if entry.values().len() > 1 {
        let message =
            format!("`{}` takes one value, which is `true` or `false`", entry.operator.key);
        report.add(&codes::INVALID_CONDITION_MULTIPLE_BOOLEAN, entry.key.value.span, message);
    }
    for node in entry.values() {
        let good = match &node.value {
            Value::Bool(_) => true,
            Value::String(text) => {
                text.eq_ignore_ascii_case("true")
                    || text.eq_ignore_ascii_case("false")
                    || text.contains("${")
            }
            _ => false,
        };
        if !good {
            let message =
                format!("`{}` takes `true` or `false`, correct the value", entry.operator.key);
            report.add(&codes::TYPE_MISMATCH_BOOLEAN, node.span, message);
        }
    }
}

fn strings(entry: &Entry<'_>, report: &mut Report<'_>) {
    use Comparison as C;
    let comparison = entry.op.comparison;
    if comparison == C::StringLike && entry.op.quantifier.is_none() && !entry.op.if_exists {
        if let [only] = entry.values()
            && only.as_str() == Some("*")
        {
            let message = format!(
                "this asks only whether `{}` is there, say so with `\"Null\": {{\"{}\": \"false\"}}`",
                entry.name(),
                entry.name()
            );
            report.add(&codes::EQUIVALENT_TO_NULL_FALSE, only.span, message);
        }
        return;
    }
    if matches!(comparison, C::StringLike | C::StringNotLike) {
        return;
    }
    for (node, text) in entry.values().iter().filter_map(|node| Some((node, node.as_str()?))) {
        if has_wildcard(&without_variables(text)) {
            let message = format!(
                "`{}` takes the wildcard as plain text, use `StringLike` or `StringNotLike` if a wildcard is meant",
                entry.operator.key
            );
            report.add(&codes::WILDCARD_WITHOUT_LIKE_OPERATOR, node.span, message);
        }
    }
}

/// The text without its policy variables, of which `${*}` is one.
fn without_variables(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        out.push_str(before);
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    out
}

fn key_type(entry: &Entry<'_>, family: Family, report: &mut Report<'_>) {
    let Some(kind) = entry.kind() else { return };
    let (operator, name) = (&entry.operator.key, entry.name());
    // Keys with a part of the author's choosing, tags above all, may hold ARNs.
    let free = entry.known.is_some_and(|key| key.name().contains(['$', '<']));
    let (fits, wanted) = match kind {
        KeyType::String | KeyType::ArrayOfString => {
            let arn = family == Family::Arn && free;
            (matches!(family, Family::String | Family::Binary) || arn, "String")
        }
        KeyType::Arn | KeyType::ArrayOfArn => {
            let like =
                matches!(entry.op.comparison, Comparison::StringLike | Comparison::StringNotLike);
            if like && !is_star(entry) {
                let message = format!(
                    "`{name}` holds an ARN, compare it with `ArnLike` or `ArnEquals` rather than `{operator}`"
                );
                let found = report.add(
                    &codes::STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS,
                    entry.key.key_span,
                    message,
                );
                let arns = entry.texts().all(|(_, text)| text.starts_with("arn:"));
                if entry.is_alone() && arns {
                    let better = entry.operator.key.replacen("String", "Arn", 1);
                    found.fix(entry.operator.key_span, format!("\"{better}\""));
                }
            }
            (matches!(family, Family::Arn | Family::String), "Arn")
        }
        KeyType::Bool | KeyType::ArrayOfBool => (family == Family::Bool, "Bool"),
        KeyType::Numeric => (family == Family::Numeric, "Numeric"),
        KeyType::Date => {
            let epoch = name.eq_ignore_ascii_case("aws:EpochTime") && family == Family::Numeric;
            (family == Family::Date || epoch, "Date")
        }
        KeyType::IpAddress => (family == Family::Ip, "IpAddress"),
    };
    if !fits {
        let message = format!("`{operator}` does not fit `{name}`, use a `{wanted}` operator");
        let found = report.add(&codes::TYPE_MISMATCH, entry.key.key_span, message);
        let equals = &*entry.operator.key == "StringEquals";
        let booleans = entry.texts().all(|(_, text)| text == "true" || text == "false");
        if kind == KeyType::Bool && entry.is_alone() && equals && booleans {
            found.fix(entry.operator.key_span, "\"Bool\"");
        }
    }
}

/// Keys that hold several values although the Service Authorization Reference gives them the type of
/// one: the developer tools' connections document them with `ForAllValues` alone.
fn holds_lists(name: &str) -> bool {
    let known = ["ProviderAction", "ProviderPermissionsRequired"];
    name.split_once(':').is_some_and(|(prefix, key)| {
        ["codeconnections", "codestar-connections"].iter().any(|p| p.eq_ignore_ascii_case(prefix))
            && known.iter().any(|known| known.eq_ignore_ascii_case(key))
    })
}

fn is_star(entry: &Entry<'_>) -> bool {
    matches!(entry.values(), [only] if only.as_str() == Some("*"))
}

fn qualifier(entry: &Entry<'_>, report: &mut Report<'_>) {
    let Some(kind) = entry.kind() else { return };
    let (operator, name) = (&entry.operator.key, entry.name());
    match entry.op.quantifier {
        None if kind.is_multivalued() => {
            let message = format!(
                "a request has several values of `{name}`, write `ForAllValues:{operator}` or `ForAnyValue:{operator}`"
            );
            report.add(&codes::MISSING_QUALIFIER, entry.key.key_span, message);
        }
        Some(Quantifier::ForAllValues) if !kind.is_multivalued() && !holds_lists(name) => {
            let message = format!(
                "`{name}` has one value, and `ForAllValues` holds when it is missing; remove the qualifier"
            );
            let bare = operator.split_once(':').map_or(&**operator, |(_, bare)| bare);
            let found = report.add(
                &codes::FORALLVALUES_WITH_SINGLE_VALUED_KEY,
                entry.key.key_span,
                message,
            );
            if entry.is_alone() {
                found.fix(entry.operator.key_span, format!("\"{bare}\""));
            }
        }
        _ => {}
    }
}
