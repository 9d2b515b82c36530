use api::{Limits, Onboarding, Scopes, Template, Verify};
use domain::{Invalid, Lang, RoleArn, RoleName, Tenant};
use environment::{Environment, EnvironmentError};
use store::Store;

use crate::handler::Gateway;

/// What the environment says.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) table: String,
    pub(crate) bucket: String,
    /// The claim of a caller's token that names the tenant.
    pub(crate) tenant_claim: String,
    /// The scopes that a token has to carry.
    pub(crate) scopes: Option<Scopes>,
    /// The tenant of callers that IAM lets in, where it is not the account.
    pub(crate) operator: Option<Tenant>,
    pub(crate) keep_days: u32,
    pub(crate) purge_days: u32,
    /// The worker's role, which customers trust.
    pub(crate) worker: RoleArn,
    /// What the role is called in customers' accounts.
    pub(crate) role_name: RoleName,
    /// Where the template of that role lies in S3.
    pub(crate) template_url: Option<String>,
    /// How much may be asked for.
    pub(crate) limits: Limits,
    /// The language of alerts.
    pub(crate) lang: Lang,
}

impl Settings {
    pub(crate) fn read(environment: &Environment<'_>) -> Result<Self, EnvironmentError> {
        let days = |name, default| environment.number_or(name, "a number of days", default);
        Ok(Self {
            table: environment.required("INFRAAUDIT_TABLE")?,
            bucket: environment.required("INFRAAUDIT_BUCKET")?,
            tenant_claim: environment.parsed_or("INFRAAUDIT_TENANT_CLAIM", "sub".into())?,
            scopes: scopes(environment)?,
            operator: operator(environment)?,
            keep_days: days("INFRAAUDIT_KEEP_DAYS", Store::KEEP_DAYS)?,
            purge_days: days("INFRAAUDIT_PURGE_DAYS", api::Settings::PURGE_DAYS)?,
            worker: environment.required_as("INFRAAUDIT_WORKER_ROLE_ARN")?,
            role_name: environment.parsed_or("INFRAAUDIT_AUDIT_ROLE_NAME", RoleName::default())?,
            template_url: environment.optional("INFRAAUDIT_ONBOARDING_TEMPLATE_URL"),
            limits: limits(environment)?,
            lang: environment.parsed_or("INFRAAUDIT_LANG", Lang::default())?,
        })
    }

    /// The API's settings, in the region where the function runs.
    pub(crate) fn api(self, region: String, verify: impl Verify + 'static) -> api::Settings {
        let operator_account = self.worker.account().id.to_string();
        let worker_role_name = self.worker.path_and_name().to_owned();
        let gateway = Gateway {
            tenant_claim: self.tenant_claim,
            scopes: self.scopes,
            operator: self.operator,
        };
        api::Settings {
            purge_days: self.purge_days,
            limits: self.limits,
            lang: self.lang,
            onboarding: Some(Onboarding {
                operator_account,
                worker_role_name,
                role_name: self.role_name,
                template: self.template_url.map(|url| Template {
                    link: aws::quick_create_url,
                    region,
                    url,
                }),
            }),
            ..api::Settings::new(gateway, verify)
        }
    }
}

fn scopes(environment: &Environment<'_>) -> Result<Option<Scopes>, EnvironmentError> {
    let name = "INFRAAUDIT_SCOPE_READ";
    let given = [name, "INFRAAUDIT_SCOPE_WRITE", "INFRAAUDIT_SCOPE_ADMIN"];
    let given = given.map(|name| environment.optional(name));
    Scopes::of(given).map_err(|why| EnvironmentError::Wrong(name, why.into()))
}

/// The operator, as the identity provider names it.
fn operator(environment: &Environment<'_>) -> Result<Option<Tenant>, EnvironmentError> {
    let name = "INFRAAUDIT_OPERATOR_TENANT";
    let wrong = |error: Invalid| EnvironmentError::Wrong(name, error.to_string());
    environment.optional(name).map(|text| Tenant::named(&text).map_err(wrong)).transpose()
}

