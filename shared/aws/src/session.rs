use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use aws_config::SdkConfig;
use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future},
};
use aws_sdk_sts::{error::ProvideErrorMetadata, types::PolicyDescriptorType};
use domain::{ExternalId, Invalid, RoleArn, RoleName};
use policy::Arn;
use tokio::sync::Mutex;

use crate::{SessionPolicy, advice::advice, caller::reason, config::sts};

/// How long a session lasts: the most that role chaining allows, and the least a role may ask for.
///
/// Source: *IAM roles*, "Role chaining", IAM User Guide.
const SESSION_SECONDS: i32 = 3600;

/// How long before their expiry credentials are renewed.
const RENEW_BEFORE: Duration = Duration::from_mins(5);

/// The name under which the customer's CloudTrail shows us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionName(String);

impl SessionName {
    /// `InfraAudit-` and a suffix, cut to the 64 characters that STS takes.
    ///
    /// # Errors
    ///
    /// When the suffix has a character that a session name cannot have.
    pub fn new(suffix: &str) -> Result<Self, Invalid> {
        let name: String = format!("InfraAudit-{suffix}").chars().take(64).collect();
        if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_=,.@-+".contains(&byte)) {
            Ok(Self(name))
        } else {
            Err(Invalid::new("session name", suffix, "letters, digits and `_=,.@-`"))
        }
    }
}

/// A role to assume, and what the session may do at most.
#[derive(Clone, Debug)]
pub struct AssumeRole {
    /// The role: the customer's, or the worker's.
    pub role: RoleArn,
    /// What its trust policy asks for.
    pub external_id: Option<ExternalId>,
    /// How the customer sees us.
    pub name: SessionName,
    /// What the session may do at most.
    pub policy: SessionPolicy,
}

/// Why a role could not be assumed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AssumeRoleError {
    /// AWS said no.
    #[error(
        "could not assume `{role}` {how}: AWS said `{code}` ({message}); {}",
        of_a_role(code, message)
    )]
    Denied {
        /// The role.
        role: RoleArn,
        /// Whether an ExternalId was sent; never which.
        how: &'static str,
        /// AWS's error code.
        code: String,
        /// AWS's words.
        message: String,
    },
    /// No answer, or no credentials to ask with.
    #[error(
        "could not ask AWS to assume `{role}`: {reason}; check that credentials are set and that the network is up"
    )]
    Unreachable {
        /// The role.
        role: RoleArn,
        /// What happened.
        reason: String,
    },
    /// The session belongs to another account than the role's ARN says.
    #[error("assuming `{role}` opened `{opened}`, which is another account; nothing was read")]
    Elsewhere {
        /// The role.
        role: RoleArn,
        /// What was opened.
        opened: String,
    },
}

/// What to do about an error of `AssumeRole`.
pub(crate) fn of_a_role(code: &str, message: &str) -> &'static str {
    advice(code, message).unwrap_or(
        "check that the role exists, that its trust policy names the caller, and that the external id is the one it asks for",
    )
}

/// Temporary credentials of an assumed role, renewed when they expire.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    client: aws_sdk_sts::Client,
    request: AssumeRole,
    /// The credentials of now: every client of the SDK asks for them once, and again at expiry.
    current: Mutex<Credentials>,
}

impl AssumeRoleError {
    /// Whether AWS refused for want of permission, as it does where the trust policy does not match.
    #[must_use]
    pub fn is_denial(&self) -> bool {
        matches!(self, Self::Denied { code, .. } if code.starts_with("AccessDenied"))
    }

    /// Whether the session policy is too large for AWS once it is packed, together with the session's tags.
    ///
    /// Source: STS `AssumeRole`, error `PackedPolicyTooLarge`: it may come below 2,048 characters too.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        matches!(self, Self::Denied { code, .. } if code.starts_with("PackedPolicyTooLarge"))
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Session").field(&self.0.request.role).finish()
    }
}

