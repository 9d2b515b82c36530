//! The printer: what was read comes out with the same members in the same order.

use super::{Node, Value};
use std::fmt::{self, Formatter, Write};

impl fmt::Display for Node {
    /// On one line; with `{:#}` indented by two spaces.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let indent = f.alternate().then_some(0);
        write(self, f, indent)
    }
}

fn write(node: &Node, f: &mut Formatter<'_>, indent: Option<usize>) -> fmt::Result {
    match &node.value {
        Value::Null => f.write_str("null"),
        Value::Bool(value) => write!(f, "{value}"),
        Value::Number(text) => f.write_str(text),
        Value::String(text) => quote(text, f),
        Value::Array(items) => {
            block(f, indent, ['[', ']'], items, |f, item, inner| write(item, f, inner))
        }
        Value::Object(members) => block(f, indent, ['{', '}'], members, |f, member, inner| {
            quote(&member.key, f)?;
            f.write_str(if inner.is_some() { ": " } else { ":" })?;
            write(&member.value, f, inner)
        }),
    }
}

fn block<T>(
    f: &mut Formatter<'_>,
    indent: Option<usize>,
    [open, close]: [char; 2],
    parts: &[T],
    mut part: impl FnMut(&mut Formatter<'_>, &T, Option<usize>) -> fmt::Result,
) -> fmt::Result {
    let inner = indent.map(|depth| depth + 2);
    f.write_char(open)?;
    for (at, each) in parts.iter().enumerate() {
        if at > 0 {
            f.write_char(',')?;
        }
        break_line(f, inner)?;
        part(f, each, inner)?;
    }
    if !parts.is_empty() {
        break_line(f, indent)?;
    }
    f.write_char(close)
}

fn break_line(f: &mut Formatter<'_>, indent: Option<usize>) -> fmt::Result {
    match indent {
        Some(depth) => write!(f, "\n{:depth$}", ""),
        None => Ok(()),
    }
}

/// Writes `text` as a JSON string.
pub(crate) fn quote(text: &str, f: &mut impl Write) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            c if c < ' ' => write!(f, "\\u{:04x}", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_it_read() {
        let text = r#"{"a":[],"b":{},"a":[1e5,-0.0,null,true,"q\"\\\n\u0001é"]}"#;
        assert_eq!(Node::parse(text).unwrap().to_string(), text);
    }

    #[test]
    fn indents_on_request() {
        let node = Node::parse(r#"{"a":[1,{}],"b":[]}"#).unwrap();
        assert_eq!(format!("{node:#}"), "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
        assert_eq!(Node::parse(&format!("{node:#}")).unwrap(), node);
    }
}