fn limits(environment: &Environment<'_>) -> Result<Limits, EnvironmentError> {
    let usual = Limits::default();
    Ok(Limits {
        accounts: environment.number_or(
            "INFRAAUDIT_ACCOUNTS_PER_TENANT",
            "a number of accounts",
            usual.accounts,
        )?,
        audits_per_day: environment.number_or(
            "INFRAAUDIT_AUDITS_PER_DAY",
            "a number of audits",
            usual.audits_per_day,
        )?,
        starts_per_minute: environment.number_or(
            "INFRAAUDIT_STARTS_PER_MINUTE",
            "a number of requests",
            usual.starts_per_minute,
        )?,
        verifications_per_minute: environment.number_or(
            "INFRAAUDIT_VERIFICATIONS_PER_MINUTE",
            "a number of requests",
            usual.verifications_per_minute,
        )?,
        ..usual
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(given: &[(&str, &str)]) -> Result<Settings, EnvironmentError> {
        Settings::read(&Environment::of(given))
    }

    const WORKER: (&str, &str) =
        ("INFRAAUDIT_WORKER_ROLE_ARN", "arn:aws:iam::999988887777:role/ops/InfraAuditWorker");

    #[test]
    fn table_bucket_and_worker_are_needed() {
        let (table, bucket) = (("INFRAAUDIT_TABLE", "t"), ("INFRAAUDIT_BUCKET", "b"));
        let settings = read(&[table, bucket, WORKER, ("INFRAAUDIT_TENANT_CLAIM", "")]).unwrap();
        assert_eq!((settings.table.as_str(), settings.bucket.as_str()), ("t", "b"));
        assert_eq!((settings.tenant_claim.as_str(), settings.keep_days), ("sub", 400));
        assert_eq!((settings.purge_days, settings.template_url), (30, None));
        let worker = read(&[table, bucket]).unwrap_err();
        assert_eq!(worker, EnvironmentError::Missing("INFRAAUDIT_WORKER_ROLE_ARN"));
        assert_eq!(read(&[table]).unwrap_err(), EnvironmentError::Missing("INFRAAUDIT_BUCKET"));
        assert_eq!(read(&[bucket]).unwrap_err(), EnvironmentError::Missing("INFRAAUDIT_TABLE"));
        assert_eq!(settings.limits, Limits::default());
        assert_eq!((settings.scopes, settings.operator), (None, None));
        let scopes = [
            ("INFRAAUDIT_SCOPE_READ", "r"),
            ("INFRAAUDIT_SCOPE_WRITE", "w"),
            ("INFRAAUDIT_SCOPE_ADMIN", "a"),
        ];
        let all = [&[table, bucket, WORKER][..], &scopes].concat();
        assert!(read(&all).unwrap().scopes.is_some());
        let some = read(&all[..5]).unwrap_err().to_string();
        assert!(some.contains("set together"), "{some}");
        let operator = ("INFRAAUDIT_OPERATOR_TENANT", "auth0|ops");
        let operator = read(&[table, bucket, WORKER, operator]).unwrap().operator;
        assert_eq!(operator, Tenant::named("auth0|ops").ok());
        let quota = ("INFRAAUDIT_ACCOUNTS_PER_TENANT", "7");
        assert_eq!(read(&[table, bucket, WORKER, quota]).unwrap().limits.accounts, 7);
        let a_day = ("INFRAAUDIT_AUDITS_PER_DAY", "8");
        assert_eq!(read(&[table, bucket, WORKER, a_day]).unwrap().limits.audits_per_day.get(), 8);
        for (name, value) in [("INFRAAUDIT_KEEP_DAYS", "-1"), ("INFRAAUDIT_PURGE_DAYS", "x")] {
            let days = read(&[table, bucket, (name, value)]).unwrap_err().to_string();
            assert!(
                days.contains(&format!("`{name}` is wrong: `{value}` is not a number of days"))
            );
        }
        let worker = read(&[table, bucket, ("INFRAAUDIT_WORKER_ROLE_ARN", "role")]).unwrap_err();
        assert!(worker.to_string().contains("`role` is not valid"), "{worker}");
    }

    struct Nobody;

    #[async_trait::async_trait]
    impl Verify for Nobody {
        async fn verify(&self, account: &domain::RegisteredAccount) -> domain::Proof {
            let outcome = domain::ProofOutcome::Unproven;
            domain::Proof { tried_at: account.created_at, outcome, reason: None }
        }
    }

    #[test]
    fn the_worker_and_the_template_make_what_owners_need() {
        let given = [("INFRAAUDIT_TABLE", "t"), ("INFRAAUDIT_BUCKET", "b"), WORKER];
        let settings = |more: &[(&str, &str)]| {
            read(&[&given, more].concat()).unwrap().api("eu-west-1".into(), Nobody)
        };
        let without = settings(&[]).onboarding.unwrap();
        assert!(without.template.is_none() && without.operator_account == "999988887777");
        let url = ("INFRAAUDIT_ONBOARDING_TEMPLATE_URL", "https://b.s3.amazonaws.com/role.yaml");
        let role = ("INFRAAUDIT_AUDIT_ROLE_NAME", "Reader");
        let settings = settings(&[url, role]);
        let onboarding = settings.onboarding.unwrap();
        assert_eq!(onboarding.operator_account, "999988887777");
        assert_eq!(onboarding.worker_role_name, "ops/InfraAuditWorker");
        let template = onboarding.template.unwrap();
        assert_eq!(
            (onboarding.role_name.as_str(), template.region.as_str(), template.url.as_str()),
            ("Reader", "eu-west-1", "https://b.s3.amazonaws.com/role.yaml")
        );
        assert!(settings.registration);
        assert_eq!(settings.lang, Lang::En);
        let korean = read(&[&given[..], &[("INFRAAUDIT_LANG", "ko")]].concat()).unwrap();
        assert_eq!(korean.api("eu-west-1".into(), Nobody).lang, Lang::Ko);
        let wrong = read(&[&given[..], &[("INFRAAUDIT_LANG", "de")]].concat()).unwrap_err();
        assert!(wrong.to_string().contains("`INFRAAUDIT_LANG` is wrong"), "{wrong}");
    }
}
