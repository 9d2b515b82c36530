//! The dates IAM stores: looser than those that can ever match.

/// A whole number of seconds, or year[-month[-day]][T[hour[:minute[:second[.fraction]]]]][zone].
pub(super) fn is_acceptable(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    if !text.contains(['t', '-']) {
        return text.parse::<i64>().is_ok_and(|seconds| seconds >= 0);
    }
    let (date, time) = text.split_once('t').unwrap_or((&text, ""));
    is_date(date) && is_time(time)
}

fn is_date(text: &str) -> bool {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let mut parts = digits.split('-');
    let year = parts.next().and_then(|year| format!("{sign}{year}").parse::<i64>().ok());
    let within = |part: Option<&str>, most| {
        part.is_none_or(|part| number(part).is_some_and(|n| (1..=most).contains(&n)))
    };
    // The years that Java's milliseconds can hold.
    year.is_some_and(|year| (-292_275_054..=292_278_993).contains(&year))
        && within(parts.next(), 12)
        && within(parts.next(), 31)
        && parts.next().is_none()
}

fn is_time(text: &str) -> bool {
    let mut parts = text.splitn(3, ':');
    let up_to = |part: &str, most| number(part).is_some_and(|n| n <= most);
    let hour = parts.next().is_none_or(|part| part.is_empty() || up_to(part, 23));
    hour && parts.next().is_none_or(|part| up_to(part, 59)) && parts.next().is_none_or(is_second)
}

/// Seconds, maybe a fraction of at most nine digits, maybe a zone.
fn is_second(text: &str) -> bool {
    let (clock, zone) = match text.find(['z', '+', '-']) {
        Some(at) => text.split_at_checked(at).unwrap_or((text, "")),
        None => (text, ""),
    };
    let (seconds, fraction) =
        clock.split_once('.').map_or((clock, None), |(s, fraction)| (s, Some(fraction)));
    number(seconds).is_some_and(|n| n <= 59)
        && fraction.is_none_or(|fraction| fraction.len() <= 9 && number(fraction).is_some())
        && is_zone(zone)
}

fn is_zone(zone: &str) -> bool {
    if zone.is_empty() || zone == "z" {
        return true;
    }
    let Some(offset) = zone.strip_prefix(['+', '-']) else { return false };
    let (hours, minutes) =
        offset.split_once(':').map_or((offset, None), |(hours, minutes)| (hours, Some(minutes)));
    let two = |part: &str, most| part.len() == 2 && number(part).is_some_and(|n| n <= most);
    two(hours, 23) && minutes.is_none_or(|minutes| two(minutes, 59))
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looser_than_a_moment() {
        for text in [
            "0",
            "1700000000",
            "2026",
            "01T",
            "-5",
            "2026-11-22",
            "2026-11-22T07:30:00Z",
            "2026-11-22t7:3:0.5+23",
        ] {
            assert!(is_acceptable(text), "{text}");
        }
        for text in [
            "",
            "x",
            "2026-13",
            "2026-11-22T24:00",
            "2026-11-22T07:30:00+1",
            "9223372036854775808",
            "2026-11-22-01",
        ] {
            assert!(!is_acceptable(text), "{text}");
        }
    }
}
