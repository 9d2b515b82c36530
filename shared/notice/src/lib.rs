//! What a person is told about an alert: subject, text and attributes of a message. No I/O.
//!
//! The notifier function publishes it, and the one-machine edition shows it.

mod subject;
mod words;

use std::fmt::Write as _;

use domain::Alert;
use words::Words;

/// A message about one alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// One line of 1 to 99 printable ASCII characters.
    pub subject: String,
    /// Plain text for a mail, in the alert's language.
    pub text: String,
    /// What subscribers filter by: `severity`, `category`, `account` and `state`.
    pub attributes: [(&'static str, String); 4],
}

impl Notice {
    /// The message about an alert.
    #[must_use]
    pub fn of(alert: &Alert) -> Self {
        Self {
            subject: subject::of(alert),
            text: text(alert, Words::in_language(&alert.lang)),
            attributes: [
                ("severity", alert.severity.name().into()),
                ("category", alert.category.name().into()),
                ("account", alert.account.as_str().into()),
                ("state", alert.state.name().into()),
            ],
        }
    }
}

/// Mail programs fold runs of spaces, so nothing is aligned.
fn text(alert: &Alert, words: &Words) -> String {
    let resource = match &alert.sub_resource {
        Some(part) => format!("{} ({part})", alert.resource),
        None => alert.resource.clone(),
    };
    let account = format!("{}, {} {}", alert.account, words.region, alert.region);
    let mut text = format!("[{}] {}\n", words.severity(alert.severity), alert.headline);
    for (label, value) in [
        (words.resource, resource.as_str()),
        (words.account, account.as_str()),
        (words.since, &alert.first_seen.to_string()),
        (words.evidence, &alert.evidence),
        (words.risk, &alert.risk),
        (words.remedy, &alert.remedy),
        (words.reference, &alert.reference),
    ] {
        if !value.is_empty() {
            let _infallible = write!(text, "\n{label}: {value}\n");
        }
    }
    let _infallible = write!(
        text,
        "\n-- \nInfraAudit, {} {}, {} {}\n",
        words.check, alert.check_id, words.audit, alert.audit_id
    );
    text
}

#[cfg(test)]
mod tests;
