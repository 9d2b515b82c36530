//! Patterns against patterns.

use super::Token;

/// Whether some text fits both patterns.
///
/// ```
/// use policy::wildcard::{overlaps, tokens};
/// let overlap = |a, b| overlaps(&tokens(a).collect::<Vec<_>>(), &tokens(b).collect::<Vec<_>>());
/// assert!(overlap("logs-*", "*-2026"));
/// assert!(!overlap("logs-*", "data-*"));
/// ```
#[must_use]
pub fn overlaps(a: &[Token], b: &[Token]) -> bool {
    reachable(
        a,
        b,
        |x, y| match (x, y) {
            (Token::Char(x), Token::Char(y)) => x == y,
            _ => true,
        },
        true,
    )
}

/// Whether every text that fits `inner` also fits `outer`.
///
/// A star of `inner` stands for texts no other token of `outer` can be sure to fit, so only a star of
/// `outer` takes it; the same for `?`, which a `?` takes too.
///
/// ```
/// use policy::wildcard::{covers, tokens};
/// let covered = |outer, inner| covers(&tokens(outer).collect::<Vec<_>>(), &tokens(inner).collect::<Vec<_>>());
/// assert!(covered("photos/*", "photos/2026/*"));
/// assert!(!covered("photos/2026/*", "photos/*"));
/// ```
#[must_use]
pub fn covers(outer: &[Token], inner: &[Token]) -> bool {
    reachable(
        outer,
        inner,
        |x, y| match (x, y) {
            (Token::Many, _) => true,
            (_, Token::Many) => false,
            (Token::One, _) => true,
            (x, y) => x == y,
        },
        false,
    )
}

/// Walks both patterns together, one row of possible places in `a` per place in `b`.
fn reachable(
    a: &[Token],
    b: &[Token],
    meets: impl Fn(Token, Token) -> bool,
    b_stars_open: bool,
) -> bool {
    let mut row = vec![false; a.len() + 1];
    if let Some(start) = row.first_mut() {
        *start = true;
    }
    skip_stars(a, &mut row);
    for &y in b {
        let mut next = vec![false; a.len() + 1];
        let open = b_stars_open && y == Token::Many;
        let mut before = (false, false);
        for (at, &here) in row.iter().enumerate() {
            // Arriving at `at`: from one place left by a token that meets `y`, or by staying on a star.
            let left = at.checked_sub(1).and_then(|left| a.get(left)).copied();
            let from_left = before.0 && left.is_some_and(|x| meets(x, y));
            let stay = a.get(at).is_some_and(|x| *x == Token::Many && here && meets(*x, y));
            let through_open = open && (here || before.1);
            let arrived = (from_left && left != Some(Token::Many)) || stay || through_open;
            if let Some(cell) = next.get_mut(at) {
                *cell = arrived;
            }
            before = (here, arrived);
        }
        row = next;
        skip_stars(a, &mut row);
    }
    row.last().copied().unwrap_or(false)
}

/// A star may stand for nothing: whoever is before it is also after it.
fn skip_stars(a: &[Token], row: &mut [bool]) {
    for (at, token) in a.iter().enumerate() {
        if *token == Token::Many
            && row.get(at) == Some(&true)
            && let Some(after) = row.get_mut(at + 1)
        {
            *after = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens;
    use super::*;

    fn list(text: &str) -> Vec<Token> {
        tokens(text).collect()
    }

    #[test]
    fn overlap_is_symmetric_and_exact() {
        for (a, b, expected) in [
            ("", "", true),
            ("", "*", true),
            ("a", "a", true),
            ("a", "b", false),
            ("a*", "*b", true),
            ("a*c", "ab*", true),
            ("*a*", "*b*", true),
            ("a?c", "abc", true),
            ("a?c", "a*", true),
            ("a?c", "ac", false),
            ("??", "*", true),
            ("a*", "b*", false),
            ("*x", "*y", false),
            ("a*b*c", "c*b*a", false),
            ("x*y", "xy", true),
            ("x?*y", "xy", false),
            ("*/prod", "dev/*", true),
            ("ab", "a", false),
            ("a*a", "a", false),
        ] {
            assert_eq!(overlaps(&list(a), &list(b)), expected, "{a} {b}");
            assert_eq!(overlaps(&list(b), &list(a)), expected, "{b} {a}");
        }
    }

    #[test]
    fn covering_is_not_symmetric() {
        for (outer, inner, expected) in [
            ("*", "a*b", true),
            ("a*", "a*", true),
            ("a*", "ab*", true),
            ("ab*", "a*", false),
            ("a?", "ab", true),
            ("a?", "a*", false),
            ("a*?", "a*", false),
            ("*a*", "xay", true),
            ("*a*", "*b*", false),
            ("a?*", "a?", true),
            ("a**", "a", true),
            ("", "", true),
            ("a", "a?", false),
            ("*b", "a*b", true),
        ] {
            assert_eq!(covers(&list(outer), &list(inner)), expected, "{outer} ⊇ {inner}");
        }
    }
}
