//! Where something stands in a text.

use std::fmt;

/// A range of bytes in the text that was parsed.
///
/// ```
/// use policy::Span;
/// let text = r#"{"Version": 1}"#;
/// assert_eq!(Span::new(12, 13).slice(text), "1");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// A span from `start` up to, not including, `end`; offsets beyond 4 GiB are clamped.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: clamp(start), end: clamp(end) }
    }

    /// The part of `text` it covers; empty when `text` is not the one that was parsed.
    #[must_use]
    pub fn slice(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }

    /// Line and column of its first byte.
    #[must_use]
    pub fn position(self, text: &str) -> Position {
        Position::of(text, self.start as usize)
    }
}

/// Line and column, both from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Offset in bytes, from 0.
    pub offset: u32,
}

impl Position {
    /// Where `offset` is in `text`. For many offsets of one text use [`LineIndex`].
    ///
    /// ```
    /// use policy::Position;
    /// let at = Position::of("{\n  \"é\": 1}", 9);
    /// assert_eq!((at.line, at.column), (2, 7));
    /// ```
    #[must_use]
    pub fn of(text: &str, offset: usize) -> Self {
        LineIndex::new(text).position(text, offset)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// The starts of a text's lines: turns many offsets into positions without reading the text again.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    /// Reads the text once.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let after_breaks =
            text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at + 1);
        Self { starts: std::iter::once(0).chain(after_breaks).collect() }
    }

    /// Where `offset` is in `text`, which must be the text the index was made from.
    #[must_use]
    pub fn position(&self, text: &str, offset: usize) -> Position {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let column = text.get(start..offset).map_or(0, |before| before.chars().count()) + 1;
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Position { line: narrow(line), column: narrow(column), offset: narrow(offset) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters() {
        let text = "a\nbé\n";
        let at = |offset| {
            let p = Position::of(text, offset);
            (p.line, p.column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(1), (1, 2));
        assert_eq!(at(2), (2, 1));
        assert_eq!(at(3), (2, 2));
        assert_eq!(at(4), (2, 2), "inside a character counts as its start");
        assert_eq!(at(5), (2, 3));
        assert_eq!(at(6), (3, 1));
        assert_eq!(at(99), (3, 1), "beyond the end is the end");
    }

    #[test]
    fn an_empty_text_has_one_place() {
        assert_eq!(Position::of("", 0).to_string(), "line 1, column 1");
    }
}
