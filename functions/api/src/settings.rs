use api::{Onboarding, Template, Verify};
use domain::{Lang, RoleArn, RoleName};
use store::Store;

use crate::handler::Gateway;

/// What the environment says.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) table: String,
    pub(crate) bucket: String,
    /// The claim of a caller's token that names the tenant.
    pub(crate) tenant_claim: String,
    pub(crate) keep_days: u32,
    pub(crate) purge_days: u32,
    /// The worker's role, which customers trust.
    pub(crate) worker: RoleArn,
    /// What the role is called in customers' accounts.
    pub(crate) role_name: RoleName,
    /// Where the template of that role lies in S3.
    pub(crate) template_url: Option<String>,
    /// The language of alerts.
    pub(crate) lang: Lang,
}

/// What is wrong with the environment.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Wrong {
    #[error("the environment variable `{0}` is missing; the template sets it")]
    Missing(&'static str),
    #[error("the environment variable `{0}` has to be a number of days")]
    Days(&'static str),
    #[error("the environment variable `{0}` is wrong: {1}")]
    Value(&'static str, domain::Invalid),
}

impl Settings {
    /// Reads the variables; an empty one counts as missing.
    pub(crate) fn read(var: impl Fn(&str) -> Option<String>) -> Result<Self, Wrong> {
        let var = |name| var(name).filter(|value| !value.is_empty());
        let needed = |name| var(name).ok_or(Wrong::Missing(name));
        let days = |name, usual| match var(name) {
            None => Ok(usual),
            Some(value) => value.parse().map_err(|_| Wrong::Days(name)),
        };
        let worker = "INFRAAUDIT_WORKER_ROLE_ARN";
        let role = "INFRAAUDIT_AUDIT_ROLE_NAME";
        let lang = "INFRAAUDIT_LANG";
        Ok(Self {
            table: needed("INFRAAUDIT_TABLE")?,
            bucket: needed("INFRAAUDIT_BUCKET")?,
            tenant_claim: var("INFRAAUDIT_TENANT_CLAIM").unwrap_or_else(|| "sub".into()),
            keep_days: days("INFRAAUDIT_KEEP_DAYS", Store::KEEP_DAYS)?,
            purge_days: days("INFRAAUDIT_PURGE_DAYS", api::Settings::PURGE_DAYS)?,
            worker: needed(worker)?.parse().map_err(|error| Wrong::Value(worker, error))?,
            role_name: match var(role) {
                None => RoleName::default(),
                Some(name) => name.parse().map_err(|error| Wrong::Value(role, error))?,
            },
            template_url: var("INFRAAUDIT_ONBOARDING_TEMPLATE_URL"),
            lang: match var(lang) {
                None => Lang::default(),
                Some(name) => name.parse().map_err(|error| Wrong::Value(lang, error))?,
            },
        })
    }

    /// The API's settings, in the region where the function runs.
    pub(crate) fn api(self, region: String, verify: impl Verify + 'static) -> api::Settings {
        let operator_account = self.worker.account().id.to_string();
        let worker_role_name = self.worker.path_and_name().to_owned();
        let gateway = Gateway { tenant_claim: self.tenant_claim };
        api::Settings {
            purge_days: self.purge_days,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(given: &[(&str, &str)]) -> Result<Settings, Wrong> {
        Settings::read(|name| {
            let found = given.iter().find(|(given, _)| *given == name);
            found.map(|(_, value)| (*value).to_owned())
        })
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
        assert_eq!(worker, Wrong::Missing("INFRAAUDIT_WORKER_ROLE_ARN"));
        assert_eq!(read(&[table]).unwrap_err(), Wrong::Missing("INFRAAUDIT_BUCKET"));
        assert_eq!(read(&[bucket]).unwrap_err(), Wrong::Missing("INFRAAUDIT_TABLE"));
        let days = read(&[table, bucket, ("INFRAAUDIT_KEEP_DAYS", "-1")]).unwrap_err();
        assert_eq!(days, Wrong::Days("INFRAAUDIT_KEEP_DAYS"));
        let days = read(&[table, bucket, ("INFRAAUDIT_PURGE_DAYS", "x")]).unwrap_err();
        assert_eq!(days, Wrong::Days("INFRAAUDIT_PURGE_DAYS"));
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
