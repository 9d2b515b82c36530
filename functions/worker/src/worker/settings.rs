use std::{fmt::Display, num::NonZeroUsize, str::FromStr, time::Duration};

use audit::Limits;
use checks::EvaluateOptions;
use domain::{AccessKeyDays, AuditOverrides, Lang, Service, Severity};
use store::Store;

/// What the environment says.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) table: String,
    pub(super) bucket: String,
    pub(super) queue_url: String,
    /// The queue of the function `keys`.
    pub(super) jobs_url: String,
    pub(super) keep_days: u32,
    pub(super) audit: audit::Settings,
}

/// What is wrong with the environment.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Wrong {
    #[error("the environment variable `{0}` is missing; the template sets it")]
    Missing(&'static str),
    #[error("the environment variable `{0}` is wrong: {1}")]
    Value(&'static str, String),
}

impl Settings {
    /// Reads the variables; an empty one counts as missing.
    pub(super) fn read(var: impl Fn(&str) -> Option<String>) -> Result<Self, Wrong> {
        let var = |name| var(name).filter(|value| !value.is_empty());
        let needed = |name| var(name).ok_or(Wrong::Missing(name));
        let lang = or(var, "INFRAAUDIT_LANG", Lang::default())?;
        let mut overrides = AuditOverrides::default();
        or(var, "INFRAAUDIT_ACCESS_KEY_DAYS", AccessKeyDays::default())?.set(&mut overrides);
        let mut limits = Limits::default();
        if var("INFRAAUDIT_IAM_REQUESTS").is_some() {
            let requests = or(var, "INFRAAUDIT_IAM_REQUESTS", NonZeroUsize::MIN)?;
            limits = limits.with(Service::Iam, requests.get());
        }
        let defaults = audit::Settings::default();
        let seconds = |name, default: Duration| {
            or(var, name, default.as_secs().max(1)).map(Duration::from_secs)
        };
        let lease = seconds("INFRAAUDIT_LEASE_SECONDS", defaults.lease)?;
        let patience = seconds("INFRAAUDIT_PATIENCE_SECONDS", defaults.patience)?;
        let alert_severity = or(var, "INFRAAUDIT_ALERT_SEVERITY", Severity::High)?;
        Ok(Self {
            table: needed("INFRAAUDIT_TABLE")?,
            bucket: needed("INFRAAUDIT_BUCKET")?,
            queue_url: needed("INFRAAUDIT_QUEUE_URL")?,
            jobs_url: needed("INFRAAUDIT_JOBS_QUEUE_URL")?,
            keep_days: or(var, "INFRAAUDIT_KEEP_DAYS", Store::KEEP_DAYS)?,
            audit: audit::Settings {
                evaluate: EvaluateOptions::default().with(&overrides),
                lang,
                alert_severity,
                limits,
                lease,
                patience,
                attempts: or(var, "INFRAAUDIT_ATTEMPTS", defaults.attempts)?,
                ..defaults
            },
        })
    }
}

/// The value of a variable, or what holds where it is missing.
fn or<T: FromStr<Err: Display>>(
    var: impl Fn(&'static str) -> Option<String>,
    name: &'static str,
    default: T,
) -> Result<T, Wrong> {
    match var(name) {
        Some(value) => value.parse().map_err(|error: T::Err| Wrong::Value(name, error.to_string())),
        None => Ok(default),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEEDED: [(&str, &str); 4] = [
        ("INFRAAUDIT_TABLE", "table"),
        ("INFRAAUDIT_BUCKET", "bucket"),
        ("INFRAAUDIT_QUEUE_URL", "https://sqs.example/queue"),
        ("INFRAAUDIT_JOBS_QUEUE_URL", "https://sqs.example/jobs"),
    ];

    fn read(given: &[(&str, &str)]) -> Result<Settings, Wrong> {
        Settings::read(|name| {
            let found = given.iter().find(|(given, _)| *given == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn what_is_needed_is_asked_for_by_name() {
        for (name, _) in NEEDED {
            let given: Vec<_> = NEEDED.into_iter().filter(|(given, _)| *given != name).collect();
            assert_eq!(read(&given).unwrap_err(), Wrong::Missing(name));
            let empty = [&given[..], &[(name, "")]].concat();
            assert_eq!(read(&empty).unwrap_err(), Wrong::Missing(name));
        }
    }

    #[test]
    fn the_rest_has_defaults() {
        let settings = read(&NEEDED).unwrap();
        assert_eq!(settings.table, "table");
        assert_eq!(settings.keep_days, 400);
        assert_eq!(settings.audit.alert_severity, Severity::High);
        assert_eq!(settings.audit.lang, Lang::En);
    }

    #[test]
    fn what_is_given_holds_and_what_is_wrong_is_told() {
        let given = [
            &NEEDED[..],
            &[
                ("INFRAAUDIT_LANG", "ko"),
                ("INFRAAUDIT_ALERT_SEVERITY", "critical"),
                ("INFRAAUDIT_KEEP_DAYS", "30"),
                ("INFRAAUDIT_ACCESS_KEY_DAYS", "45"),
                ("INFRAAUDIT_IAM_REQUESTS", "2"),
            ],
        ]
        .concat();
        let settings = read(&given).unwrap();
        assert_eq!(settings.audit.evaluate.settings.thresholds.access_key_days, 45);
        assert_eq!(settings.audit.limits, Limits::default().with(Service::Iam, 2));
        assert_eq!(settings.keep_days, 30);
        assert_eq!(settings.audit.alert_severity, Severity::Critical);
        assert_eq!(settings.audit.lang, Lang::Ko);

        let wrong = [&NEEDED[..], &[("INFRAAUDIT_LANG", "fr")]].concat();
        let error = read(&wrong).unwrap_err().to_string();
        assert_eq!(
            error,
            "the environment variable `INFRAAUDIT_LANG` is wrong: language `fr` is not valid: it takes en or ko"
        );
    }
}
