//! Fields of a request, taken one by one so that everything wrong with them is told at once.

use std::{collections::BTreeMap, str::FromStr};

use domain::Invalid;
use serde_json::Value;

use crate::problem::{FieldError, shown};

mod words;

use words::{list, not_text, not_whole};
pub(crate) use words::{not_valid, parsed};

/// Fields that are yet to be taken, and what was wrong with those that were.
#[derive(Debug)]
pub(crate) struct Fields {
    left: BTreeMap<String, Value>,
    errors: Vec<FieldError>,
    /// Whether there were no fields at all, of which nothing else is told.
    broken: bool,
}

impl Fields {
    /// The fields of a body.
    pub(crate) fn of_body(body: Value) -> Self {
        match body {
            Value::Object(fields) => {
                Self { left: fields.into_iter().collect(), errors: Vec::new(), broken: false }
            }
            _ => Self {
                left: BTreeMap::new(),
                errors: vec![error("", "it is not an object", "a JSON object")],
                broken: true,
            },
        }
    }

    /// The parameters of a query; one that comes twice is refused.
    pub(crate) fn of_query(pairs: Vec<(String, String)>) -> Self {
        let mut fields = Self { left: BTreeMap::new(), errors: Vec::new(), broken: false };
        for (name, value) in pairs {
            if fields.left.insert(name.clone(), Value::String(value)).is_some() {
                fields.wrong(&name, "it is given more than once", "one value");
            }
        }
        fields
    }

    /// Reads these fields of a query as numbers, where they are written as such.
    pub(crate) fn numbers(mut self, names: &[&str]) -> Self {
        for (name, value) in &mut self.left {
            let digits = value.as_str().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
            if names.contains(&name.as_str())
                && let Some(number) = digits.and_then(|digits| digits.parse::<u64>().ok())
            {
                *value = number.into();
            }
        }
        self
    }

    /// The fields of a query and those of a body; one that is in both is refused.
    pub(crate) fn and(mut self, body: Self) -> Self {
        self.errors.extend(body.errors);
        self.broken |= body.broken;
        for (name, value) in body.left {
            if self.left.insert(name.clone(), value).is_some() {
                self.wrong(&name, "it is in the query and in the body", "one value");
            }
        }
        self
    }

    /// Notes what is wrong with a field.
    pub(crate) fn wrong(&mut self, field: &str, problem: impl Into<String>, accepted: &str) {
        self.errors.push(error(field, problem, accepted));
    }

    /// Whether a field is there and was not taken yet.
    pub(crate) fn has(&self, field: &str) -> bool {
        self.left.contains_key(field)
    }

    /// Notes that a field is missing, if it is; asked before the field is taken.
    pub(crate) fn need(&mut self, field: &str, accepted: &str) {
        if !self.has(field) && !self.broken {
            self.wrong(field, "it is missing", accepted);
        }
    }

    /// Takes a field's value as it is.
    pub(crate) fn take(&mut self, field: &str) -> Option<Value> {
        self.left.remove(field)
    }

    /// Takes a field, if it is there and null: what a change clears.
    pub(crate) fn cleared(&mut self, field: &str) -> bool {
        let is_null = self.left.get(field).is_some_and(Value::is_null);
        if is_null {
            self.left.remove(field);
        }
        is_null
    }

    /// Takes a field's text in its own form, if it is there and right.
    pub(crate) fn text<T: FromStr<Err = Invalid>>(
        &mut self,
        field: &str,
        accepted: &str,
    ) -> Option<T> {
        self.made(field, accepted, parsed)
    }

    /// Takes a field's text and makes something of it; `make` tells what is wrong with it.
    pub(crate) fn made<T>(
        &mut self,
        field: &str,
        accepted: &str,
        make: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let value = self.take(field)?;
        self.of_text(field, &value, accepted, make)
    }

    /// Takes a field's whole number and makes something of it; `make` tells what is wrong with it.
    pub(crate) fn number<T>(
        &mut self,
        field: &str,
        accepted: &str,
        make: impl FnOnce(u64) -> Result<T, String>,
    ) -> Option<T> {
        let value = self.take(field)?;
        let number = value.as_u64().ok_or_else(|| not_whole(&value));
        number.and_then(make).map_err(|problem| self.wrong(field, problem, accepted)).ok()
    }

    /// Takes a list of texts, each made into something once.
    pub(crate) fn many<T: PartialEq>(
        &mut self,
        field: &str,
        accepted: &str,
        make: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let given = match self.take(field)? {
            Value::Array(given) => given,
            other => {
                self.wrong(field, not_text(&other), accepted);
                return None;
            }
        };
        let mut chosen: Vec<T> = Vec::new();
        for (place, value) in given.iter().enumerate() {
            let place = format!("{field}[{place}]");
            if let Some(one) = self.of_text(&place, value, accepted, &make)
                && !chosen.contains(&one)
            {
                chosen.push(one);
            }
        }
        Some(chosen)
    }

    /// Takes a field that is true or false; false where it is not there.
    pub(crate) fn flag(&mut self, field: &str) -> bool {
        match self.take(field) {
            None => false,
            Some(Value::Bool(flag)) => flag,
            Some(other) => {
                self.wrong(field, not_text(&other), "true or false");
                false
            }
        }
    }

    /// Takes an object's fields, each of which has to be one of `known`.
    pub(crate) fn object<T>(
        &mut self,
        field: &str,
        known: &[&str],
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let value = self.take(field)?;
        if !value.is_object() {
            self.wrong(field, not_text(&value), &format!("an object of {}", list(known)));
            return None;
        }
        let mut inner = Self::of_body(value);
        let read = read(&mut inner);
        match inner.done(known) {
            Ok(()) => read,
            Err(errors) => {
                self.errors.extend(errors.into_iter().map(|error| FieldError {
                    field: format!("{field}.{}", error.field),
                    ..error
                }));
                None
            }
        }
    }

    /// Takes a setting of audits, which is read as that of `infraaudit.toml` is.
    pub(crate) fn setting<T>(
        &mut self,
        field: &str,
        read: impl FnOnce(&Value) -> checks::SettingResult<T>,
    ) -> Option<T> {
        let value = self.take(field)?;
        match read(&value) {
            Ok(read) => Some(read),
            Err(errors) => {
                for checks::SettingError { field: inner, problem, accepted } in errors {
                    let named = if inner.is_empty() {
                        field.to_owned()
                    } else {
                        format!("{field}.{inner}")
                    };
                    self.wrong(&named, problem, &accepted);
                }
                None
            }
        }
    }

    fn of_text<T>(
        &mut self,
        field: &str,
        value: &Value,
        accepted: &str,
        make: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let value = match value {
            Value::String(text) => make(text),
            other => Err(not_text(other).into()),
        };
        value.map_err(|problem| self.wrong(field, problem, accepted)).ok()
    }

    /// All that was wrong, the fields that nobody took included.
    ///
    /// # Errors
    ///
    /// There was something.
    pub(crate) fn done(mut self, known: &[&str]) -> Result<(), Vec<FieldError>> {
        let accepted = format!("only {}", list(known));
        for field in std::mem::take(&mut self.left).into_keys() {
            self.wrong(&shown(&field), "it is not a field of this request", &accepted);
        }
        if self.errors.is_empty() { Ok(()) } else { Err(self.errors) }
    }
}

fn error(field: &str, problem: impl Into<String>, accepted: &str) -> FieldError {
    FieldError { field: field.into(), problem: problem.into(), accepted: accepted.into() }
}
