//! Values taken one by one, so that everything wrong with them is told at once.

use std::{collections::BTreeSet, str::FromStr};

use domain::Invalid;
use inventory::nearest;
use serde_json::Value;

use super::{SettingError, SettingResult};

/// How many entries a list may have, and a table whose keys are the caller's: they are kept with every audit.
const MOST: usize = 100;
/// How many characters a reason or a name may have.
const LONGEST: usize = 200;

#[derive(Default)]
pub(super) struct Reader {
    errors: Vec<SettingError>,
}

impl Reader {
    pub(super) fn wrong(
        &mut self,
        field: &str,
        problem: impl Into<String>,
        accepted: impl Into<String>,
    ) {
        let (problem, accepted) = (problem.into(), accepted.into());
        self.errors.push(SettingError { field: field.into(), problem, accepted });
    }

    pub(super) fn invalid(&mut self, field: &str, invalid: &Invalid) {
        let problem = format!("`{}` is not a valid {}", invalid.value, invalid.what);
        self.wrong(field, problem, invalid.accepted.clone());
    }

    /// What was read, if nothing was wrong.
    pub(super) fn done<T>(self, read: T) -> SettingResult<T> {
        if self.errors.is_empty() { Ok(read) } else { Err(self.errors) }
    }

    /// The entries of a table; a name that is not known is refused with the nearest.
    pub(super) fn table<'a>(
        &mut self,
        field: &str,
        value: &'a Value,
        known: Option<&[&str]>,
    ) -> Vec<(&'a str, &'a Value)> {
        let Value::Object(table) = value else {
            self.wrong(field, not("a table", value), "a table");
            return Vec::new();
        };
        let is_known = |name: &str| known.is_none_or(|known| known.contains(&name));
        for name in table.keys().filter(|name| !is_known(name)) {
            let known = known.unwrap_or_default();
            let place =
                if field.is_empty() { shown(name) } else { format!("{field}.{}", shown(name)) };
            self.wrong(&place, format!("it is not known{}", hint(name, known)), names(known));
        }
        if known.is_none() && table.len() > MOST {
            self.wrong(field, format!("it has {} entries", table.len()), format!("at most {MOST}"));
            return Vec::new();
        }
        let entries = table.iter().map(|(name, value)| (name.as_str(), value));
        entries.filter(|(name, _)| is_known(name)).collect()
    }

    /// The entries of a list, each with its place.
    pub(super) fn list<'a>(&mut self, field: &str, value: &'a Value) -> Vec<(String, &'a Value)> {
        let Value::Array(list) = value else {
            self.wrong(field, not("a list", value), "a list");
            return Vec::new();
        };
        if list.len() > MOST {
            self.wrong(field, format!("it has {} entries", list.len()), format!("at most {MOST}"));
            return Vec::new();
        }
        let entries = list.iter().enumerate();
        entries.map(|(place, value)| (format!("{field}[{place}]"), value)).collect()
    }

    pub(super) fn ids<T: FromStr<Err = Invalid> + Ord>(
        &mut self,
        field: &str,
        value: &Value,
    ) -> BTreeSet<T> {
        let list = self.list(field, value);
        list.into_iter().filter_map(|(place, value)| self.parsed(&place, value)).collect()
    }

    pub(super) fn parsed<T: FromStr<Err = Invalid>>(
        &mut self,
        field: &str,
        value: &Value,
    ) -> Option<T> {
        let text = self.text(field, value)?;
        text.parse().map_err(|invalid| self.invalid(field, &invalid)).ok()
    }

    /// A text for people: one line, not empty.
    pub(super) fn text(&mut self, field: &str, value: &Value) -> Option<String> {
        let accepted = || format!("1 to {LONGEST} characters without line breaks");
        let Value::String(text) = value else {
            self.wrong(field, not("a text", value), accepted());
            return None;
        };
        let text = text.trim();
        let length = text.chars().count();
        if (1..=LONGEST).contains(&length) && !text.chars().any(char::is_control) {
            return Some(text.to_owned());
        }
        let problem = match length {
            0 => "it is empty",
            1..=LONGEST => "it has line breaks or control characters",
            _ => "it is too long",
        };
        self.wrong(field, problem, accepted());
        None
    }
}

/// What is wrong with a value that should have been something else.
pub(super) fn not(wanted: &str, value: &Value) -> String {
    let is = match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) => return format!("`{number}` is not {wanted}"),
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    };
    format!("it is {is}, not {wanted}")
}

/// A text of a caller's, cut to a length that can be repeated to them.
pub(super) fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(80).collect()
}

fn hint(strange: &str, known: &[&str]) -> String {
    let near = nearest(strange, known.iter().copied());
    near.map(|name| format!("; did you mean `{name}`")).unwrap_or_default()
}

fn names(known: &[&str]) -> String {
    let names: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
    format!("only {}", names.join(", "))
}
