use std::{num::NonZeroUsize, time::Duration};

use audit::Limits;
use checks::EvaluateOptions;
use domain::{AccessKeyDays, AuditOverrides, Lang, Service, Severity};
use environment::{Environment, EnvironmentError};
use store::Store;

/// What the environment says.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) table: String,
    pub(super) bucket: String,
    pub(super) queue_url: String,
    /// The queue of the function `access_keys`.
    pub(super) jobs_url: String,
    pub(super) keep_days: u32,
    pub(super) audit: audit::Settings,
}

impl Settings {
    pub(super) fn read(environment: &Environment<'_>) -> Result<Self, EnvironmentError> {
        let mut overrides = AuditOverrides::default();
        environment
            .parsed_or("INFRAAUDIT_ACCESS_KEY_DAYS", AccessKeyDays::default())?
            .set(&mut overrides);
        let mut limits = Limits::default();
        if let Some(requests) = environment.parsed::<NonZeroUsize>("INFRAAUDIT_IAM_REQUESTS")? {
            limits = limits.with(Service::Iam, requests.get());
        }
        let defaults = audit::Settings::default();
        let seconds = |name, default: Duration| {
            let default = default.as_secs().max(1);
            environment.number_or(name, "a number of seconds", default).map(Duration::from_secs)
        };
        Ok(Self {
            table: environment.required("INFRAAUDIT_TABLE")?,
            bucket: environment.required("INFRAAUDIT_BUCKET")?,
            queue_url: environment.required("INFRAAUDIT_QUEUE_URL")?,
            jobs_url: environment.required("INFRAAUDIT_JOBS_QUEUE_URL")?,
            keep_days: environment.number_or(
                "INFRAAUDIT_KEEP_DAYS",
                "a number of days",
                Store::KEEP_DAYS,
            )?,
            audit: audit::Settings {
                evaluate: EvaluateOptions::default().with(&overrides),
                lang: environment.parsed_or("INFRAAUDIT_LANG", Lang::default())?,
                alert_severity: environment
                    .parsed_or("INFRAAUDIT_ALERT_SEVERITY", Severity::High)?,
                limits,
                lease: seconds("INFRAAUDIT_LEASE_SECONDS", defaults.lease)?,
                patience: seconds("INFRAAUDIT_PATIENCE_SECONDS", defaults.patience)?,
                attempts: environment.parsed_or("INFRAAUDIT_ATTEMPTS", defaults.attempts)?,
                audits_per_day: environment.number_or(
                    "INFRAAUDIT_AUDITS_PER_DAY",
                    "a number of audits",
                    defaults.audits_per_day,
                )?,
                ..defaults
            },
        })
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

    fn read(given: &[(&str, &str)]) -> Result<Settings, EnvironmentError> {
        Settings::read(&Environment::of(given))
    }

    #[test]
    fn what_is_needed_is_asked_for_by_name() {
        for (name, _) in NEEDED {
            let given: Vec<_> = NEEDED.into_iter().filter(|(given, _)| *given != name).collect();
            assert_eq!(read(&given).unwrap_err(), EnvironmentError::Missing(name));
            let empty = [&given[..], &[(name, "")]].concat();
            assert_eq!(read(&empty).unwrap_err(), EnvironmentError::Missing(name));
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
