use std::{
    num::{NonZeroU32, NonZeroUsize},
    time::Duration,
};

use access_keys::Limits;
use api::Scopes;
use audit::Jobs;
use domain::{RoleArn, Service, Tenant};
use environment::{Environment, EnvironmentError};

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
    /// The scopes that a token has to carry.
    pub(crate) scopes: Option<Scopes>,
    /// How often a tenant may ask in a minute.
    pub(crate) a_minute: NonZeroU32,
    /// How many requests to IAM may be under way.
    pub(crate) limits: Limits,
    /// How long a silent worker of a job is taken to be alive.
    pub(crate) lease: Duration,
}

impl Settings {
    pub(crate) fn read(environment: &Environment<'_>) -> Result<Self, EnvironmentError> {
        let mut limits = Limits::default();
        if let Some(requests) = environment.parsed::<NonZeroUsize>("INFRAAUDIT_IAM_REQUESTS")? {
            limits = limits.with(Service::Iam, requests.get());
        }
        let lease = match environment.parsed::<NonZeroU32>("INFRAAUDIT_LEASE_SECONDS")? {
            None => Jobs::LEASE,
            Some(seconds) => Duration::from_secs(seconds.get().into()),
        };
        Ok(Self {
            operator: operator(environment)?,
            table: environment.required("INFRAAUDIT_TABLE")?,
            bucket: environment.required("INFRAAUDIT_BUCKET")?,
            tenant_claim: environment.parsed_or("INFRAAUDIT_TENANT_CLAIM", "sub".into())?,
            worker: environment.required_as("INFRAAUDIT_WORKER_ROLE_ARN")?,
            scopes: scopes(environment)?,
            a_minute: environment.number_or(
                "INFRAAUDIT_KEY_REQUESTS_PER_MINUTE",
                "a number of requests",
                api::Limits::default().key_requests_per_minute,
            )?,
            limits,
            lease,
        })
    }
}

fn scopes(environment: &Environment<'_>) -> Result<Option<Scopes>, EnvironmentError> {
    let name = "INFRAAUDIT_SCOPE_READ";
    let given = [name, "INFRAAUDIT_SCOPE_WRITE", "INFRAAUDIT_SCOPE_ADMIN"];
    let given = given.map(|name| environment.optional(name));
    Scopes::of(given).map_err(|why| EnvironmentError::Wrong(name, why.into()))
}

/// The operator, as the identity provider names it.
fn operator(environment: &Environment<'_>) -> Result<Tenant, EnvironmentError> {
    let name = "INFRAAUDIT_OPERATOR_TENANT";
    let wrong = |error: domain::Invalid| EnvironmentError::Wrong(name, error.to_string());
    Tenant::named(&environment.required(name)?).map_err(wrong)
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
            ("INFRAAUDIT_OPERATOR_TENANT", "two\nlines"),
            ("INFRAAUDIT_SCOPE_READ", "alone"),
            ("INFRAAUDIT_KEY_REQUESTS_PER_MINUTE", "0"),
        ] {
            let given: Vec<_> = NEEDED.into_iter().filter(|(given, _)| *given != name).collect();
            let wrong = read(&[&given[..], &[(name, value)]].concat()).unwrap_err().to_string();
            assert!(wrong.contains(&format!("`{name}` is wrong")), "{wrong}");
        }
    }
}