/// Assumes a role.
///
/// # Errors
///
/// When AWS refuses or does not answer; the ExternalId is in no message.
pub async fn open(config: &SdkConfig, request: AssumeRole) -> Result<Session, AssumeRoleError> {
    let client = sts(config, request.role.account().partition);
    let current = Mutex::new(assume(&client, &request, SESSION_SECONDS).await?);
    Ok(Session(Arc::new(Inner { client, request, current })))
}

/// A configuration whose credentials are a session of the worker's role, which customers trust. The session may assume
/// the role `customers` in their accounts and do nothing else.
///
/// # Errors
///
/// When AWS refuses the role or does not answer.
pub async fn as_worker(
    config: &SdkConfig,
    worker: &RoleArn,
    name: SessionName,
    customers: &RoleName,
) -> Result<SdkConfig, AssumeRoleError> {
    let policy = SessionPolicy::assume_role(worker.account().partition, customers);
    let role = worker.clone();
    as_role(config, AssumeRole { role, external_id: None, name, policy }).await
}

/// A configuration whose credentials are the session of another role, renewed when they expire.
async fn as_role(config: &SdkConfig, request: AssumeRole) -> Result<SdkConfig, AssumeRoleError> {
    let session = open(config, request).await?;
    let credentials = SharedCredentialsProvider::new(session);
    Ok(config.to_builder().credentials_provider(credentials).build())
}

pub(crate) async fn assume(
    client: &aws_sdk_sts::Client,
    request: &AssumeRole,
    seconds: i32,
) -> Result<Credentials, AssumeRoleError> {
    let (policy, managed) = match &request.policy {
        SessionPolicy::Policy(policy) => (Some(policy.clone()), None),
        SessionPolicy::SecurityAudit(arn) => (None, Some(arn.clone())),
    };
    let managed = managed.map(|arn| vec![PolicyDescriptorType::builder().arn(arn).build()]);
    let role = || request.role.clone();
    let answer = client
        .assume_role()
        .role_arn(role().to_string())
        .role_session_name(&request.name.0)
        .set_external_id(request.external_id.clone().map(String::from))
        .set_policy(policy)
        .set_policy_arns(managed)
        .duration_seconds(seconds)
        .send()
        .await
        .map_err(|error| match error.code() {
            Some(code) => AssumeRoleError::Denied {
                role: role(),
                how: if request.external_id.is_some() {
                    "with the given external id"
                } else {
                    "without an external id"
                },
                code: code.into(),
                message: words(error.message(), request),
            },
            None => AssumeRoleError::Unreachable { role: role(), reason: reason(&error) },
        })?;
    let opened = answer.assumed_role_user.map(|user| user.arn).unwrap_or_default();
    let account = Arn::split(&opened).map(|arn| arn.account);
    if account != Some(request.role.account().id.as_str()) {
        return Err(AssumeRoleError::Elsewhere { role: role(), opened });
    }
    let Some(keys) = answer.credentials else {
        let reason = "the answer holds no credentials".into();
        return Err(AssumeRoleError::Unreachable { role: role(), reason });
    };
    let expires = SystemTime::try_from(keys.expiration).ok();
    Ok(Credentials::new(
        keys.access_key_id,
        keys.secret_access_key,
        Some(keys.session_token),
        expires,
        "InfraAudit",
    ))
}

/// AWS's words, without the ExternalId: STS repeats a value that it calls malformed.
fn words(message: Option<&str>, request: &AssumeRole) -> String {
    let message = message.unwrap_or("no reason given");
    match &request.external_id {
        Some(id) => message.replace(id.as_str(), "…"),
        None => message.into(),
    }
}

impl ProvideCredentials for Session {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let mut current = self.0.current.lock().await;
            let soon = SystemTime::now() + RENEW_BEFORE;
            if current.expiry().is_some_and(|expiry| expiry <= soon) {
                let renewed = assume(&self.0.client, &self.0.request, SESSION_SECONDS).await;
                *current = renewed.map_err(CredentialsError::provider_error)?;
            }
            Ok(current.clone())
        })
    }
}

#[cfg(test)]
mod tests;
