//! Suppressions of one machine: `infraaudit.toml` beside which a scan is begun, or another file.

use std::{
    fmt::Display,
    path::{Path, PathBuf},
};

use checks::find;
use domain::{Finding, Suppression, Tag};
use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use serde::Deserialize;

use crate::config_file;

/// The keys of a suppression.
const KEYS: [&str; 6] = ["account_id", "check", "resource", "tag", "reason", "expires"];

/// One `[[suppressions]]`.
#[derive(Deserialize)]
struct Written {
    account_id: Option<domain::AccountId>,
    check: Option<String>,
    resource: Option<String>,
    tag: Option<Tag>,
    reason: String,
    expires: Day,
}

/// A day, as TOML's own date or as a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Day {
    Date(toml::value::Datetime),
    Text(String),
}

impl Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Date(date) => date.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

/// The suppressions of a file, in its order.
#[derive(Debug, Default)]
pub(super) struct Suppressions {
    pub(super) all: Vec<Suppression>,
    path: PathBuf,
}

impl Suppressions {
    /// Those of a file's tables.
    pub(super) fn of(path: &Path, file: &mut toml::Table) -> Result<Self, String> {
        let shown = path.display();
        let written = match file.remove("suppressions") {
            None => Vec::new(),
            Some(toml::Value::Array(written)) => written,
            Some(_) => {
                return Err(format!("`suppressions` in `{shown}` has to be `[[suppressions]]`"));
            }
        };
        let read = written.into_iter().enumerate().map(|(number, written)| {
            suppression(written)
                .map_err(|error| format!("suppression {} in `{shown}` {error}", number + 1))
        });
        Ok(Self { all: read.collect::<Result<_, _>>()?, path: path.to_owned() })
    }

    /// What is to be said of those that keep nothing quiet: each is one sentence.
    pub(super) fn idle<'a>(
        &self,
        findings: &(impl Iterator<Item = &'a Finding> + Clone),
        tags_are_read: bool,
        now: Timestamp,
    ) -> Vec<String> {
        let shown = self.path.display();
        let numbered = self.all.iter().enumerate();
        numbered
            .filter_map(|(number, one)| {
                let name = format!("suppression {} in `{shown}`", number + 1);
                let day = (one.expires_at - Span::new().seconds(1)).strftime("%Y-%m-%d");
                if one.expires_at <= now {
                    return Some(format!("{name} expired on {day} and covers nothing; take it out"));
                }
                let compiled = one.compiled();
                if findings.clone().any(|finding| compiled.covers(finding, now)) {
                    return None;
                }
                Some(if one.tag.is_some() && !tags_are_read {
                    format!(
                        "{name} covers nothing: it goes by a tag, and of users, buckets, keys and trails tags are \
                         read with `--tags` only"
                    )
                } else {
                    format!("{name} covers no finding of this scan")
                })
            })
            .collect()
    }
}

