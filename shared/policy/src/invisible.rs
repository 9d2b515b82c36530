//! Characters that cannot be seen, named by their code point.
//!
//! They come into policies from editors, web pages and word processors, and look like nothing or like a space. A
//! message that shows such a text as it is shows nothing wrong.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether nothing, or only a gap, is seen of a character. The space itself is no such character.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        // Controls.
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        // Spaces other than the one (Zs), line and paragraph separators.
        | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{2028}'..='\u{2029}' | '\u{202f}'
        | '\u{205f}' | '\u{3000}'
        // Format characters (Cf): soft hyphen, joiners, byte order mark, directions, tags.
        | '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
        | '\u{8e2}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}'
        // Fillers and selectors that Unicode counts as ignorable.
        | '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}'
    )
}

/// A character's code point, with the name of those often met: `U+FEFF (byte order mark)`.
pub(crate) fn code_point(c: char) -> String {
    let name = match c {
        '\u{feff}' => "byte order mark",
        '\u{a0}' => "no-break space",
        '\u{ad}' => "soft hyphen",
        '\u{200b}' => "zero width space",
        '\u{200c}' => "zero width non-joiner",
        '\u{200d}' => "zero width joiner",
        '\u{2060}' => "word joiner",
        '\u{2028}' => "line separator",
        '\u{2029}' => "paragraph separator",
        '\u{202f}' => "narrow no-break space",
        '\u{3000}' => "ideographic space",
        '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            "direction of writing"
        }
        '\t' => "tab",
        '\n' => "line feed",
        '\r' => "carriage return",
        _ => return format!("U+{:04X}", u32::from(c)),
    };
    format!("U+{:04X} ({name})", u32::from(c))
}

/// A text for a message, each character that cannot be seen as `<U+200B>`.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    if !text.contains(is_invisible) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_invisible(c) {
            // Writing to a string does not fail.
            let _ = write!(out, "<U+{:04X}>", u32::from(c));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_named() {
        for (c, name) in [
            ('\u{feff}', "U+FEFF (byte order mark)"),
            ('\u{2028}', "U+2028 (line separator)"),
            ('\u{2029}', "U+2029 (paragraph separator)"),
            ('\u{a0}', "U+00A0 (no-break space)"),
            ('\u{200b}', "U+200B (zero width space)"),
            ('\u{200d}', "U+200D (zero width joiner)"),
            ('\u{202e}', "U+202E (direction of writing)"),
            ('\u{2066}', "U+2066 (direction of writing)"),
            ('\u{85}', "U+0085"),
            ('\0', "U+0000"),
            ('\u{e0041}', "U+E0041"),
            ('\u{3164}', "U+3164"),
            ('\u{fe0f}', "U+FE0F"),
        ] {
            assert!(is_invisible(c), "{name}");
            assert_eq!(code_point(c), name);
        }
    }

    #[test]
    fn what_can_be_seen_stays() {
        for text in ["s3:GetObject", "a b", "é", "가나다", "日本", "…", "~", "😀", ""] {
            assert_eq!(shown(text), text);
        }
        assert_eq!(shown("s3:\u{200b}Get\u{a0}\n"), "s3:<U+200B>Get<U+00A0><U+000A>");
    }
}
