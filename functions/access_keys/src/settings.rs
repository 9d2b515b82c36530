use std::{
    fmt::Display,
    num::{NonZeroU32, NonZeroUsize},
    str::FromStr,
    time::Duration,
};

use access_keys::Limits;
use audit::Jobs;
use domain::{RoleArn, Service, Tenant};

/// What the environment says.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) table: String,
    pub(crate) bucket: String,
    /// The claim of a caller's token that names the tenant.
    pub(crate) tenant_claim: String,
    /// The worker's role, which customers trust.
    pub(crate) worker: RoleArn,
    /// The tenant that may ask for the account in which the function runs.
    pub(crate) operator: Tenant,
    /// How many requests to IAM may be under way.
    pub(crate) limits: Limits,
    /// How long a silent worker of a job is taken to be alive.
    pub(crate) lease: Duration,
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
    pub(crate) fn read(var: impl Fn(&str) -> Option<String>) -> Result<Self, Wrong> {
        let var = |name| var(name).filter(|value| !value.is_empty());
        let needed = |name| var(name).ok_or(Wrong::Missing(name));
        let mut limits = Limits::default();
        if let Some(given) = var("INFRAAUDIT_IAM_REQUESTS") {
            let requests: NonZeroUsize = parsed("INFRAAUDIT_IAM_REQUESTS", &given)?;
            limits = limits.with(Service::Iam, requests.get());
        }
        let lease = match var("INFRAAUDIT_LEASE_SECONDS") {
            None => Jobs::LEASE,
            Some(given) => {
                let seconds: NonZeroU32 = parsed("INFRAAUDIT_LEASE_SECONDS", &given)?;
                Duration::from_secs(seconds.get().into())
            }
        };
        let operator = needed("INFRAAUDIT_OPERATOR_TENANT")?;
        Ok(Self {
            table: needed("INFRAAUDIT_TABLE")?,
            bucket: needed("INFRAAUDIT_BUCKET")?,
            tenant_claim: var("INFRAAUDIT_TENANT_CLAIM").unwrap_or_else(|| "sub".into()),
            worker: parsed("INFRAAUDIT_WORKER_ROLE_ARN", &needed("INFRAAUDIT_WORKER_ROLE_ARN")?)?,
            operator: Tenant::try_from(operator)
                .map_err(|error| Wrong::Value("INFRAAUDIT_OPERATOR_TENANT", error.to_string()))?,
            limits,
            lease,
        })
    }
}

fn parsed<T: FromStr<Err: Display>>(name: &'static str, value: &str) -> Result<T, Wrong> {
    value.parse().map_err(|error: T::Err| Wrong::Value(name, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEEDED: [(&str, &str); 4] = [
        ("INFRAAUDIT_OPERATOR_TENANT", "999988887777"),
        ("INFRAAUDIT_TABLE", "table"),
        ("INFRAAUDIT_BUCKET", "bucket"),
        ("INFRAAUDIT_WORKER_ROLE_ARN", "arn:aws:iam::999988887777:role/InfraAuditWorker"),
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
    fn what_is_given_holds_and_what_is_wrong_is_told() {
        let settings = read(&NEEDED).unwrap();
        assert_eq!((settings.tenant_claim.as_str(), settings.limits), ("sub", Limits::default()));
        assert_eq!((settings.operator.as_str(), settings.lease), ("999988887777", Jobs::LEASE));
        let more = [("INFRAAUDIT_TENANT_CLAIM", "org"), ("INFRAAUDIT_IAM_REQUESTS", "2")];
        let settings = read(&[&NEEDED[..], &more].concat()).unwrap();
        let two = Limits::default().with(Service::Iam, 2);
        assert_eq!((settings.tenant_claim.as_str(), settings.limits), ("org", two));
        for (name, value) in [
            ("INFRAAUDIT_IAM_REQUESTS", "0"),
            ("INFRAAUDIT_LEASE_SECONDS", "a minute"),
            ("INFRAAUDIT_WORKER_ROLE_ARN", "role"),
            ("INFRAAUDIT_OPERATOR_TENANT", "two#parts"),
        ] {
            let given: Vec<_> = NEEDED.into_iter().filter(|(given, _)| *given != name).collect();
            let wrong = read(&[&given[..], &[(name, value)]].concat()).unwrap_err().to_string();
            assert!(wrong.contains(&format!("`{name}` is wrong")), "{wrong}");
        }
    }
}
