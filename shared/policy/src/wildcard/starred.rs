//! Patterns whose only wildcards are stars.

/// A pattern in one piece of memory: an evaluation looks at hundreds, each once.
#[derive(Debug, Clone)]
pub(super) struct Starred {
    text: Box<str>,
    /// The bytes of the shortest text that fits: many patterns are told to be too long by that.
    shortest: u32,
}

impl Starred {
    /// None when there is no star, or a `?`.
    pub(super) fn new(text: &str) -> Option<Self> {
        if text.contains('?') || !text.contains('*') {
            return None;
        }
        let shortest = text.bytes().filter(|b| *b != b'*').count();
        Some(Self { text: text.into(), shortest: shortest.try_into().ok()? })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands before the first star.
    pub(super) fn head(&self) -> &str {
        self.parts().0
    }

    /// What stands before the first star, between stars, and after the last.
    fn parts(&self) -> (&str, &str, &str) {
        let (head, rest) = self.text.split_once('*').unwrap_or((&self.text, ""));
        let (middle, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
        (head, middle, tail)
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        if text.len() < self.shortest as usize {
            return false;
        }
        let (head, middle, tail) = self.parts();
        let Some(rest) = text.strip_prefix(head) else { return false };
        let Some(mut rest) = rest.strip_suffix(tail) else { return false };
        for piece in middle.split('*').filter(|piece| !piece.is_empty()) {
            match after_first(piece, rest) {
                Some(after) => rest = after,
                None => return false,
            }
        }
        true
    }
}

/// What follows the first place of a text in another.
///
/// The library's search never goes back in the text, for which it prepares; ARNs are so short that comparing place by
/// place is done before that is.
pub(super) fn after_first<'t>(piece: &str, text: &'t str) -> Option<&'t str> {
    const SHORT: usize = 4_096;
    if text.len() < piece.len() {
        return None;
    }
    if text.len().saturating_mul(piece.len()) > SHORT {
        return text.split_once(piece).map(|(_, rest)| rest);
    }
    let (piece, bytes) = (piece.as_bytes(), text.as_bytes());
    let Some(first) = piece.first() else { return Some(text) };
    let last = bytes.len() - piece.len();
    let starts = bytes.iter().enumerate().take(last + 1).filter(|(_, byte)| *byte == first);
    let mut places =
        starts.filter(|(at, _)| bytes.get(*at..).is_some_and(|b| b.starts_with(piece)));
    // A place is the start of a character: `piece` starts with one.
    places.next().and_then(|(at, _)| text.get(at + piece.len()..))
}
