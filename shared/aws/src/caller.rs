use aws_config::SdkConfig;
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::error::{DisplayErrorContext, ProvideErrorMetadata};
use domain::Account;
use policy::Arn;

use crate::{
    advice::advice,
    config::{partition, sts},
};

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
        "AWS does not accept the credentials (`{code}`: {message}); {}",
        advice(code, message).unwrap_or("sign in again or check the profile")
    )]
    Refused {
        /// AWS's error code.
        code: String,
        /// AWS's words.
        message: String,
    },
    /// There are no credentials, or a profile that is not there was asked for.
    #[error(
        "there are no credentials: {0}; set them in the environment, by `--profile`, by SSO or by the role of the machine"
    )]
    NoCredentials(String),
    /// AWS could not be reached.
    #[error("no answer from AWS: {0}; check that the network is up and that the region is right")]
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
        Some(code) => CallerError::Refused {
            code: code.into(),
            message: error.message().unwrap_or("no reason given").into(),
        },
        None if lacks_credentials(&error) => CallerError::NoCredentials(reason(&error)),
        None => CallerError::Unreachable(reason(&error)),
    })?;
    let arn = answer.arn.ok_or(CallerError::Nameless)?;
    let named = Arn::split(&arn).map_or("", |arn| arn.partition);
    let partition = named.parse().map_err(|_| CallerError::Elsewhere(named.into()))?;
    let id = answer.account.and_then(|id| id.parse().ok()).ok_or(CallerError::Nameless)?;
    Ok(Caller { account: Account { partition, id }, arn })
}

/// Whether a request was not sent for want of credentials.
pub(crate) fn lacks_credentials(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<CredentialsError>() {
            return true;
        }
        next = error.source();
    }
    false
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
