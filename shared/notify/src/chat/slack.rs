use domain::AuditId;
use serde_json::{Value, json};

use super::{ASIDE, TITLE, body, field, summary};
use crate::{content::Content, sanitize};

/// The payload of a Slack incoming webhook. Source: Slack, "Sending messages using incoming webhooks".
pub(crate) fn payload(story: &Content<'_>) -> Value {
    let (alert, words) = (story.alert, story.words);
    // Verbatim: Slack would make links of what looks like one.
    let markdown = |text: String| json!({ "type": "mrkdwn", "text": text, "verbatim": true });
    let section = |text: String| json!({ "type": "section", "text": markdown(text) });
    let title = sanitize::line(&story.title(), TITLE);
    let mut blocks = vec![
        json!({ "type": "header", "text": { "type": "plain_text", "text": title, "emoji": false } }),
        section(body(story)),
    ];
    if !story.remedy.is_empty() {
        blocks.push(section(field(words.remedy, &sanitize::markdown(story.remedy, ASIDE))));
    }
    let mut context = vec!["InfraAudit".to_owned()];
    context.extend(story.check().map(|check| sanitize::code(&check, TITLE)));
    if alert.audit_id != AuditId::NONE {
        context.push(format!("{} {}", words.audit, alert.audit_id));
    }
    context.extend(sanitize::link(&alert.reference, words.reference));
    context.extend(story.link.as_deref().and_then(|link| sanitize::link(link, words.details)));
    blocks.push(json!({ "type": "context", "elements": [markdown(context.join(" · "))] }));
    json!({ "text": summary(story), "blocks": blocks })
}
