use aws_config::SdkConfig;
use aws_sdk_sns::{Client, error::DisplayErrorContext, types::MessageAttributeValue};
use notify::Notice;

/// The SNS topic of alerts.
pub(crate) struct Topic {
    client: Client,
    arn: String,
}

/// Why a notice was not published.
#[derive(Debug, thiserror::Error)]
#[error("the notice could not be published: {0}")]
pub(crate) struct Refused(String);

impl Topic {
    pub(crate) fn new(config: &SdkConfig, arn: String) -> Self {
        Self { client: Client::new(config), arn }
    }

    pub(crate) async fn publish(&self, notice: &Notice) -> Result<(), Refused> {
        let mut request = self
            .client
            .publish()
            .topic_arn(&self.arn)
            .subject(&notice.subject)
            .message_structure("json")
            .message(notice.message_json());
        for (name, value) in &notice.attributes {
            let value = MessageAttributeValue::builder().data_type("String").string_value(value);
            let value = value.build().map_err(|error| Refused(error.to_string()))?;
            request = request.message_attributes(*name, value);
        }
        let refused = |error| Refused(DisplayErrorContext(error).to_string());
        request.send().await.map(|_| ()).map_err(refused)
    }
}
