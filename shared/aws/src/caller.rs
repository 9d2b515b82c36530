use aws_config::SdkConfig;
use aws_sdk_sts::error::{DisplayErrorContext, ProvideErrorMetadata};
use domain::Account;

use crate::config::{partition, sts};

/// Who is asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account of the credentials.
    pub account: Account,
    /// The ARN of the user or session.
    pub arn: String,
}

/// Why it is not known who is asking.
#[derive(Debug, thiserror::Error)]
pub enum CallerError {
    /// AWS refused the credentials.
    #[error(
        "AWS does not accept the credentials (`{code}`: {message}); sign in again or check the profile"
    )]
    AssumeRoleError {
        /// AWS's error code.
        code: String,
        /// AWS's words.
        message: String,
    },
    /// There are no credentials, or AWS could not be reached.
    #[error(
        "no answer from AWS: {0}; check that credentials are set (environment, --profile, SSO or instance role) and that the network is up"
    )]
    Unreachable(String),
    /// The answer names no account.
    #[error("AWS did not say which account the credentials belong to; try again")]
    Nameless,
    /// The answer names a partition that this version does not know.
    #[error(
        "the credentials belong to partition `{0}`, which this version does not know; use a newer one"
    )]
    Elsewhere(String),
}

/// Asks STS whose credentials these are; needs no permission.
///
/// # Errors
///
/// When the credentials are missing or refused, or AWS does not answer.
pub async fn caller(config: &SdkConfig) -> Result<Caller, CallerError> {
    let client = sts(config, partition(config));
    let answer = client.get_caller_identity().send().await.map_err(|error| match error.code() {
        Some(code) => CallerError::AssumeRoleError {
            code: code.into(),
            message: error.message().unwrap_or("no reason given").into(),
        },
        None => CallerError::Unreachable(reason(&error)),
    })?;
    let arn = answer.arn.ok_or(CallerError::Nameless)?;
    let named = arn.split(':').nth(1).unwrap_or_default();
    let partition = named.parse().map_err(|_| CallerError::Elsewhere(named.into()))?;
    let id = answer.account.and_then(|id| id.parse().ok()).ok_or(CallerError::Nameless)?;
    Ok(Caller { account: Account { partition, id }, arn })
}

/// The innermost cause of an error of the SDK, in one line and without its type names.
#[must_use]
pub fn reason(error: &(dyn std::error::Error + 'static)) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    let text = inner.to_string();
    let text = if text.is_empty() { DisplayErrorContext(error).to_string() } else { text };
    // Below the first line the SDK lists every provider of credentials that it tried.
    let first = text.lines().next().unwrap_or_default();
    first.trim_end_matches(". Attempted:").to_owned()
}
