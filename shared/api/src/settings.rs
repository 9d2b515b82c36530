use std::{fmt, num::NonZeroU32, sync::Arc};

use async_trait::async_trait;
use domain::{Audit, Lang, Proof, ProofOutcome, RegisteredAccount, RoleName};
use jiff::Timestamp;
use serde_json::json;
use store::Store;

use crate::auth::Authenticate;

mod keys;

pub use keys::{Keys, OwnAccount, ReadKeys};

/// What an operator decides about the API.
#[derive(Clone)]
pub struct Settings {
    /// Who may call, and whose data they see.
    pub auth: Arc<dyn Authenticate>,
    /// Asks AWS whether an account's role enforces its `ExternalId`.
    pub verify: Arc<dyn Verify>,
    /// Whether only registered accounts may be audited.
    pub registration: bool,
    /// How many days the data of a deleted account is kept, at least 1.
    pub purge_days: u32,
    /// How customers create their role; without it answers say nothing of that.
    pub onboarding: Option<Onboarding>,
    /// Who reads access keys; without it there are no routes of old access keys.
    pub keys: Option<Keys>,
    /// How much may be asked for.
    pub limits: Limits,
    /// The language of texts and alerts.
    pub lang: Lang,
    /// Told of every new audit once it is written down.
    pub started: Arc<dyn Fn(&Audit) + Send + Sync>,
}

impl Settings {
    /// How many days the data of a deleted account is kept unless it is said otherwise.
    pub const PURGE_DAYS: u32 = 30;

    /// Settings with the usual limits, for registered accounts only, whose audits are picked up from
    /// the store.
    #[must_use]
    pub fn new(auth: impl Authenticate + 'static, verify: impl Verify + 'static) -> Self {
        Self {
            auth: Arc::new(auth),
            verify: Arc::new(verify),
            registration: true,
            purge_days: Self::PURGE_DAYS,
            onboarding: None,
            keys: None,
            limits: Limits::default(),
            lang: Lang::default(),
            started: Arc::new(|_| {}),
        }
    }
}

impl Settings {
    /// Settings of the routes of old access keys alone, which ask AWS about no role.
    #[must_use]
    pub fn of_keys(auth: impl Authenticate + 'static, keys: Keys) -> Self {
        Self { keys: Some(keys), ..Self::new(auth, Unasked) }
    }
}

/// Stands where no route asks.
struct Unasked;

