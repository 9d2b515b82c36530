//! Numbers, dates and binary values.

use super::{
    super::{code::codes, report::Report},
    Entry,
};
use crate::{
    Comparison,
    json::{Node, Value},
};

fn text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::String(text) | Value::Number(text) => Some(text),
        _ => None,
    }
}

fn is_variable(node: &Node) -> bool {
    node.as_str().is_some_and(|text| text.contains("${"))
}

pub(super) fn numbers(entry: &Entry<'_>, report: &mut Report<'_>) {
    let number = |node: &Node| text(node).and_then(|text| text.trim().parse::<f64>().ok());
    for node in entry.values() {
        if number(node).is_none_or(|n| !n.is_finite()) && !is_variable(node) {
            let message = format!("`{}` takes a number, correct the value", entry.operator.key);
            report.add(&codes::TYPE_MISMATCH_NUMBER, node.span, message);
            return;
        }
    }
    let (word, wider): (_, fn(f64, f64) -> bool) = match entry.op.comparison {
        Comparison::NumericLessThan | Comparison::NumericLessThanEquals => {
            ("greatest", |a, b| a > b)
        }
        Comparison::NumericGreaterThan | Comparison::NumericGreaterThanEquals => {
            ("least", |a, b| a < b)
        }
        _ => return,
    };
    if entry.values().len() > 1 {
        let values = entry.values().iter().filter_map(|node| Some((number(node)?, node)));
        let widest = values.reduce(|a, b| if wider(b.0, a.0) { b } else { a });
        let message = format!(
            "of several values under `{}` only the {word} counts, keep that one",
            entry.operator.key
        );
        let span = entry.key.value.span;
        let found = report.add(&codes::REDUNDANT_CONDITION_VALUE_NUM, span, message);
        if let Some(text) = widest.and_then(|(_, node)| text(node)) {
            found.fix(span, format!("\"{text}\""));
        }
    }
}

pub(super) fn dates(entry: &Entry<'_>, report: &mut Report<'_>) {
    for node in entry.values().iter().filter(|node| !is_variable(node)) {
        let written = text(node).unwrap_or("");
        if !written.is_empty() && written.bytes().all(|b| b.is_ascii_digit()) && written.len() != 4
        {
            let message =
                format!("`{written}` counts seconds since 1970, write the date as `YYYY-MM-DD`");
            report.add(&codes::INVALID_DATE_VALUE, node.span, message);
        } else if !is_date(written) {
            let message = format!(
                "`{}` takes a date such as `2030-01-31` or `2030-01-31T12:00:00Z`, correct the value",
                entry.operator.key
            );
            report.add(&codes::TYPE_MISMATCH_DATE, node.span, message);
        }
    }
}

/// The W3C profile of ISO 8601: from a year to fractions of a second with a zone.
fn is_date(text: &str) -> bool {
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let mut part = |length: usize, most: u32| {
        parts.next().map(|part| digits(part, length).is_some_and(|n| n <= most))
    };
    let good =
        part(4, 9999) == Some(true) && part(2, 12) != Some(false) && part(2, 31) != Some(false);
    let whole = date.len() == 10 && parts.next().is_none();
    good && match time {
        None => matches!(date.len(), 4 | 7 | 10),
        Some(time) => whole && is_time(time),
    }
}

fn is_time(time: &str) -> bool {
    let (clock, zone) = match time.find(['Z', '+', '-']) {
        Some(at) => time.split_at(at),
        None => (time, "Z"),
    };
    let zone = zone == "Z" || {
        let offset = zone.get(1..).unwrap_or("").replace(':', "");
        digits(&offset, 4).is_some_and(|n| n <= 1400)
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let mut parts = clock.split(':');
    let mut part = |most: u32| parts.next().map(|part| digits(part, 2).is_some_and(|n| n <= most));
    let good = part(24) == Some(true) && part(59) == Some(true) && part(60) != Some(false);
    zone && good
        && parts.next().is_none()
        && !fraction.is_empty()
        && fraction.bytes().all(|b| b.is_ascii_digit())
}

fn digits(text: &str, length: usize) -> Option<u32> {
    let plain = text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

pub(super) fn binary(entry: &Entry<'_>, report: &mut Report<'_>) {
    for node in entry.values().iter().filter(|node| !is_variable(node)) {
        if !node.as_str().is_some_and(is_base64) {
            let message = format!("`{}` takes base64, correct the value", entry.operator.key);
            report.add(&codes::TYPE_MISMATCH_STRING, node.span, message);
        }
    }
}

fn is_base64(text: &str) -> bool {
    let data = text.trim_end_matches('=');
    let padding = text.len() - data.len();
    text.len().is_multiple_of(4)
        && padding <= 2
        && data.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_follow_the_w3c_profile() {
        for good in [
            "2030",
            "2030-01",
            "2030-01-31",
            "2030-01-31T12:00Z",
            "2030-01-31T12:00:00Z",
            "1997-07-16T19:20:30.45+01:00",
            "2030-01-31T12:00:00",
            "2030-01-31T12:00:00-0800",
        ] {
            assert!(is_date(good), "{good}");
        }
        for bad in [
            "",
            "tomorrow",
            "2030-13-01",
            "30-01-01",
            "2030-1-1",
            "2030-01-31 12:00",
            "2030-01-31T25:00Z",
            "2030-01-31T",
            "2030-01-31T12:00:00+99:00",
            "01/31/2030",
        ] {
            assert!(!is_date(bad), "{bad}");
        }
    }

    #[test]
    fn base64_is_whole_groups_of_four() {
        assert!(is_base64("") && is_base64("QmFzZTY0") && is_base64("YWI="));
        assert!(!is_base64("YWI") && !is_base64("a===") && !is_base64("a b="));
    }
}
