//! What is told about an alert, in the way of each channel: mail, SMS, chat and program. No I/O.
//!
//! The notifier function publishes it, and the one-machine edition shows it.

mod chat;
mod content;
mod json;
mod locale;
mod mail;
mod sanitize;
mod sms;
mod subject;

use domain::Alert;
use serde_json::{Value, json};

use content::Content;

/// A message about one alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// One line of 1 to 99 printable ASCII characters.
    pub subject: String,
    /// Plain text for a mail, in the alert's language.
    pub text: String,
    /// One line that an SMS holds: 70 UTF-16 units in Korean, 140 characters in English.
    pub sms: String,
    /// A custom notification of Amazon Q Developer in chat applications.
    pub amazon_q: Value,
    /// The payload of a Slack incoming webhook.
    pub slack: Value,
    /// The alert for programs.
    pub machine: Value,
    /// What subscribers filter by: `severity`, `category`, `account`, `state`, and `check` where it is
    /// about one.
    pub attributes: Vec<(&'static str, String)>,
}

impl Notice {
    /// The most bytes of [`Self::message_json`]: half of what SNS takes with subject and attributes, for
    /// what queues and endpoints receive is wrapped and escaped once more. Source: SNS `Publish`, 262,144.
    pub const LIMIT: usize = 128 * 1024;

    /// The message about an alert.
    ///
    /// It lists as many findings as there is room for, and counts the rest.
    #[must_use]
    pub fn of(alert: &Alert) -> Self {
        Self::linked(alert, None)
    }

    /// The message about an alert, with a link to what it tells of under the API's public address, which has no slash at
    /// its end.
    #[must_use]
    pub fn linked(alert: &Alert, public_url: Option<&str>) -> Self {
        let mut most = Alert::TOLD;
        loop {
            let notice = Self::listing(alert, most, public_url);
            if most == 0 || notice.message_json().len() <= Self::LIMIT {
                return notice;
            }
            most /= 2;
        }
    }

    fn listing(alert: &Alert, most: usize, public_url: Option<&str>) -> Self {
        let story = &Content::of(alert, most, public_url);
        Self {
            subject: subject::of(alert),
            text: mail::of(story),
            sms: sms::of(alert, story.words),
            amazon_q: chat::notification(story),
            slack: chat::payload(story),
            machine: json::of(story),
            attributes: attributes(story),
        }
    }

    /// The message for SNS where `MessageStructure` is `json`: a text for each protocol.
    ///
    /// `default` is what queues, functions and streams get. Amazon Q Developer subscribes over HTTPS.
    #[must_use]
    pub fn message_json(&self) -> String {
        let chat = self.amazon_q.to_string();
        json!({
            "default": self.machine.to_string(),
            "email": self.text,
            "sms": self.sms,
            "http": chat,
            "https": chat,
        })
        .to_string()
    }
}

/// What is about several services or none has the category `account`: SNS takes no empty value.
fn attributes(story: &Content<'_>) -> Vec<(&'static str, String)> {
    let alert = story.alert;
    let mut attributes = vec![
        ("severity", alert.severity.name().into()),
        ("category", alert.category.as_ref().map_or("account", domain::Service::name).into()),
        ("account", alert.account.as_str().into()),
        ("state", alert.state.name().into()),
    ];
    attributes
        .extend(story.check().filter(|check| !check.is_empty()).map(|check| ("check", check)));
    attributes
}

#[cfg(test)]
mod tests;