#[async_trait]
impl Verify for Unasked {
    async fn verify(&self, _: &RegisteredAccount) -> Proof {
        let (tried_at, outcome) = (Timestamp::now(), ProofOutcome::Unproven);
        Proof { tried_at, outcome, reason: Some("this part of the service proves no roles".into()) }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("registration", &self.registration)
            .field("purge_days", &self.purge_days)
            .field("onboarding", &self.onboarding)
            .field("keys", &self.keys)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// A way to ask AWS about a registered account's role.
#[async_trait]
pub trait Verify: Send + Sync {
    /// Tries to prove that the role of an account opens to its `ExternalId` alone, as the role that
    /// customers trust. Answers in less time than a request may take; silence is `unproven`.
    async fn verify(&self, account: &RegisteredAccount) -> Proof;
}

/// The link that opens CloudFormation's console: region, the template's address, the stack's name and
/// the parameters. `aws::quick_create_url` is one.
pub type QuickCreate = fn(&str, &str, &str, &[(&str, &str)]) -> String;

/// How a customer creates the role that is audited.
#[derive(Clone, Debug)]
pub struct Onboarding {
    /// The operator's account, 12 digits.
    pub operator_account: String,
    /// The operator's role that comes in, with its path if it has one.
    pub worker_role_name: String,
    /// What the role is called in accounts whose registration does not name it.
    pub role_name: RoleName,
    /// The template that lies in S3, if one does; without it there is no link.
    pub template: Option<Template>,
}

/// A template that lies in S3, and what opens it.
#[derive(Clone, Debug)]
pub struct Template {
    /// Makes the link.
    pub link: QuickCreate,
    /// The region whose console is opened.
    pub region: String,
    /// Where the template lies in S3.
    pub url: String,
}

impl Onboarding {
    /// The name of the stack that a link or a command proposes.
    pub const STACK: &'static str = "infraaudit-role";

    /// What the template asks for, with its `ExternalId` filled in: docs/decisions/005. It is for whoever may read the
    /// `ExternalId` too, and for no log; and so is all that is made of it.
    /// The path is left out where there is none: older templates do not ask for it.
    fn parameters(&self, account: &RegisteredAccount) -> Vec<(&'static str, String)> {
        let mut parameters = vec![
            ("OperatorAccountId", self.operator_account.clone()),
            ("ExternalId", account.external_id.as_str().to_owned()),
            ("WorkerRoleName", self.worker_role_name.clone()),
            ("RoleName", account.role_name.last().to_owned()),
        ];
        let path = account.role_name.path();
        if path != "/" {
            parameters.push(("RolePath", path));
        }
        parameters
    }

    /// The link for one account, where the template lies in S3.
    #[must_use]
    pub fn url(&self, account: &RegisteredAccount) -> Option<String> {
        let template = self.template.as_ref()?;
        let parameters = self.parameters(account);
        let parameters: Vec<_> = parameters.iter().map(|(name, value)| (*name, &**value)).collect();
        Some((template.link)(&template.region, &template.url, Self::STACK, &parameters))
    }

    /// The command of the AWS CLI that creates the role of one account: of the template in S3, or else of
    /// `trust-role.yaml` in the current directory.
    #[must_use]
    pub fn command(&self, account: &RegisteredAccount) -> String {
        let parameters = self.parameters(account);
        let stack = format!("--stack-name {} --capabilities CAPABILITY_NAMED_IAM", Self::STACK);
        if let Some(template) = &self.template {
            // As JSON: the shorthand takes a comma in a value, which a role's name may have, for the next parameter.
            let parameters: Vec<_> = parameters
                .iter()
                .map(|(name, value)| json!({"ParameterKey": name, "ParameterValue": value}))
                .collect();
            let parameters = quoted(&json!(parameters).to_string());
            let url = quoted(&template.url);
            format!(
                "aws cloudformation create-stack {stack} --template-url {url} --parameters {parameters}"
            )
        } else {
            let parameters: Vec<_> =
                parameters.iter().map(|(name, value)| quoted(&format!("{name}={value}"))).collect();
            let parameters = parameters.join(" ");
            format!(
                "aws cloudformation deploy {stack} --template-file trust-role.yaml --parameter-overrides {parameters}"
            )
        }
    }

    /// The call of the Terraform module that creates the role of one account. Names and ids have no character that a
    /// string of Terraform would read as more than itself.
    #[must_use]
    pub fn terraform(&self, account: &RegisteredAccount) -> String {
        let path = match account.role_name.path() {
            path if path == "/" => String::new(),
            path => format!("  role_path           = \"{path}\"\n"),
        };
        format!(
            "module \"infraaudit\" {{\n  source              = \"./onboarding/terraform\"\n  operator_account_id = \"{}\"\n  \
             worker_role_name    = \"{}\"\n  external_id         = \"{}\"\n  role_name           = \"{}\"\n{path}}}\n",
            self.operator_account,
            self.worker_role_name,
            account.external_id.as_str(),
            account.role_name.last(),
        )
    }
}

/// A word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// How much may be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The greatest size of a request's body, in bytes.
    pub body_bytes: usize,
    /// How many accounts of a tenant may be registered, deleted ones left out.
    pub accounts: u32,
    /// How many suppressions of a tenant may be there, expired ones included for as long as they are kept: each audit
    /// compares every failing finding with each.
    pub suppressions: u32,
    /// How many audits of a tenant may be queued or running.
    pub waiting_audits: u32,
    /// How many audits of a tenant may be begun on a day (UTC), on request or by an account's own schedule.
    pub audits_per_day: NonZeroU32,
    /// How many audits a tenant may ask for in a minute, a burst being as many; counted in the store, as are those that
    /// follow.
    pub starts_per_minute: NonZeroU32,
    /// How many roles a tenant may have asked AWS about in a minute.
    pub verifications_per_minute: NonZeroU32,
    /// How often a tenant may ask for old access keys in a minute: each may take [`Keys::LONGEST`].
    pub key_requests_per_minute: NonZeroU32,
    /// How many requests of a tenant are answered in a second, a burst being as many. Counted by each
    /// process for itself.
    pub requests_per_second: NonZeroU32,
}

impl Limits {
    /// How many accounts of a tenant may be registered unless it is said otherwise: as many as a night is made and
    /// measured for (docs/cost.md).
    pub const ACCOUNTS: u32 = 1000;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 16 * 1024,
            accounts: Self::ACCOUNTS,
            suppressions: 1000,
            waiting_audits: 100,
            audits_per_day: Store::AUDITS_PER_DAY,
            starts_per_minute: NonZeroU32::MIN.saturating_add(59),
            verifications_per_minute: NonZeroU32::MIN.saturating_add(59),
            key_requests_per_minute: NonZeroU32::MIN.saturating_add(29),
            requests_per_second: NonZeroU32::MIN.saturating_add(49),
        }
    }
}
