//! The characters a document may be written in.

use super::{DocumentKind, Fault};
use crate::Span;
use crate::invisible::{code_point, is_invisible};

/// IAM and AWS STS take tab, line feed, carriage return and U+0020 to U+00FF.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html>
pub(super) fn check(text: &str, kind: DocumentKind) -> Result<(), Fault> {
    use DocumentKind as K;
    if !matches!(kind, K::Identity | K::Session | K::Trust) {
        return Ok(());
    }
    let Some((at, c)) = text.char_indices().find(|(_, c)| *c > '\u{ff}') else { return Ok(()) };
    let message = if is_invisible(c) {
        format!("the document holds the invisible character {}, remove it", code_point(c))
    } else {
        let mut units = [0; 2];
        let units = c.encode_utf16(&mut units).iter();
        let escape = units.fold(String::new(), |escape, unit| format!("{escape}\\u{unit:04x}"));
        let name = code_point(c);
        format!(
            "IAM takes no character beyond U+00FF, write `{c}` ({name}) as the escape `{escape}`"
        )
    };
    Err(Fault { message, span: Span::new(at, at + c.len_utf8()) })
}

#[cfg(test)]
mod tests {
    use crate::{DocumentKind, check_syntax};

    fn refusal(kind: DocumentKind, value: &str) -> Option<String> {
        let text = format!(
            "{{\"Version\":\"2012-10-17\",\"Statement\":{{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\n\"Resource\":\"{value}\"}}}}"
        );
        check_syntax(&text, kind).err().map(|refusal| refusal.to_string())
    }

    #[test]
    fn iam_takes_latin_letters_only() {
        let identity = |value: &str| refusal(DocumentKind::Identity, value);
        assert_eq!(identity("arn:aws:s3:::b/é\u{a0}"), None);
        assert_eq!(identity("arn:aws:s3:::b/\\uac00"), None);
        assert_eq!(
            identity("arn:aws:s3:::b\u{200b}").unwrap(),
            "the document holds the invisible character U+200B (zero width space), remove it at line 2, column 27"
        );
        assert_eq!(
            identity("arn:aws:s3:::b/가").unwrap(),
            "IAM takes no character beyond U+00FF, write `가` (U+AC00) as the escape `\\uac00` at line 2, column 28"
        );
        assert!(identity("arn:aws:s3:::b/😀").unwrap().contains("`\\ud83d\\ude00`"));
        assert_eq!(refusal(DocumentKind::Scp, "arn:aws:s3:::b/가"), None);
    }

    #[test]
    fn what_is_wrong_is_shown_with_what_cannot_be_seen() {
        let said = refusal(DocumentKind::Identity, "arn:aws\u{a0}:s3:::b\u{2028}").unwrap();
        assert!(said.starts_with("`aws<U+00A0>` is not a partition"), "{said}");
    }
}
