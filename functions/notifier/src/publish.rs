use std::env;

use aws_config::SdkConfig;
use aws_sdk_sns::{Client, error::DisplayErrorContext, types::MessageAttributeValue};
use notice::Notice;

/// Where notices go.
pub(crate) struct Topic {
    client: Client,
    arn: String,
}

/// Why a notice was not published.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(
        "the environment variable `INFRAAUDIT_TOPIC_ARN` is missing; set it to the topic's ARN"
    )]
    NoTopic,
    #[error("the notice could not be published: {0}")]
    Refused(String),
}

impl Topic {
    pub(crate) fn from_env(config: &SdkConfig) -> Result<Self, Error> {
        let arn = env::var("INFRAAUDIT_TOPIC_ARN").map_err(|_| Error::NoTopic)?;
        Ok(Self { client: Client::new(config), arn })
    }

    pub(crate) async fn publish(&self, notice: Notice) -> Result<(), Error> {
        let mut request =
            self.client.publish().topic_arn(&self.arn).subject(notice.subject).message(notice.text);
        for (name, value) in notice.attributes {
            let value = MessageAttributeValue::builder().data_type("String").string_value(value);
            let value = value.build().map_err(|error| Error::Refused(error.to_string()))?;
            request = request.message_attributes(name, value);
        }
        let refused = |error| Error::Refused(DisplayErrorContext(error).to_string());
        request.send().await.map(|_| ()).map_err(refused)
    }
}
