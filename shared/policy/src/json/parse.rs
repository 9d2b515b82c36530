//! The reader: one pass over the bytes, no backtracking, bounded depth.

mod string;

use super::{Member, Node, Value};
use crate::invisible::{code_point, is_invisible};
use crate::{Position, Span};
use std::fmt;

const DEEPEST: usize = 128;

/// Why a text is not JSON, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// What is wrong, without the place.
    pub message: String,
    /// Where it is wrong.
    pub position: Position,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.message, self.position)
    }
}

impl std::error::Error for ParseError {}

pub(super) fn parse(text: &str) -> Result<Node, ParseError> {
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0 };
    reader.document().map_err(|fault| ParseError {
        message: fault.message,
        position: Position::of(text, fault.at),
    })
}

struct Fault {
    message: String,
    at: usize,
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<Node, Fault> {
        self.space();
        let node = self.value(0)?;
        self.space();
        if self.at < self.bytes.len() {
            return Err(self.unexpected("the end of the text"));
        }
        Ok(node)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn fault<T>(&self, message: impl Into<String>) -> Result<T, Fault> {
        Err(Fault { message: message.into(), at: self.at })
    }

    fn unexpected(&self, wanted: &str) -> Fault {
        let found = match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            None => "the text ends".to_owned(),
            Some('`') => "found a backtick".to_owned(),
            Some(c) if is_invisible(c) => {
                format!("found the invisible character {}, remove it", code_point(c))
            }
            Some(c) => format!("found `{c}`"),
        };
        Fault { message: format!("expected {wanted}, {found}"), at: self.at }
    }

    fn value(&mut self, depth: usize) -> Result<Node, Fault> {
        if depth > DEEPEST {
            return self.fault(format!("nested deeper than {DEEPEST} levels"));
        }
        let start = self.at;
        let value = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Value::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.word("true", Value::Bool(true))?,
            Some(b'f') => self.word("false", Value::Bool(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            _ => return Err(self.unexpected("a value")),
        };
        Ok(Node { value, span: Span::new(start, self.at) })
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, Fault> {
        if !self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            return Err(self.unexpected("a value"));
        }
        self.at += word.len();
        Ok(value)
    }

    /// Statements are objects at the second level, and seldom have more than six members.
    fn object(&mut self, depth: usize) -> Result<Value, Fault> {
        let mut members = Vec::with_capacity(if depth == 2 { 6 } else { 0 });
        self.at += 1;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Object(members));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a key in double quotes"));
            }
            let start = self.at;
            let key = self.string()?;
            let key_span = Span::new(start, self.at);
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.unexpected("`:` after the key"));
            }
            self.at += 1;
            self.space();
            let value = self.value(depth + 1)?;
            members.push(Member { key, key_span, value });
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(self.unexpected("`,` or `}` after the value")),
            }
            self.space();
        }
        self.at += 1;
        Ok(Value::Object(members))
    }

    fn array(&mut self, depth: usize) -> Result<Value, Fault> {
        let mut items = Vec::new();
        self.at += 1;
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(self.unexpected("`,` or `]` after the item")),
            }
            self.space();
        }
        self.at += 1;
        Ok(Value::Array(items))
    }

    fn number(&mut self) -> Result<Value, Fault> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
            if matches!(self.peek(), Some(b'0'..=b'9')) {
                return self
                    .fault("a number must not start with a zero that is followed by digits");
            }
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(Value::Number(self.text.get(start..self.at).unwrap_or_default().into()))
    }

    fn digits(&mut self) -> Result<(), Fault> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.unexpected("a digit"));
        }
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        parse(text).unwrap_err().to_string()
    }

    #[test]
    fn reads_every_kind_with_its_span() {
        let text =
            " { \"a\" : [ null , true , false , -1.5e+3 , \"x\\n\\u00e9\\ud83d\\ude00\" ] } ";
        let node = parse(text).unwrap();
        assert_eq!(node.span.slice(text), text.trim());
        let items = node.get("a").unwrap().items();
        let written: Vec<&str> = items.iter().map(|item| item.span.slice(text)).collect();
        assert_eq!(written, ["null", "true", "false", "-1.5e+3", "\"x\\n\\u00e9\\ud83d\\ude00\""]);
        assert_eq!(items[4].as_str(), Some("x\né😀"));
    }

    #[test]
    fn refusals_say_what_and_where() {
        assert_eq!(refusal(""), "expected a value, the text ends at line 1, column 1");
        assert_eq!(
            refusal("{\n  'a': 1}"),
            "expected a key in double quotes, found `'` at line 2, column 3"
        );
        assert_eq!(
            refusal("{\"a\" 1}"),
            "expected `:` after the key, found `1` at line 1, column 6"
        );
        assert_eq!(
            refusal("{\"a\":1,}"),
            "expected a key in double quotes, found `}` at line 1, column 8"
        );
        assert_eq!(
            refusal("[1 2]"),
            "expected `,` or `]` after the item, found `2` at line 1, column 4"
        );
        assert_eq!(
            refusal("\u{feff}{}"),
            "expected a value, found the invisible character U+FEFF (byte order mark), remove it at line 1, column 1"
        );
        assert_eq!(
            refusal("{\"a\":\n 1,\u{a0}\"b\": 2}"),
            "expected a key in double quotes, found the invisible character U+00A0 (no-break space), remove it at line 2, column 4"
        );
        for c in ['\u{2028}', '\u{2029}', '\u{200b}', '\u{202e}', '\u{3000}', '\u{85}', '\0'] {
            let named = format!("U+{:04X}", u32::from(c));
            for text in
                [format!("{c}1"), format!("[1{c}]"), format!("{{\"a\"{c}:1}}"), format!("1{c}")]
            {
                assert!(refusal(&text).contains(&named), "{}", refusal(&text));
            }
        }
        assert_eq!(
            refusal("[\"a\tb\"]"),
            "the character U+0009 (tab) in a string must be written as an escape at line 1, column 4"
        );
        assert_eq!(refusal("\"abc"), "a string is not closed at line 1, column 1");
        assert_eq!(refusal("{} x"), "expected the end of the text, found `x` at line 1, column 4");
    }

    #[test]
    fn is_as_strict_as_the_standard() {
        for text in [
            "01",
            "1.",
            ".5",
            "+1",
            "1e",
            "tru",
            "nul",
            "NaN",
            "[1,]",
            "\"\t\"",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "\"\\udc00\"",
            "// c\n1",
            "\u{feff}1",
        ] {
            assert!(parse(text).is_err(), "`{text}` was taken");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(parse(&nested(128)).is_ok());
        assert!(refusal(&nested(200)).starts_with("nested deeper than 128 levels"));
        assert!(parse(&"[".repeat(1_000_000)).is_err());
    }
}
