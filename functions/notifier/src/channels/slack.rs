use std::time::Duration;

use environment::Environment;
use reqwest::{
    Client, Response, StatusCode, Url,
    header::{HeaderValue, RETRY_AFTER},
    redirect::Policy,
};
use serde_json::Value;

/// The variable with the webhook itself, which whoever may look at the function sees.
const VARIABLE: &str = "INFRAAUDIT_SLACK_WEBHOOK";
/// The variable with the ARN of the secret that is the webhook.
pub(super) const SECRET: &str = "INFRAAUDIT_SLACK_WEBHOOK_SECRET";
const TIMEOUT: Duration = Duration::from_secs(5);

/// A Slack incoming webhook. Whoever knows its URL may post, so it is shown nowhere: this has no `Debug`.
pub(crate) struct Webhook {
    client: Client,
    url: Url,
}

/// The URL of a webhook is not one.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoUrl {
    #[error(
        "the environment variable `{VARIABLE}` is no `https` URL; set it to a webhook's, or remove it"
    )]
    Variable,
    #[error(
        "the secret that `{SECRET}` names is no `https` URL; make its text the webhook's URL alone"
    )]
    Secret,
}

/// Why a message was not posted. Nothing of it names the URL.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Error {
    #[error("Slack could not be reached: {0}")]
    Unreachable(&'static str),
    #[error("Slack asks to wait{}", .0.map(|seconds| format!(" {seconds} s")).unwrap_or_default())]
    Busy(Option<u32>),
    #[error("Slack failed with {0}")]
    Failed(StatusCode),
    #[error(
        "Slack refuses the message with {0}{1}; make a new webhook and put it where the old one is"
    )]
    Refused(StatusCode, String),
}

impl Error {
    /// Whether the same message may be taken later.
    pub(crate) const fn may_pass(&self) -> bool {
        !matches!(self, Self::Refused(..))
    }
}

impl Webhook {
    /// The webhook that the environment names, if it names one; `secret` is the text of the secret that it names.
    pub(crate) fn read(
        environment: &Environment<'_>,
        secret: Option<&str>,
    ) -> Result<Option<Self>, NoUrl> {
        if let Some(secret) = secret {
            return Self::at(secret).ok_or(NoUrl::Secret).map(Some);
        }
        let given = environment.optional(VARIABLE);
        given.map(|url| Self::at(&url).ok_or(NoUrl::Variable)).transpose()
    }

    /// The webhook at a URL; on this machine it may be without TLS.
    pub(crate) fn at(url: &str) -> Option<Self> {
        let url = Url::parse(url.trim()).ok()?;
        let here = url.scheme() == "http" && url.host_str() == Some("127.0.0.1");
        if url.scheme() != "https" && !here {
            return None;
        }
        // A redirect would carry the message elsewhere.
        let client = Client::builder()
            .connect_timeout(TIMEOUT)
            .timeout(TIMEOUT)
            .redirect(Policy::none())
            .build()
            .ok()?;
        Some(Self { client, url })
    }

    /// Posts a payload.
    ///
    /// # Errors
    ///
    /// Slack did not say that it took it.
    pub(crate) async fn post(&self, payload: &Value) -> Result<(), Error> {
        let request = self.client.post(self.url.clone()).json(payload);
        let response = request.send().await.map_err(|error| unreachable(&error))?;
        match response.status() {
            status if status.is_success() => Ok(()),
            StatusCode::TOO_MANY_REQUESTS => {
                let seconds = response.headers().get(RETRY_AFTER).map(HeaderValue::to_str);
                Err(Error::Busy(seconds.and_then(|text| text.ok()?.parse().ok())))
            }
            status if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => {
                Err(Error::Failed(status))
            }
            status => Err(Error::Refused(status, code(response).await)),
        }
    }
}

/// The library's own words name the URL.
fn unreachable(error: &reqwest::Error) -> Error {
    Error::Unreachable(match error {
        error if error.is_timeout() => "it took too long",
        error if error.is_connect() => "there is no connection",
        _ => "the connection broke",
    })
}

/// Slack's word for what is wrong (`no_service`, `invalid_blocks`), if the answer is one.
async fn code(mut response: Response) -> String {
    let Ok(Some(answer)) = response.chunk().await else { return String::new() };
    let is_code = |byte: &u8| byte.is_ascii_lowercase() || *byte == b'_';
    match str::from_utf8(&answer) {
        Ok(word) if (1..=40).contains(&word.len()) && answer.iter().all(is_code) => {
            format!(", `{word}`")
        }
        _ => String::new(),
    }
}
