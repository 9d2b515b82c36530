use std::fmt;

use croner::{Cron, parser::CronParser};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

use crate::Invalid;

/// When an account is audited: a cron expression of `EventBridge` Scheduler, and its time zone.
///
/// Source: *Schedule types in `EventBridge` Scheduler*, "Cron-based schedules": six fields, minutes,
/// hours, day of month, month, day of week (1 is Sunday) and year, one of the two days being `?`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Schedule {
    written: Written,
    cron: Cron,
    zone: TimeZone,
}

/// A schedule as it is written down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    cron: String,
    #[serde(default = "utc")]
    time_zone: String,
}

fn utc() -> String {
    "UTC".into()
}

impl Schedule {
    /// What a cron expression must look like, for messages and documentation.
    pub const CRON: &'static str =
        "six fields like `0 2 * * ? *`: minutes, hours, day of month, month, day of week, year";
    /// What a time zone must look like, for messages and documentation.
    pub const ZONE: &'static str = "a name of the time zone database like `Asia/Seoul`";

    /// The schedule of an expression, with or without `cron(…)` around it, in a time zone.
    ///
    /// # Errors
    ///
    /// One of the two is not understood.
    pub fn new(cron: &str, time_zone: &str) -> Result<Self, Invalid> {
        let wrong = || Invalid::new("cron expression", cron, Self::CRON);
        let inner = cron.trim();
        let inner = inner.strip_prefix("cron(").and_then(|c| c.strip_suffix(')')).unwrap_or(inner);
        let fields: Vec<_> = inner.split_whitespace().collect();
        let [minutes, hours, month_day, month, week_day, year] = fields.as_slice() else {
            return Err(wrong());
        };
        // Exactly one of the two days says nothing, or both would have to hold.
        if (*month_day == "?") == (*week_day == "?") {
            return Err(wrong());
        }
        let day = |text: &str| if text == "?" { "*".to_owned() } else { text.to_owned() };
        let pattern =
            format!("0 {minutes} {hours} {} {month} {} {year}", day(month_day), day(week_day));
        let parsed = CronParser::builder()
            .seconds(croner::parser::Seconds::Required)
            .year(croner::parser::Year::Required)
            .alternative_weekdays(true)
            // `0/15` is every quarter from the full hour on.
            .sloppy_ranges(true)
            .build()
            .parse(&pattern)
            .map_err(|_| wrong())?;
        let zone = TimeZone::get(time_zone)
            .map_err(|_| Invalid::new("time zone", time_zone, Self::ZONE))?;
        let written = Written { cron: inner.to_owned(), time_zone: time_zone.to_owned() };
        Ok(Self { written, cron: parsed, zone })
    }

    /// The cron expression, without `cron(…)`.
    #[must_use]
    pub fn cron(&self) -> &str {
        &self.written.cron
    }

    /// The name of the time zone.
    #[must_use]
    pub fn time_zone(&self) -> &str {
        &self.written.time_zone
    }

    /// The next time after `after`; nothing where there is none.
    #[must_use]
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let from = after.to_zoned(self.zone.clone());
        self.cron.find_next_occurrence(&from, false).ok().map(|next| next.timestamp())
    }

    /// Accepts a schedule that comes again: a day that no month has (30 February) and a year that is over never do.
    ///
    /// # Errors
    ///
    /// It names the expression.
    pub fn coming(self, now: Timestamp) -> Result<Self, Invalid> {
        let comes = self.next(now).is_some();
        let wrong = || {
            let accepted =
                format!("days and years that come again after `{now}`, in {}", Self::CRON);
            Invalid::new("cron expression", self.cron(), accepted)
        };
        if comes { Ok(self) } else { Err(wrong()) }
    }

    /// Accepts a schedule that comes once an hour or less often: one whose minutes are one minute.
    ///
    /// # Errors
    ///
    /// It names the expression.
    pub fn hourly_at_most(self) -> Result<Self, Invalid> {
        let minutes = self.cron().split_whitespace().next().unwrap_or_default();
        // Two minutes of the expression come in the same hour, whatever its other fields say.
        let each_hour = Self::new(&format!("{minutes} * * * ? *"), "UTC")?;
        let first = each_hour.next(Timestamp::UNIX_EPOCH);
        let next = first.and_then(|first| each_hour.next(first));
        let hourly = first.zip(next).is_some_and(|(first, next)| {
            next.duration_since(first) >= SignedDuration::from_hours(1)
        });
        if hourly {
            Ok(self)
        } else {
            let accepted =
                "a time that comes once an hour or less often: one minute in its first field";
            Err(Invalid::new("cron expression", self.cron(), accepted))
        }
    }

    /// The last time at or before `now` and after `since`; nothing where there was none.
    #[must_use]
    pub fn due(&self, since: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let from = now.to_zoned(self.zone.clone());
        let last = self.cron.find_previous_occurrence(&from, true).ok()?.timestamp();
        (last > since && last <= now).then_some(last)
    }
}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schedule({} {})", self.cron(), self.time_zone())
    }
}

