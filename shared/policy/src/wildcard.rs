//! `*` and `?`, matched in time linear in the text whatever the pattern.

mod compare;
mod marks;
mod pieces;
mod starred;

use pieces::{Piece, Pieces};
use starred::Starred;
use std::fmt;

pub use compare::{covers, overlaps};

/// One element of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Token {
    /// This character.
    Char(char),
    /// `?`: exactly one character, whichever.
    One,
    /// `*`: any number of characters, also none.
    Many,
}

/// The tokens of a pattern as policies write them.
pub fn tokens(text: &str) -> impl Iterator<Item = Token> {
    text.chars().map(|c| match c {
        '*' => Token::Many,
        '?' => Token::One,
        c => Token::Char(c),
    })
}

/// A pattern of `*` and `?`, ready to match. Comparison is by character and by case.
///
/// A pattern is cut at its stars. Each piece is looked for once, left to right, with a search that never
/// goes back in the text, so a hostile pattern costs no more than a friendly one.
///
/// ```
/// use policy::Wildcard;
/// assert!(Wildcard::new("s3:Get*Ac?").matches("s3:GetBucketAcl"));
/// assert!(!Wildcard::new("s3:Get*Ac?").matches("s3:GetBucketAccess"));
/// ```
#[derive(Debug, Clone)]
pub struct Wildcard(Shape);

#[derive(Debug, Clone)]
enum Shape {
    /// `*`.
    Any,
    /// No wildcard.
    Exact(Box<str>),
    /// Text, then one star at the end.
    Prefix(Box<str>),
    /// Text with stars, and no `?`.
    Starred(Starred),
    /// Everything else, with the bytes it needs at least: many patterns are told to be too long by that.
    Pieces(usize, Box<Pieces>),
}

impl Wildcard {
    /// A pattern as policies write it.
    #[must_use]
    pub fn new(text: &str) -> Self {
        match text.find(['*', '?']) {
            None => Self::literal(text),
            Some(at) if at + 1 == text.len() && text.ends_with('*') => match text.get(..at) {
                None | Some("") => Self(Shape::Any),
                Some(prefix) => Self(Shape::Prefix(prefix.into())),
            },
            Some(_) => Self::from_stars(text).unwrap_or_else(|| Self::from_tokens(tokens(text))),
        }
    }

    /// A pattern whose only wildcards are stars, at least one; else none. Most are such.
    fn from_stars(text: &str) -> Option<Self> {
        let starred = Starred::new(text)?;
        Some(Self(if text.len() == 1 { Shape::Any } else { Shape::Starred(starred) }))
    }

    fn from_pieces(pieces: Pieces) -> Self {
        Self(Shape::Pieces(pieces.shortest(), Box::new(pieces)))
    }

    /// Like [`Wildcard::new`], keeping the string it is given where it can.
    pub(crate) fn from_string(mut text: String) -> Self {
        match text.find(['*', '?']) {
            None => Self(Shape::Exact(text.into())),
            Some(0) if text.len() == 1 && text.starts_with('*') => Self(Shape::Any),
            Some(at) if at + 1 == text.len() && text.ends_with('*') => {
                text.truncate(at);
                Self(Shape::Prefix(text.into()))
            }
            Some(_) => Self::from_stars(&text).unwrap_or_else(|| Self::from_tokens(tokens(&text))),
        }
    }

