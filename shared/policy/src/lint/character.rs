//! Characters that cannot be seen, in policies that IAM keeps.

use super::{Subject, code::codes, policy_type::PolicyType, report::Report};
use crate::Span;
use crate::invisible::{code_point, is_invisible};
use std::collections::BTreeMap;

/// IAM takes nothing beyond U+00FF, and what is seen of the others is no mistake that a reader overlooks.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html>
pub(super) fn check(subject: &Subject<'_>, report: &mut Report<'_>) {
    let kept_by_iam = subject.is(PolicyType::Identity) || subject.is(PolicyType::Trust);
    if !kept_by_iam || subject.text.is_ascii() {
        return;
    }
    let mut places: BTreeMap<char, Vec<Span>> = BTreeMap::new();
    for (at, c) in subject.text.char_indices().filter(|(_, c)| *c > '\u{ff}' && is_invisible(*c)) {
        places.entry(c).or_default().push(Span::new(at, at + c.len_utf8()));
    }
    for (c, spans) in places {
        let [first, rest @ ..] = spans.as_slice() else { continue };
        let name = code_point(c);
        let message = format!(
            "the policy holds the invisible character {name}, which IAM does not take, remove it"
        );
        let found = report.add(&codes::JSON_SYNTAX_ERROR, *first, message);
        rest.iter().fold(found, |found, span| found.also(*span));
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::Facts;
    use crate::lint::{Finding, PolicyType, lint};

    fn findings(kind: PolicyType, text: &str) -> Vec<Finding> {
        lint(text, kind, &Facts::bundled().unwrap())
    }

    #[test]
    fn characters_that_iam_refuses_are_named_with_their_places() {
        let text = "{\"Version\":\"2012-10-17\",\n\"Statement\":{\"Sid\":\"A\",\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\n\"Resource\":[\"arn:aws:s3:::b\u{200b}/a\",\"arn:aws:s3:::b/\u{200b}\"]}}";
        let found = findings(PolicyType::Identity, text);
        let [one] = found.as_slice() else { panic!("{found:#?}") };
        assert_eq!(one.code().name, "JSON_SYNTAX_ERROR");
        assert!(one.message().contains("U+200B (zero width space)"), "{}", one.message());
        let places: Vec<_> =
            one.locations().iter().map(|l| (l.start.line, l.start.column)).collect();
        assert_eq!(places, [(3, 28), (3, 49)]);
        assert!(findings(PolicyType::Identity, &text.replace('\u{200b}', "")).is_empty());
    }

    #[test]
    fn messages_show_what_cannot_be_seen() {
        for (c, shown) in
            [('\u{a0}', "<U+00A0>"), ('\u{2028}', "<U+2028>"), ('\u{202e}', "<U+202E>")]
        {
            let text = format!(
                r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Deny","Action":"s3:Get{c}Object","Resource":"*"}}}}"#
            );
            let found = findings(PolicyType::Identity, &text);
            assert!(
                found.iter().any(|f| f.message().contains(&format!("s3:Get{shown}Object"))),
                "{found:#?}"
            );
            assert!(found.iter().all(|f| !f.message().contains(c)), "{found:#?}");
        }
        let found = findings(PolicyType::Resource, "\u{feff}{}");
        assert!(found[0].message().contains("U+FEFF (byte order mark)"), "{found:#?}");
    }
}
