use aws_config::SdkConfig;
use aws_sdk_secretsmanager::{Client, error::DisplayErrorContext};

use super::slack::SECRET;

/// Why there is no text of a secret. The secret itself is in none of it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unread {
    #[error("the secret that `{SECRET}` names could not be read: {0}")]
    Refused(String),
    #[error(
        "the secret that `{SECRET}` names has bytes and no text; store the webhook's URL as text"
    )]
    NoText,
}

/// The text of a secret, as it is now.
///
/// # Errors
///
/// AWS refuses it, or it is no text.
pub(crate) async fn text(config: &SdkConfig, arn: &str) -> Result<String, Unread> {
    let answer = Client::new(config).get_secret_value().secret_id(arn).send().await;
    let answer = answer.map_err(|error| Unread::Refused(DisplayErrorContext(error).to_string()))?;
    answer.secret_string.ok_or(Unread::NoText)
}
