//! What a pattern with wildcards is made of: pieces between its stars.

use super::Token;
use super::marks::Marks;
use super::starred::after_first;
use std::fmt;

#[derive(Debug, Clone)]
pub(super) struct Pieces {
    /// Before the first star; all of it when there is none.
    pub(super) head: Piece,
    /// Between stars.
    pub(super) middle: Box<[Piece]>,
    /// After the last star; `None` when there is no star.
    pub(super) tail: Option<Piece>,
}

#[derive(Debug, Clone)]
pub(super) enum Piece {
    Text(Box<str>),
    Marks(Marks),
}

impl Piece {
    pub(super) fn new(run: Vec<Option<char>>) -> Self {
        if run.iter().all(Option::is_some) {
            Self::Text(run.into_iter().flatten().collect())
        } else {
            Self::Marks(Marks::new(run))
        }
    }

    pub(super) fn tokens(&self) -> Vec<Token> {
        match self {
            Self::Text(text) => text.chars().map(Token::Char).collect(),
            Self::Marks(marks) => marks.tokens().collect(),
        }
    }

    pub(super) fn literal_start(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Marks(marks) => marks.literal_start(),
        }
    }

    fn shortest(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Marks(marks) => marks.shortest(),
        }
    }

    fn strip_start<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Text(start) => text.strip_prefix(&**start),
            Self::Marks(marks) => marks.strip_start(text),
        }
    }

    fn strip_end<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Text(end) => text.strip_suffix(&**end),
            Self::Marks(marks) => marks.strip_end(text),
        }
    }

    /// What follows its first occurrence.
    fn after_first<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Text(piece) => after_first(piece, text),
            Self::Marks(marks) => marks.after_first(text),
        }
    }
}

impl Pieces {
    /// The bytes of the shortest text that fits.
    pub(super) fn shortest(&self) -> usize {
        let pieces = self.middle.iter().chain([&self.head]).chain(&self.tail);
        pieces.map(Piece::shortest).sum()
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let Some(mut rest) = self.head.strip_start(text) else { return false };
        let Some(tail) = &self.tail else { return rest.is_empty() };
        match tail.strip_end(rest) {
            Some(before) => rest = before,
            None => return false,
        }
        for piece in &self.middle {
            match piece.after_first(rest) {
                Some(after) => rest = after,
                None => return false,
            }
        }
        true
    }
}

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Marks(marks) => marks.fmt(f),
        }
    }
}