    /// A text in which `*` and `?` stand for themselves.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        Self(Shape::Exact(text.into()))
    }

    /// A pattern token by token, for texts in which some stars are meant literally.
    pub fn from_tokens(tokens: impl IntoIterator<Item = Token>) -> Self {
        let mut runs: Vec<Vec<Option<char>>> = vec![Vec::new()];
        for token in tokens {
            match (token, runs.last_mut()) {
                (Token::Many, _) => runs.push(Vec::new()),
                (Token::One, Some(run)) => run.push(None),
                (Token::Char(c), Some(run)) => run.push(Some(c)),
                (_, None) => {}
            }
        }
        let last = runs.len() - 1;
        let mut pieces = runs.into_iter().enumerate().filter_map(|(at, run)| {
            let between_stars = at != 0 && at != last;
            (!between_stars || !run.is_empty()).then(|| Piece::new(run))
        });
        let head = pieces.next().unwrap_or(Piece::Text("".into()));
        let mut middle: Vec<Piece> = pieces.collect();
        let tail = if last == 0 { None } else { middle.pop() };
        Self(match (head, middle.as_slice(), tail) {
            (Piece::Text(text), [], None) => Shape::Exact(text),
            (Piece::Text(text), [], Some(Piece::Text(end))) if end.is_empty() => {
                if text.is_empty() { Shape::Any } else { Shape::Prefix(text) }
            }
            (head, _, tail) => {
                return Self::from_pieces(Pieces { head, middle: middle.into(), tail });
            }
        })
    }

    /// Whether the whole of `text` fits the pattern.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        match &self.0 {
            Shape::Any => true,
            Shape::Exact(exact) => **exact == *text,
            Shape::Prefix(prefix) => text.starts_with(&**prefix),
            Shape::Starred(starred) => starred.matches(text),
            Shape::Pieces(shortest, pieces) => *shortest <= text.len() && pieces.matches(text),
        }
    }

    /// Whether it is `*` alone.
    #[must_use]
    pub fn is_any(&self) -> bool {
        matches!(self.0, Shape::Any)
    }

    /// Its tokens.
    pub(crate) fn tokens(&self) -> Vec<Token> {
        let chars = |text: &str| text.chars().map(Token::Char).collect::<Vec<_>>();
        match &self.0 {
            Shape::Any => vec![Token::Many],
            Shape::Exact(text) => chars(text),
            Shape::Prefix(prefix) => {
                let mut tokens = chars(prefix);
                tokens.push(Token::Many);
                tokens
            }
            Shape::Starred(starred) => tokens(starred.as_str()).collect(),
            Shape::Pieces(_, pieces) => {
                let mut tokens = pieces.head.tokens();
                for piece in pieces.middle.iter().chain(&pieces.tail) {
                    tokens.push(Token::Many);
                    tokens.extend(piece.tokens());
                }
                tokens
            }
        }
    }

    /// What every text that fits starts with: what stands before the first wildcard, as far as it is kept.
    pub(crate) fn literal_start(&self) -> &str {
        match &self.0 {
            Shape::Any => "",
            Shape::Exact(text) | Shape::Prefix(text) => text,
            Shape::Starred(starred) => starred.head(),
            Shape::Pieces(_, pieces) => pieces.head.literal_start(),
        }
    }

    /// The text it stands for when it has no wildcard.
    #[must_use]
    pub fn as_literal(&self) -> Option<&str> {
        if let Shape::Exact(text) = &self.0 { Some(text) } else { None }
    }
}

impl fmt::Display for Wildcard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Shape::Any => f.write_str("*"),
            Shape::Exact(text) => f.write_str(text),
            Shape::Prefix(prefix) => write!(f, "{prefix}*"),
            Shape::Starred(starred) => f.write_str(starred.as_str()),
            Shape::Pieces(_, pieces) => {
                write!(f, "{}", pieces.head)?;
                for piece in &pieces.middle {
                    write!(f, "*{piece}")?;
                }
                pieces.tail.as_ref().map_or(Ok(()), |tail| write!(f, "*{tail}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, text: &str, expected: bool) {
        assert_eq!(Wildcard::new(pattern).matches(text), expected, "`{pattern}` on `{text}`");
        assert_eq!(
            Wildcard::from_tokens(tokens(pattern)).matches(text),
            expected,
            "`{pattern}` on `{text}`"
        );
    }

    #[test]
    fn every_shape() {
        check("", "", true);
        check("", "a", false);
        check("*", "", true);
        check("**", "abc", true);
        check("abc", "abc", true);
        check("abc", "abcd", false);
        check("ab*", "ab", true);
        check("ab*", "a", false);
        check("*bc", "abc", true);
        check("*bc", "bcd", false);
        check("a*a", "a", false);
        check("a*a", "aa", true);
        check("a*b*c", "a-b-b-c", true);
        check("a*b*c", "a-c-b", false);
        check("?", "", false);
        check("?", "é", true);
        check("??", "é", false);
        check("a?c", "abc", true);
        check("*a?c", "xxabcabc", true);
        check("*a?c*", "xxaxxabcx", true);
        check("a?*?z", "abz", false);
        check("a?*?z", "abcz", true);
        check("*??", "a", false);
        check("*?a?*?b", "xxayzzb", true);
    }

    #[test]
    fn literal_stars_are_characters() {
        let pattern = Wildcard::from_tokens([Token::Char('*'), Token::Many]);
        assert!(pattern.matches("*x") && !pattern.matches("x"));
        assert!(Wildcard::literal("a*").matches("a*") && !Wildcard::literal("a*").matches("ab"));
    }

    #[test]
    fn prints_what_it_was_made_of() {
        for pattern in ["", "*", "a", "a*", "*a", "a*b*c", "a?b*?", "?"] {
            assert_eq!(Wildcard::new(pattern).to_string(), pattern);
        }
    }
}
