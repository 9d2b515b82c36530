//! Fields of a request, taken one by one so that everything wrong with them is told at once.

use std::{collections::BTreeMap, str::FromStr};

use domain::Invalid;
use serde_json::Value;

use crate::FieldError;

/// Fields that are yet to be taken, and what was wrong with those that were.
#[derive(Debug)]
pub(crate) struct Fields {
    left: BTreeMap<String, Value>,
    errors: Vec<FieldError>,
}

impl Fields {
    /// The fields of a body.
    pub(crate) fn of_body(body: Value) -> Self {
        match body {
            Value::Object(fields) => {
                Self { left: fields.into_iter().collect(), errors: Vec::new() }
            }
            _ => Self {
                left: BTreeMap::new(),
                errors: vec![error("", "it is not an object", "a JSON object")],
            },
        }
    }

    /// The parameters of a query; one that comes twice is refused.
    pub(crate) fn of_query(pairs: Vec<(String, String)>) -> Self {
        let mut fields = Self { left: BTreeMap::new(), errors: Vec::new() };
        for (name, value) in pairs {
            if fields.left.insert(name.clone(), Value::String(value)).is_some() {
                fields.wrong(&name, "it is given more than once", "one value");
            }
        }
        fields
    }

    /// Notes what is wrong with a field.
    pub(crate) fn wrong(&mut self, field: &str, problem: impl Into<String>, accepted: &str) {
        self.errors.push(error(field, problem, accepted));
    }

    /// Whether a field is there and was not taken yet.
    pub(crate) fn has(&self, field: &str) -> bool {
        self.left.contains_key(field)
    }

    /// Whether anything was wrong so far.
    pub(crate) fn is_wrong(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Takes a field's value as it is.
    pub(crate) fn take(&mut self, field: &str) -> Option<Value> {
        self.left.remove(field)
    }

    /// Takes a field's text in its own form, if it is there and right.
    pub(crate) fn text<T: FromStr<Err = Invalid>>(
        &mut self,
        field: &str,
        accepted: &str,
    ) -> Option<T> {
        match self.take(field)? {
            Value::String(text) => match text.parse() {
                Ok(value) => Some(value),
                Err(invalid) => {
                    self.wrong(field, not_valid(&invalid), accepted);
                    None
                }
            },
            other => {
                self.wrong(field, not_text(&other), accepted);
                None
            }
        }
    }

    /// All that was wrong, the fields that nobody took included.
    ///
    /// # Errors
    ///
    /// There was something.
    pub(crate) fn done(mut self, known: &[&str]) -> Result<(), Vec<FieldError>> {
        let accepted = format!("only {}", list(known));
        for field in std::mem::take(&mut self.left).into_keys() {
            let field: String = field.chars().take(80).collect();
            self.wrong(&field, "it is not a field of this request", &accepted);
        }
        if self.errors.is_empty() { Ok(()) } else { Err(self.errors) }
    }
}

fn error(field: &str, problem: impl Into<String>, accepted: &str) -> FieldError {
    FieldError { field: field.into(), problem: problem.into(), accepted: accepted.into() }
}

/// What is wrong with a text that did not parse. A secret's value is not in it.
fn not_valid(invalid: &Invalid) -> String {
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

/// Names in backticks, with commas between.
pub(crate) fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
