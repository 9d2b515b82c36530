//! Suppressions of one machine: `infraaudit.toml` beside which a scan is begun, or another file.

use std::{fs, io::ErrorKind, path::Path};

use checks::find;
use domain::{Suppression, Tag};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Deserialize;

/// The file that is read where none is named.
const FILE: &str = "infraaudit.toml";

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    suppressions: Vec<Written>,
}

/// One `[[suppressions]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    account_id: Option<domain::AccountId>,
    check: Option<String>,
    resource: Option<String>,
    tag: Option<Tag>,
    reason: String,
    expires: String,
}

/// The suppressions of the file at `path`, or of `infraaudit.toml` where there is one.
pub(super) fn load(path: Option<&Path>) -> Result<Vec<Suppression>, String> {
    let named = path.unwrap_or(Path::new(FILE));
    let shown = named.display();
    let text = match fs::read_to_string(named) {
        Err(error) if error.kind() == ErrorKind::NotFound && path.is_none() => {
            return Ok(Vec::new());
        }
        text => text.map_err(|error| format!("could not read `{shown}`: {error}"))?,
    };
    // The file holds the settings of `serve` too.
    let file: File = toml::from_str(&text)
        .map_err(|error| format!("`{shown}` cannot be read: {}", error.message()))?;
    let read = file.suppressions.into_iter().enumerate();
    let read = read.map(|(number, written)| {
        suppression(written)
            .map_err(|error| format!("suppression {} in `{shown}` {error}", number + 1))
    });
    read.collect()
}

fn suppression(written: Written) -> Result<Suppression, String> {
    let Written { account_id, check, resource, tag, reason, expires } = written;
    if check.is_none() && resource.is_none() && tag.is_none() {
        return Err("would cover every finding; name a `check`, a `resource` or a `tag`".into());
    }
    if let Some(unknown) = check.as_ref().filter(|check| find(check).is_none()) {
        let hint = checks::nearest(unknown).map(|near| format!("; did you mean `{near}`"));
        let hint = hint.unwrap_or_default();
        return Err(format!("names the check `{unknown}`, which there is not{hint}"));
    }
    if reason.trim().is_empty() {
        return Err("has an empty `reason`; say why".into());
    }
    // A day ends with the day.
    let day = expires.parse::<Date>().ok().and_then(|day| day.tomorrow().ok());
    let day = day.and_then(|day| day.to_zoned(TimeZone::UTC).ok()).map(|day| day.timestamp());
    let expires_at =
        expires.parse::<Timestamp>().ok().or(day).ok_or_else(|| {
            format!("has `expires = \"{expires}\"`; write a day like `2027-03-31`")
        })?;
    Ok(Suppression { id: None, account_id, check, resource, tag, reason, expires_at })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(text: &str) -> Result<Vec<Suppression>, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        load(Some(file.path()))
    }

    #[test]
    fn a_suppression_has_a_reason_and_a_last_day() {
        let text = "[serve]\nlisten = '127.0.0.1:1'\n[[suppressions]]\ncheck = 's3_encryption'\n\
                    resource = 'arn:aws:s3:::logs-*'\nreason = 'moved in March'\nexpires = '2027-03-31'\n";
        let one = loaded(text).unwrap().remove(0);
        assert_eq!(one.expires_at.to_string(), "2027-04-01T00:00:00Z");
        assert_eq!(one.check.as_deref(), Some("s3_encryption"));
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
            ("chek = 's3_encryption'\nreason = 'x'\nexpires = '2027-01-01'", "chek"),
        ] {
            let wrong = with(lines);
            assert!(wrong.contains(sign) && !wrong.contains('\n'), "{wrong}");
        }
        assert!(load(Some(Path::new("/nowhere/x.toml"))).unwrap_err().contains("/nowhere/x.toml"));
    }
}
