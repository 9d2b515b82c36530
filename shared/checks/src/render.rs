//! Evidence in words: where somebody reads it, in the reader's language.

use std::borrow::Cow;

use domain::{Cause, Evidence, Lang, Statement, Unread, Value};

use crate::{Check, page};

/// What a check has seen, in words; statements are joined by `; `.
///
/// A message without a sentence is shown by its name and values: a newer version may have written it.
#[must_use]
pub fn render(check: Option<&Check>, evidence: &Evidence, lang: Lang) -> String {
    let statements = evidence.statements().iter().map(|one| statement(check, one, lang));
    statements.collect::<Vec<_>>().join("; ")
}

fn statement(check: Option<&Check>, statement: &Statement, lang: Lang) -> String {
    match statement {
        Statement::Prose(prose) => prose.clone(),
        Statement::Unread(unread) => render_unread(unread, lang),
        Statement::Message(message, values) => {
            let own = check.and_then(|check| check.texts(lang).evidence.get(&**message));
            let sentence = own.map(String::as_str).or_else(|| page::shared(message, lang));
            let value = |name: &str| {
                let found = values.iter().find(|(one, _)| one == name);
                found.map(|(_, value)| show(value, lang))
            };
            sentence.map_or_else(
                || {
                    let values =
                        values.iter().map(|(name, v)| format!(" {name}={}", show(v, lang)));
                    format!("{message}{}", values.collect::<String>())
                },
                |sentence| fill(sentence, value),
            )
        }
    }
}

/// Why a fact is missing, in words.
#[must_use]
pub fn render_unread(unread: &Unread, lang: Lang) -> String {
    let (message, why) = match &unread.cause {
        Cause::Denied => ("denied", ""),
        Cause::Throttled => ("throttled", ""),
        Cause::Failed(why) => ("failed", why.as_str()),
        Cause::Stopped => ("stopped", ""),
        Cause::NotAsked => ("not_asked", ""),
    };
    let value = |name: &str| match name {
        "action" => Some(Cow::Borrowed(&*unread.action)),
        "region" => Some(Cow::Borrowed(&*unread.region)),
        "why" => Some(Cow::Borrowed(why)),
        _ => None,
    };
    page::shared(message, lang).map_or_else(|| unread.to_string(), |sentence| fill(sentence, value))
}

fn show(value: &Value, lang: Lang) -> Cow<'_, str> {
    match value {
        Value::Number(number) => Cow::Owned(number.to_string()),
        Value::Text(text) => Cow::Borrowed(text),
        Value::List(list) => {
            let list: Vec<_> = list.iter().map(|one| format!("`{one}`")).collect();
            Cow::Owned(list.join(", "))
        }
        Value::Unread(unread) => Cow::Owned(render_unread(unread, lang)),
    }
}

/// A sentence with its `{name}`s filled in; one that has no value stays as it is.
pub(crate) fn fill<'a>(sentence: &str, value: impl Fn(&str) -> Option<Cow<'a, str>>) -> String {
    let mut text = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let named = after.split_once('}').and_then(|(name, after)| Some((value(name)?, after)));
        if let Some((value, after)) = named {
            text.push_str(&value);
            rest = after;
        } else {
            text.push('{');
            rest = after;
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_filled_in_the_readers_language() {
        let check = crate::find("iam_access_key_age").unwrap();
        let evidence = Evidence::of("too_old")
            .with("key", "MPLE")
            .with("user", "kim")
            .with("days", 91_i64)
            .with("limit", 90_i64);
        let render = |lang| render(Some(check), &evidence, lang);
        assert_eq!(
            render(Lang::En),
            "active key `…MPLE` of `kim` is `91` days old; the limit is `90`"
        );
        assert!(render(Lang::Ko).contains("`91`일"), "{}", render(Lang::Ko));
        let newer = Evidence::of("melted").with("degrees", 4000_i64).with("at", "noon");
        assert_eq!(super::render(Some(check), &newer, Lang::Ko), "melted degrees=4000 at=noon");
    }

    #[test]
    fn braces_of_somebody_elses_are_left_alone() {
        let value = |name: &str| (name == "a").then_some(Cow::Borrowed("{b}"));
        assert_eq!(fill("{a} {b} {", value), "{b} {b} {");
    }
}
