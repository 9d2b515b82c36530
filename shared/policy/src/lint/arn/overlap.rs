//! Whether two patterns can mean the same text.

use crate::facts::{has_wildcard, matches};

/// Whether two patterns have a text in common that both match.
pub(in crate::lint) fn overlap(a: &str, b: &str) -> bool {
    if !has_wildcard(a) {
        return matches(b, a);
    }
    let (a, b) = (a.as_bytes(), b.as_bytes());
    // Most pairs differ before the first wildcard of either.
    for (x, y) in a.iter().zip(b) {
        if matches!(x, b'*' | b'?') || matches!(y, b'*' | b'?') {
            break;
        }
        if !x.eq_ignore_ascii_case(y) {
            return false;
        }
    }
    // reach[j]: what of `a` was read, and the first j bytes of `b`, have a text in common.
    let mut reach = vec![false; b.len() + 1];
    let starts = b.iter().take_while(|byte| **byte == b'*').count();
    reach.iter_mut().take(starts + 1).for_each(|cell| *cell = true);
    for x in a {
        let mut diagonal = reach.first().copied().unwrap_or(false);
        if let Some(first) = reach.first_mut() {
            *first = *first && *x == b'*';
        }
        let mut left = reach.first().copied().unwrap_or(false);
        for (cell, y) in reach.iter_mut().skip(1).zip(b) {
            let above = *cell;
            let one = *x == b'?' || *y == b'?' || x.eq_ignore_ascii_case(y);
            *cell = match (*x, *y) {
                (b'*', _) => above || left,
                (_, b'*') => above || left || diagonal,
                _ => one && diagonal,
            };
            // A star of `b` reads this byte of `a` (above), or nothing (left).
            diagonal = above;
            left = *cell;
        }
    }
    reach.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_overlap_when_a_text_matches_both() {
        for (a, b) in [
            ("role/*", "role/x"),
            ("*", "table/*/index/*"),
            ("table/a*", "table/*"),
            ("*x", "y*"),
            ("a?c", "ab*"),
            ("*:b", "a:*"),
            ("table*", "table/*"),
            ("", ""),
        ] {
            assert!(overlap(a, b) && overlap(b, a), "{a} {b}");
        }
        for (a, b) in [("role/*", "user/*"), ("*x", "*y"), ("a?", "a"), ("a*c", "b*"), ("", "x")] {
            assert!(!overlap(a, b) && !overlap(b, a), "{a} {b}");
        }
    }

    #[test]
    fn overlap_equals_looking_for_a_common_text() {
        let mut texts = vec![String::new()];
        for at in 0..15 {
            let shorter: String = texts[at].clone();
            texts.extend(["a", "b"].map(|letter| format!("{shorter}{letter}")));
        }
        let patterns = ["*", "a*", "*b", "?", "a?", "?b", "*a*", "a*b", "b?*", "??", "ab", ""];
        for a in patterns {
            for b in patterns {
                let both = texts.iter().any(|text| matches(a, text) && matches(b, text));
                assert_eq!(overlap(a, b), both, "{a} {b}");
            }
        }
    }
}
