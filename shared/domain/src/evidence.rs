use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, SeqAccess, Visitor},
};

use crate::Unread;

/// What a rule saw, as messages with values. The words are found where somebody reads it, in the reader's
/// language: `catalogue/<service>.toml` of the crate `checks` has a sentence for every message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence(Vec<Statement>);

/// One thing that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// A message of the check, by its name there, and the values that stand in it.
    Message(Cow<'static, str>, Vec<(Cow<'static, str>, Value)>),
    /// A fact that was not read.
    Unread(Box<Unread>),
    /// A sentence as it was written by versions before December 2026, in the operator's language.
    Prose(String),
}

/// A value of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// A number.
    Number(i64),
    /// A name, or another word of AWS's.
    Text(String),
    /// Several of them.
    List(Vec<String>),
    /// A fact that was not read.
    Unread(Box<Unread>),
}

impl Evidence {
    /// One message of the check.
    #[must_use]
    pub fn of(message: &'static str) -> Self {
        Self(vec![Statement::Message(message.into(), Vec::new())])
    }

    /// A fact that was not read.
    #[must_use]
    pub fn unread(unread: Unread) -> Self {
        Self(vec![Statement::Unread(Box::new(unread))])
    }

    /// With a value for the last message.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        if let Some(Statement::Message(_, values)) = self.0.last_mut() {
            // No room for more: an account has 100,000 of these.
            values.reserve_exact(1);
            values.push((name.into(), value.into()));
        }
        self
    }

    /// This, and then something more.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.reserve_exact(other.0.len());
        self.0.extend(other.0);
        self
    }

    /// Whether nothing was seen that needs words.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was seen, in order.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.0
    }

    /// The value of this name in any of the messages.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.0.iter().find_map(|statement| match statement {
            Statement::Message(_, values) => {
                values.iter().find(|(one, _)| one == name).map(|(_, value)| value)
            }
            Statement::Unread(_) | Statement::Prose(_) => None,
        })
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<String>> for Value {
    fn from(list: Vec<String>) -> Self {
        Self::List(list)
    }
}

impl From<Unread> for Value {
    fn from(unread: Unread) -> Self {
        Self::Unread(Box::new(unread))
    }
}

impl Serialize for Evidence {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_seq(&self.0)
    }
}

impl<'de> Deserialize<'de> for Evidence {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Stored;

        impl<'de> Visitor<'de> for Stored {
            type Value = Evidence;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of statements, or a sentence")
            }

            fn visit_str<E>(self, text: &str) -> Result<Evidence, E> {
                let prose = (!text.is_empty()).then(|| Statement::Prose(text.to_owned()));
                Ok(Evidence(prose.into_iter().collect()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Evidence, A::Error> {
                let mut statements = Vec::new();
                while let Some(statement) = list.next_element()? {
                    statements.reserve_exact(1);
                    statements.push(statement);
                }
                Ok(Evidence(statements))
            }
        }

        d.deserialize_any(Stored)
    }
}

/// The keys under which what is no message is stored; no message has these names.
const UNREAD: &str = "unread";
const PROSE: &str = "prose";

/// `{"too_old": {"days": 91, "limit": 90}}`
impl Serialize for Statement {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unread(unread) => s.collect_map([(UNREAD, unread)]),
            Self::Prose(prose) => s.collect_map([(PROSE, prose)]),
            Self::Message(message, values) => s.collect_map([(message, Values(values))]),
        }
    }
}

struct Values<'a>(&'a [(Cow<'static, str>, Value)]);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for Statement {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Stored;

        impl<'de> Visitor<'de> for Stored {
            type Value = Statement;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a message with its values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Statement, A::Error> {
                let message: String = map.next_key()?.unwrap_or_default();
                Ok(match message.as_str() {
                    UNREAD => Statement::Unread(map.next_value()?),
                    PROSE => Statement::Prose(map.next_value()?),
                    _ => {
                        let values: StoredValues = map.next_value()?;
                        Statement::Message(message.into(), values.0)
                    }
                })
            }
        }

        d.deserialize_map(Stored)
    }
}

struct StoredValues(Vec<(Cow<'static, str>, Value)>);

impl<'de> Deserialize<'de> for StoredValues {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Stored;

        impl<'de> Visitor<'de> for Stored {
            type Value = StoredValues;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("values by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<StoredValues, A::Error> {
                let mut values = Vec::new();
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    values.reserve_exact(1);
                    values.push((Cow::Owned(name), value));
                }
                Ok(StoredValues(values))
            }
        }

        d.deserialize_map(Stored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_read_as_it_is_written() {
        let evidence = Evidence::of("too_old")
            .with("days", 91_i64)
            .with("user", "kim")
            .and(Evidence::of("off").with("settings", vec!["A".to_owned(), "B".to_owned()]))
            .and(Evidence::of("maybe").with("why", Unread::NOT_ASKED))
            .and(Evidence::unread(Unread::NOT_ASKED));
        let json = serde_json::to_string(&evidence).unwrap();
        assert!(json.starts_with(r#"[{"too_old":{"days":91,"user":"kim"}},{"off":"#), "{json}");
        assert_eq!(serde_json::from_str::<Evidence>(&json).unwrap(), evidence);
        assert_eq!(evidence.value("user"), Some(&"kim".into()));
    }

    #[test]
    fn an_older_versions_sentence_is_kept() {
        let evidence: Evidence = serde_json::from_str("\"`A` is `0`\"").unwrap();
        assert_eq!(evidence.statements(), [Statement::Prose("`A` is `0`".into())]);
        let again = serde_json::to_string(&evidence).unwrap();
        assert_eq!(serde_json::from_str::<Evidence>(&again).unwrap(), evidence);
        assert!(serde_json::from_str::<Evidence>("\"\"").unwrap().is_empty());
    }
}
