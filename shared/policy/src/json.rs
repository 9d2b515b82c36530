//! JSON as it was written: every value with its span, members in order, repeated keys kept.
//!
//! Policies are judged by where a mistake stands and by keys that appear twice, and most JSON
//! readers forget both.

mod parse;
mod print;

use crate::Span;
pub use parse::ParseError;
use std::collections::HashMap;

/// A JSON value and where it stands. Two nodes are equal when their values are; spans do not count.
///
/// ```
/// use policy::json::Node;
/// let node = Node::parse(r#"{"Sid": "a", "Sid": "b"}"#)?;
/// assert_eq!(node.get("Sid").and_then(Node::as_str), Some("a"));
/// assert_eq!(node.members().len(), 2);
/// # Ok::<(), policy::json::ParseError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// Where it stands, quotes and brackets included.
    pub span: Span,
}

/// What a [`Node`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it was written.
    Number(Box<str>),
    /// A string, its escapes resolved.
    String(Box<str>),
    /// A list.
    Array(Vec<Node>),
    /// An object's members, in the order they were written, repeated keys included.
    Object(Vec<Member>),
}

/// One `"key": value` of an object. Equal when key and value are; the key's span does not count.
#[derive(Debug, Clone)]
pub struct Member {
    /// The key, its escapes resolved.
    pub key: Box<str>,
    /// Where the key stands, quotes included.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}
impl Eq for Node {}

impl PartialEq for Member {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key && self.value == other.value
    }
}
impl Eq for Member {}

impl From<Value> for Node {
    /// A value that stands nowhere.
    fn from(value: Value) -> Self {
        Self { value, span: Span::default() }
    }
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Value::String(text.into()).into()
    }
}

impl From<bool> for Node {
    fn from(value: bool) -> Self {
        Value::Bool(value).into()
    }
}

impl FromIterator<Node> for Node {
    /// A list.
    fn from_iter<I: IntoIterator<Item = Self>>(items: I) -> Self {
        Value::Array(items.into_iter().collect()).into()
    }
}

impl Node {
    /// Reads one JSON text, strictly as RFC 8259 has it.
    ///
    /// # Errors
    /// Says what was expected and where, when the text is not JSON, is nested deeper than 128
    /// levels, or holds a `\u` escape that is half of a character.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        parse::parse(text)
    }

    /// The first member of that name, compared exactly, when this is an object.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.member(key).map(|member| &member.value)
    }

    /// Like [`Node::get`], with the key's span.
    #[must_use]
    pub fn member(&self, key: &str) -> Option<&Member> {
        self.members().iter().find(|member| &*member.key == key)
    }

    /// The members when this is an object, else none.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        if let Value::Object(members) = &self.value { members } else { &[] }
    }

    /// The items when this is a list, else none.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        if let Value::Array(items) = &self.value { items } else { &[] }
    }

    /// A list's items; anything else as a list of itself, as policies allow.
    #[must_use]
    pub fn items_or_self(&self) -> &[Self] {
        if let Value::Array(items) = &self.value { items } else { std::slice::from_ref(self) }
    }

    /// The text when this is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Value::String(text) = &self.value { Some(text) } else { None }
    }

    /// The value when this is `true` or `false`.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Value::Bool(value) = &self.value { Some(*value) } else { None }
    }

    /// Whether this is an object.
    #[must_use]
    pub fn is_object(&self) -> bool {
        matches!(self.value, Value::Object(_))
    }

    /// Whether this is a list.
    #[must_use]
    pub fn is_array(&self) -> bool {
        matches!(self.value, Value::Array(_))
    }

    /// What it is, in a word for messages: `a string`, `a list`, …
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        }
    }

    /// Members whose key already appeared in the same object, with that first member.
    pub fn repeated_members(&self) -> impl Iterator<Item = (&Member, &Member)> {
        const FEW: usize = 32;
        let members = self.members();
        let mut by_key: HashMap<&str, &Member> = HashMap::new();
        members.iter().enumerate().filter_map(move |(at, later)| {
            // A few keys are compared sooner than hashed.
            let first = if members.len() > FEW {
                *by_key.entry(&later.key).or_insert(later)
            } else {
                members.iter().take(at).find(|earlier| earlier.key == later.key)?
            };
            (!std::ptr::eq(first, later)).then_some((first, later))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_keys_are_kept_and_told() {
        let text = r#"{"a": 1, "b": 2, "a": 3}"#;
        let node = Node::parse(text).unwrap();
        let (first, later) = node.repeated_members().next().unwrap();
        assert_eq!((first.value.span.slice(text), later.value.span.slice(text)), ("1", "3"));
        assert_eq!(later.key_span.slice(text), "\"a\"");
        assert_eq!(node.repeated_members().count(), 1);
    }

    #[test]
    fn equality_ignores_where_things_stand() {
        assert_eq!(
            Node::parse("[1, {\"a\":null}]").unwrap(),
            Node::parse("[1,{ \"a\" : null } ]").unwrap()
        );
        assert_ne!(Node::parse("1.0").unwrap(), Node::parse("1").unwrap());
    }
}