impl TryFrom<Written> for Schedule {
    type Error = Invalid;

    fn try_from(written: Written) -> Result<Self, Invalid> {
        Self::new(&written.cron, &written.time_zone)
    }
}

impl From<Schedule> for Written {
    fn from(schedule: Schedule) -> Self {
        schedule.written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_schedule_is_due_in_its_time_zone() {
        let nightly = Schedule::new("cron(0 2 * * ? *)", "Asia/Seoul").unwrap();
        assert_eq!(nightly.next(at("2026-11-24T00:00:00Z")), Some(at("2026-11-24T17:00:00Z")));
        assert_eq!(nightly.next(at("2026-11-24T17:00:00Z")), Some(at("2026-11-25T17:00:00Z")));
        let due = |since, now| nightly.due(at(since), at(now));
        assert_eq!(due("2026-11-23T18:00:00Z", "2026-11-24T16:59:59Z"), None);
        let last = Some(at("2026-11-24T17:00:00Z"));
        assert_eq!(due("2026-11-23T18:00:00Z", "2026-11-24T17:00:00Z"), last);
        assert_eq!(due("2026-11-23T18:00:00Z", "2026-11-24T17:04:00Z"), last);
        assert_eq!(due("2026-11-24T17:00:00Z", "2026-11-24T17:04:00Z"), None);
    }

    #[test]
    fn the_first_day_of_a_week_is_sunday() {
        let sundays = Schedule::new("30 9 ? * 1 *", "UTC").unwrap();
        // 2026-11-29 is a Sunday.
        assert_eq!(sundays.next(at("2026-11-24T00:00:00Z")), Some(at("2026-11-29T09:30:00Z")));
        let named = Schedule::new("30 9 ? * SUN *", "UTC").unwrap();
        assert_eq!(named.next(at("2026-11-24T00:00:00Z")), Some(at("2026-11-29T09:30:00Z")));
        let last = Schedule::new("0 0 L * ? *", "UTC").unwrap();
        assert_eq!(last.next(at("2026-11-24T00:00:00Z")), Some(at("2026-11-30T00:00:00Z")));
    }

    #[test]
    fn what_never_comes_is_refused() {
        let now = at("2026-11-24T00:00:00Z");
        for never in ["0 2 30 2 ? *", "0 2 31 4,6,9,11 ? *", "0 2 * * ? 2025", "0 2 29 2 ? 2027"] {
            let schedule = Schedule::new(never, "UTC").unwrap();
            let told = schedule.coming(now).unwrap_err().to_string();
            assert!(told.contains(never), "{told}");
        }
        for comes in ["0 2 29 2 ? *", "0 2 31 * ? *", "0 2 * * ? 2026-2030"] {
            assert!(Schedule::new(comes, "UTC").unwrap().coming(now).is_ok(), "{comes}");
        }
    }

    #[test]
    fn what_comes_more_than_once_an_hour_is_told_apart() {
        for often in [
            "* * * * ? *",
            "*/15 * * * ? *",
            "0/59 * * * ? *",
            "0,59 2 * * ? *",
            "0-1 2 1 1 ? *",
            "0,30 2 ? * SUN *",
            "58/1 2 * * ? *",
        ] {
            let schedule = Schedule::new(often, "UTC").unwrap();
            let told = schedule.hourly_at_most().unwrap_err().to_string();
            assert!(told.contains(often) && told.contains("once an hour"), "{told}");
        }
        for seldom in [
            "0 * * * ? *",
            "59 * * * ? *",
            "7,7 2 * * ? *",
            "30/30 0-6,20 * * ? *",
            "5-5 2 L * ? *",
        ] {
            assert!(
                Schedule::new(seldom, "Asia/Seoul").unwrap().hourly_at_most().is_ok(),
                "{seldom}"
            );
        }
    }

    #[test]
    fn steps_may_begin_anywhere() {
        let quarters = Schedule::new("0/15 0-6,20 * * ? 2026/2", "UTC").unwrap();
        assert_eq!(quarters.next(at("2026-11-24T06:40:00Z")), Some(at("2026-11-24T06:45:00Z")));
        assert_eq!(quarters.next(at("2026-11-24T06:45:00Z")), Some(at("2026-11-24T20:00:00Z")));
    }

    #[test]
    fn what_aws_refuses_is_refused() {
        for wrong in ["", "0 2 * * *", "0 2 * * * *", "0 2 ? * ? *", "61 2 * * ? *", "rate(1 day)"]
        {
            assert!(Schedule::new(wrong, "UTC").is_err(), "{wrong}");
        }
        assert!(Schedule::new("0 2 * * ? *", "Mars/Olympus").is_err());
    }
}
