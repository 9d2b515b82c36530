use std::{
    io::{self, Write},
    iter,
};

use domain::keys::{Ask, LastUsed, OldAccessKey, OldAccessKeys, Status};
use jiff::{Timestamp, Unit};

use crate::{Style, comma::plain, table};

const HOURS_A_DAY: i64 = 24;

const HEADER: [&str; 10] = [
    "user_name",
    "access_key_id",
    "slot",
    "created_date",
    "age_hours",
    "status",
    "last_used_date",
    "last_used_region",
    "last_used_service",
    "no_id_because",
];

/// Old access keys, as people read them.
#[derive(Clone, Copy, Debug)]
pub struct KeysPage {
    /// How it looks.
    pub style: Style,
    /// What was asked.
    pub ask: Ask,
}

impl KeysPage {
    /// Writes how many keys are old, then each, the oldest first.
    ///
    /// # Errors
    ///
    /// When the writer fails.
    pub fn write(self, answer: &OldAccessKeys, mut out: impl Write) -> io::Result<()> {
        writeln!(out, "{}", self.head(answer))?;
        if let (Some(generated), Some(stale)) = (answer.generated_time, answer.stale_seconds) {
            let minutes = stale / 60;
            writeln!(out, "From the credential report of {generated}, {minutes} minutes old.")?;
        }
        if answer.old_access_keys.is_empty() {
            return Ok(());
        }
        let keys = &answer.old_access_keys;
        let table = if self.ask.include.last_used {
            let header = ["AGE", "USER", "KEY", "STATUS", "CREATED", "LAST USED"];
            let rows = keys.iter().map(|key| {
                let [age, user, id, status, created] = cells(key);
                [age, user, id, status, created, used(key.last_used.as_ref())]
            });
            table(self.style, header, rows)
        } else {
            let header = ["AGE", "USER", "KEY", "STATUS", "CREATED"];
            table(self.style, header, keys.iter().map(cells))
        };
        writeln!(out, "\n{table}")
    }

    fn head(self, answer: &OldAccessKeys) -> String {
        let keys = match self.ask.status {
            Status::Active => "active access key",
            Status::All => "access key",
        };
        let hours = self.ask.hours;
        match answer.old_access_keys.as_slice() {
            [] => format!("No {keys} is older than {hours} hours."),
            [oldest] => {
                format!("1 {keys} is older than {hours} hours: {}.", age(oldest.age_hours))
            }
            [oldest, ..] => {
                let count = answer.old_access_keys.len();
                let age = age(oldest.age_hours);
                format!("{count} {keys}s are older than {hours} hours; the oldest is {age} old.")
            }
        }
    }
}

fn cells(key: &OldAccessKey) -> [String; 5] {
    let id = match (&key.access_key_id, key.slot) {
        (Some(id), _) => id.clone(),
        (None, Some(slot)) => {
            let why = key.no_id_because.as_ref().map(|why| format!(": {why}"));
            format!("key {slot}{}", why.unwrap_or_default())
        }
        (None, None) => String::new(),
    };
    let status = key.status.name().to_owned();
    [age(key.age_hours), key.user_name.clone(), id, status, day(key.created_date)]
}

fn age(hours: i64) -> String {
    let days = hours / HOURS_A_DAY;
    if days < 2 { format!("{hours} hours") } else { format!("{days} days") }
}

fn day(time: Timestamp) -> String {
    time.round(Unit::Second).unwrap_or(time).to_string()
}

fn used(used: Option<&LastUsed>) -> String {
    let Some(LastUsed { date, region, service }) = used else { return String::new() };
    let Some(date) = date else { return "never".into() };
    let where_and_what = service.iter().chain(region).map(|word| format!(" {word}"));
    iter::once(day(*date)).chain(where_and_what).collect()
}

/// Writes old access keys as CSV with a header, the oldest first.
///
/// A cell that a spreadsheet would take for a formula begins with an apostrophe.
///
/// # Errors
///
/// When the writer fails.
pub fn keys_csv(answer: &OldAccessKeys, out: impl Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(HEADER)?;
    for key in &answer.old_access_keys {
        let used = key.last_used.clone().unwrap_or_default();
        let text = |cell: Option<String>| cell.unwrap_or_default();
        let record = [
            key.user_name.clone(),
            text(key.access_key_id.clone()),
            text(key.slot.map(|slot| slot.to_string())),
            key.created_date.to_string(),
            key.age_hours.to_string(),
            key.status.name().into(),
            text(used.date.map(|date| date.to_string())),
            text(used.region),
            text(used.service),
            text(key.no_id_because.clone()),
        ];
        csv.write_record(record.iter().map(|cell| plain(cell).into_owned()))?;
    }
    csv.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::keys::KeyStatus;

    fn answer() -> OldAccessKeys {
        let key = |user: &str, hours: i64| OldAccessKey {
            user_name: user.into(),
            access_key_id: None,
            created_date: Timestamp::from_second(1_600_000_000 - hours * 3600).unwrap(),
            age_hours: hours,
            status: KeyStatus::Active,
            slot: Some(2),
            no_id_because: None,
            last_used: Some(LastUsed::default()),
        };
        let time = Timestamp::from_second(1_600_000_000).unwrap();
        OldAccessKeys::report(vec![key("kim", 30), key("=cmd", 2400)], time, time)
    }

    #[test]
    fn the_oldest_key_leads() {
        let mut ask = Ask::new("24".parse().unwrap());
        ask.include.last_used = true;
        let page = KeysPage { style: Style { width: 160, color: false }, ask };
        let mut out = Vec::new();
        page.write(&answer(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert!(lines[0].ends_with("older than 24 hours; the oldest is 100 days old."), "{text}");
        assert!(lines[1].ends_with("0 minutes old."), "{text}");
        assert!(lines[4].contains("100 days") && lines[4].contains("never"), "{text}");
        assert!(lines[5].contains("30 hours") && lines[5].contains("key 2"), "{text}");
    }

    #[test]
    fn a_user_name_is_no_formula() {
        let mut out = Vec::new();
        keys_csv(&answer(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("\n'=cmd,,2,"), "{text}");
    }
}
