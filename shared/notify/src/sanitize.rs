//! Texts of others made safe to show: on one line, not too long, and without a meaning of their own.
//!
//! Names of resources are chosen by whoever may create them, so they may hold anything.

/// Joins an `@` to what follows without being seen, so that no chat reads a mention into a name.
const WORD_JOINER: char = '\u{2060}';

/// One line of at most `limit` UTF-16 units.
pub(super) fn line(text: &str, limit: usize) -> String {
    cut(text.chars().map(one_line), limit, |c, line| line.push(c))
}

/// One line in Slack's markdown, of at most `limit` UTF-16 units when escaped.
///
/// What could name a link or a person is escaped. Source: Slack, "Formatting text for app surfaces".
pub(super) fn markdown(text: &str, limit: usize) -> String {
    let mut before = ' ';
    cut(text.chars().map(one_line), limit, |c, line| {
        match c {
            '&' => line.push_str("&amp;"),
            '<' => line.push_str("&lt;"),
            '>' => line.push_str("&gt;"),
            '@' if !before.is_alphanumeric() => line.extend(['@', WORD_JOINER]),
            _ => line.push(c),
        }
        before = c;
    })
}

/// [`markdown`] that is shown as code.
pub(super) fn code(text: &str, limit: usize) -> String {
    let text: String = text.chars().map(|c| if c == '`' { '\'' } else { c }).collect();
    format!("`{}`", markdown(text.trim(), limit.saturating_sub(2)))
}

/// A link in Slack's markdown; nothing where the address is none of the web's.
pub(super) fn link(address: &str, label: &str) -> Option<String> {
    let harmless = |c: char| c.is_ascii_graphic() && !"<>|\"`".contains(c);
    (address.starts_with("https://") && address.len() <= 500 && address.chars().all(harmless))
        .then(|| format!("<{}|{label}>", address.replace('&', "&amp;")))
}

/// How many UTF-16 units a text has: what SMS and chats count.
pub(super) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Breaks of a line and marks that change the direction of reading become spaces.
fn one_line(c: char) -> char {
    let turns =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks = c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if turns || breaks { ' ' } else { c }
}

/// Writes characters while they fit, and an ellipsis where some do not.
fn cut(
    chars: impl Iterator<Item = char>,
    limit: usize,
    mut write: impl FnMut(char, &mut String),
) -> String {
    let mut whole = String::new();
    let (mut length, mut kept) = (0, 0);
    for c in chars {
        let start = whole.len();
        write(c, &mut whole);
        length += units(whole.get(start..).unwrap_or_default());
        if length > limit {
            whole.truncate(kept);
            if limit > 0 {
                whole.push('…');
            }
            return whole;
        }
        // One unit is left for the ellipsis.
        if length < limit {
            kept = whole.len();
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_too_long_ends_in_an_ellipsis() {
        assert_eq!(line("payroll", 7), "payroll");
        assert_eq!(line("payroll", 6), "payro…");
        assert_eq!(line("결제", 1), "…");
        assert_eq!(line("a😀b", 3), "a…", "half an emoji is none");
        assert_eq!(line("a", 0), "");
    }

    #[test]
    fn a_name_is_no_line_no_link_and_no_mention() {
        assert_eq!(line("a\r\nb\u{202e}c", 99), "a  b c");
        assert_eq!(
            markdown("<!here> & <https://x|y>", 99),
            "&lt;!here&gt; &amp; &lt;https://x|y&gt;"
        );
        assert_eq!(markdown("@here kim@example.com", 99), "@\u{2060}here kim@example.com");
        assert_eq!(code("a`b", 99), "`a'b`");
        assert_eq!(code("abcdef", 5), "`ab…`");
        assert_eq!(markdown("&&", 6), "&amp;…");
    }

    #[test]
    fn a_link_leads_to_the_web_alone() {
        assert_eq!(
            link("https://a.example/?b&c", "d").as_deref(),
            Some("<https://a.example/?b&amp;c|d>")
        );
        for wrong in ["", "http://a.example", "https://a.example/>", "https://a b", "javascript:x"]
        {
            assert_eq!(link(wrong, "d"), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_cut_is_longer_than_it_may_be(text in r"[\PC\n<&>@`😀가]{0,200}", limit in 0_usize..80) {
            prop_assert!(units(&line(&text, limit)) <= limit);
            prop_assert!(units(&markdown(&text, limit)) <= limit);
            prop_assert!(units(&code(&text, limit)) <= limit.max(2));
            if units(&text) <= limit {
                prop_assert!(!line(&text, limit).contains('\n'));
                prop_assert_eq!(line(&text, limit).chars().count(), text.chars().count());
            }
        }
    }
}
