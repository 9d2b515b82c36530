//! What is said of values, right and wrong.

use std::str::FromStr;

use domain::Invalid;
use serde_json::Value;

use crate::problem::shown;

/// A text in its own form.
pub(crate) fn parsed<T: FromStr<Err = Invalid>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|invalid| not_valid(&invalid))
}

/// What is wrong with a text that did not parse. A secret's value is not in it.
pub(crate) fn not_valid(invalid: &Invalid) -> String {
    match invalid.value.as_str() {
        "" => format!("it is not a valid {}", invalid.what),
        value => format!("`{value}` is not a valid {}", invalid.what),
    }
}

/// What is wrong with a value that should have been text.
pub(crate) fn not_text(value: &Value) -> &'static str {
    match value {
        Value::Null => "it is null; leave it out instead",
        Value::Bool(_) => "it is a boolean",
        Value::Number(_) => "it is a number",
        Value::String(_) => "it is a string",
        Value::Array(_) => "it is an array",
        Value::Object(_) => "it is an object",
    }
}

/// What is wrong with a value that should have been a whole number.
pub(crate) fn not_whole(value: &Value) -> String {
    match value {
        Value::Number(number) => format!("`{number}` is not a whole number"),
        Value::String(text) => format!("`{}` is not a whole number", shown(text)),
        other => not_text(other).to_owned(),
    }
}

/// Names in backticks, with commas between.
pub(crate) fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
