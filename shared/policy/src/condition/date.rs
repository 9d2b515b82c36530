//! Moments: ISO 8601 as the W3C note has it, or seconds since 1970.

/// A moment, in nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant(i128);

const SECOND: i128 = 1_000_000_000;

impl Instant {
    /// Reads `2026`, `2026-11`, `2026-11-22`, `2026-11-22T07:30Z` and finer; digits alone are seconds since
    /// 1970. A time without an offset is UTC.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        epoch(text).or_else(|| calendar(text))
    }
}

/// Seconds since 1970, within 64 bits, maybe with a fraction.
fn epoch(text: &str) -> Option<Instant> {
    let (whole, fraction) =
        text.split_once('.').map_or((text, None), |(whole, part)| (whole, Some(part)));
    let seconds: i64 = (!whole.starts_with('+')).then(|| whole.parse().ok())??;
    let nanos = fraction.map_or(Some(0), nanoseconds)?;
    let nanos = if whole.starts_with('-') { -nanos } else { nanos };
    Some(Instant(i128::from(seconds) * SECOND + nanos))
}

/// The digits after the point, at most nine.
fn nanoseconds(fraction: &str) -> Option<i128> {
    Some(digits(fraction, 1..=9)? * 10_i128.pow(9 - u32::try_from(fraction.len()).ok()?))
}

fn calendar(text: &str) -> Option<Instant> {
    let (date, time) = match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year = digits(parts.next()?, 4..=4)?;
    let month = parts.next().map_or(Some(1), |part| digits(part, 2..=2))?;
    let day = parts.next().map_or(Some(1), |part| digits(part, 2..=2))?;
    if parts.next().is_some()
        || !(1..=12).contains(&month)
        || !(1..=days_in(year, month)).contains(&day)
    {
        return None;
    }
    let midnight = days_since_1970(year, month, day) * 86_400 * SECOND;
    let since = match time {
        None => 0,
        Some(time) => time_of_day(time)?,
    };
    Some(Instant(midnight + since))
}

/// Nanoseconds since midnight UTC.
fn time_of_day(text: &str) -> Option<i128> {
    let (clock, offset) = match text.find(['Z', 'z', '+', '-']) {
        None => (text, 0),
        Some(at) => {
            let (clock, zone) = text.split_at_checked(at)?;
            (clock, offset_seconds(zone)?)
        }
    };
    let (clock, fraction) =
        clock.split_once('.').map_or((clock, None), |(clock, fraction)| (clock, Some(fraction)));
    let mut parts = clock.split(':');
    let hour = digits(parts.next()?, 1..=2)?;
    let minute = digits(parts.next()?, 2..=2)?;
    let second = parts.next().map(|part| digits(part, 2..=2));
    if fraction.is_some() && second.is_none() {
        return None;
    }
    let second = second.unwrap_or(Some(0))?;
    if parts.next().is_some()
        || hour > 24
        || minute > 59
        || second > 60
        || (hour == 24 && minute + second > 0)
    {
        return None;
    }
    let nanos = match fraction {
        None => 0,
        Some(fraction) => nanoseconds(fraction)?,
    };
    Some((hour * 3_600 + minute * 60 + second - offset) * SECOND + nanos)
}

/// `Z`, `+01:30`, `+0130` or `+01`.
fn offset_seconds(zone: &str) -> Option<i128> {
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("Z" | "z", "") => return Some(0),
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some((hours, minutes)) => (hours, Some(minutes)),
        None if rest.len() == 4 => {
            rest.split_at_checked(2).map(|(hours, minutes)| (hours, Some(minutes)))?
        }
        None => (rest, None),
    };
    let hours = digits(hours, 2..=2)?;
    let minutes = minutes.map_or(Some(0), |minutes| digits(minutes, 2..=2))?;
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 3_600 + minutes * 60))
}

fn digits(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<i128> {
    (length.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())?
}

fn is_leap(year: i128) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i128, month: i128) -> i128 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Counts years from March, so that the leap day comes last.
fn days_since_1970(year: i128, month: i128, day: i128) -> i128 {
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let days_before_month = (153 * month + 2) / 5;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + days_before_month + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<i128> {
        Instant::parse(text).map(|instant| instant.0 / SECOND)
    }

    #[test]
    fn both_notations_meet() {
        assert_eq!(seconds("0"), Some(0));
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds("2013-06-30T00:00:00Z"), seconds("1372550400"));
        assert_eq!(seconds("2024-02-29"), seconds("1709164800"));
        assert_eq!(seconds("2000-03-01"), seconds("951868800"));
        assert_eq!(seconds("-1"), seconds("1969-12-31T23:59:59Z"));
        assert_eq!(seconds("2026-11-22T07:30"), seconds("2026-11-22T08:30:00+01:00"));
        assert_eq!(seconds("2026-11-22T07:30Z"), seconds("2026-11-22T02:00:00-0530"));
        assert_eq!(seconds("2026-11-22t7:30:00.593194+00"), seconds("2026-11-22T07:30:00Z"));
        assert_eq!(Instant::parse("0.25"), Instant::parse("1970-01-01T00:00:00.25Z"));
        assert_eq!(Instant::parse("-0.5"), Instant::parse("1969-12-31T23:59:59.5Z"));
    }

    #[test]
    fn fractions_count() {
        assert!(
            Instant::parse("2026-11-22T07:30:00.5Z") > Instant::parse("2026-11-22T07:30:00.499Z")
        );
    }

    #[test]
    fn what_is_no_moment() {
        for text in [
            "",
            "a",
            "2026-13-01",
            "2026-02-29",
            "2026-11-31",
            "26-11-22",
            "2026-11-22T",
            "2026-11-22T7",
            "234-13",
            "2026-11-22T25:00Z",
            "2026-11-22T07:60Z",
            "2026-11-22T07:30:00.1999999999Z",
            "2026-11-22T07:30+1",
            "9223372036854775808",
            "+5",
            "5.",
            "5.x",
            "2026-11-22T07:30.5Z",
        ] {
            assert_eq!(Instant::parse(text), None, "{text}");
        }
    }
}