fn suppression(written: toml::Value) -> Result<Suppression, String> {
    let table = written.as_table().ok_or("is no table; write `[[suppressions]]`")?;
    if let Some(strange) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
        let hint = config_file::hint(strange, &KEYS);
        return Err(format!("has `{strange}`, which is not known{hint}"));
    }
    let written: Written = written
        .try_into()
        .map_err(|error: toml::de::Error| format!("cannot be read: {}", error.message()))?;
    let Written { account_id, check, resource, tag, reason, expires } = written;
    if check.is_none() && resource.is_none() && tag.is_none() {
        return Err("would cover every finding; name a `check`, a `resource` or a `tag`".into());
    }
    if let Some(unknown) = check.as_ref().filter(|check| find(check).is_none()) {
        let hint = checks::nearest(unknown).map(|near| format!("; did you mean `{near}`"));
        let hint = hint.unwrap_or_default();
        return Err(format!("names the check `{unknown}`, which there is not{hint}"));
    }
    if let Some(pattern) = &resource {
        Suppression::check_resource(pattern)
            .map_err(|error| format!("would never hold: {error}"))?;
    }
    if reason.trim().is_empty() {
        return Err("has an empty `reason`; say why".into());
    }
    let expires = expires.to_string();
    // A day ends with the day.
    let day = expires.parse::<Date>().ok().and_then(|day| day.tomorrow().ok());
    let day = day.and_then(|day| day.to_zoned(TimeZone::UTC).ok()).map(|day| day.timestamp());
    let expires_at = expires.parse::<Timestamp>().ok().or(day);
    let expires_at = expires_at
        .ok_or_else(|| format!("has `expires = {expires}`; write a day like `2027-03-31`"))?;
    Ok(Suppression { id: None, account_id, check, resource, tag, reason, expires_at })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(text: &str) -> Result<Suppressions, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let (path, mut table) = config_file::of_scan(Some(file.path()))?;
        Suppressions::of(&path, &mut table)
    }

    #[test]
    fn a_suppression_has_a_reason_and_a_last_day() {
        for day in ["'2027-03-31'", "2027-03-31", "'2027-04-01T00:00:00Z'", "2027-04-01T00:00:00Z"]
        {
            let text = format!(
                "[serve]\nlisten = '127.0.0.1:1'\n[[suppressions]]\ncheck = 's3_encryption'\n\
                 resource = 'arn:aws:s3:::logs-*'\nreason = 'moved in March'\nexpires = {day}\n"
            );
            let one = loaded(&text).unwrap().all.remove(0);
            assert_eq!(one.expires_at.to_string(), "2027-04-01T00:00:00Z", "{day}");
            assert_eq!(one.check.as_deref(), Some("s3_encryption"));
        }
    }

    #[test]
    fn what_is_wrong_is_told_in_a_sentence() {
        let with = |lines: &str| loaded(&format!("[[suppressions]]\n{lines}\n")).unwrap_err();
        for (lines, sign) in [
            ("reason = 'x'\nexpires = '2027-01-01'", "cover every finding"),
            (
                "check = 's3_encrypton'\nreason = 'x'\nexpires = '2027-01-01'",
                "did you mean `s3_encryption`",
            ),
            ("check = 's3_encryption'\nreason = ' '\nexpires = '2027-01-01'", "empty `reason`"),
            ("check = 's3_encryption'\nreason = 'x'\nexpires = 'soon'", "`2027-03-31`"),
            ("check = 's3_encryption'\nexpires = '2027-01-01'", "reason"),
            (
                "chek = 's3_encryption'\nreason = 'x'\nexpires = '2027-01-01'",
                "did you mean `check`",
            ),
            ("resource = 'my-bucket'\nreason = 'x'\nexpires = 2027-01-01", "would never hold"),
        ] {
            let wrong = with(lines);
            assert!(wrong.contains(sign) && !wrong.contains('\n'), "{wrong}");
        }
        assert!(loaded("[[suppression]]\n").unwrap_err().contains("did you mean `suppressions`"));
        assert!(
            config_file::of_scan(Some(Path::new("/nowhere/x.toml")))
                .unwrap_err()
                .contains("/nowhere/x.toml")
        );
    }

    #[test]
    fn what_keeps_nothing_quiet_is_told() {
        let one = |lines: &str| format!("[[suppressions]]\nreason = 'x'\n{lines}\n");
        let text = [
            one("check = 's3_encryption'\nexpires = 2020-01-01"),
            one("resource = 'arn:aws:s3:::gone'\nexpires = 2100-01-01"),
            one("tag = { key = 'team', value = 'shop' }\nexpires = 2100-01-01"),
        ]
        .concat();
        let told = loaded(&text).unwrap().idle(
            &std::iter::empty(),
            false,
            "2026-12-01T00:00:00Z".parse().unwrap(),
        );
        let signs = ["suppression 1 in", "covers no finding", "`--tags`"];
        assert!(told.iter().zip(signs).all(|(told, sign)| told.contains(sign)), "{told:?}");
        assert!(told[0].contains("expired on 2020-01-01"), "{}", told[0]);
    }
}
