use serde_json::{Map, Value, json};

use super::{ASIDE, LISTED, TITLE, body, summary};
use crate::{
    content::{Content, RESOURCE},
    sanitize,
};

/// A custom notification of Amazon Q Developer in chat applications, which shows a text in the markdown of
/// the chat that it goes to. Source: its administrator guide, "Custom notifications".
///
/// That page names no limits, so the texts keep to Slack's. The event type and the context have only
/// characters that a custom action's criteria and variables may have.
pub(crate) fn notification(story: &Content<'_>) -> Value {
    let alert = story.alert;
    let check = story.check().filter(|check| !check.is_empty());
    let category = alert.category.as_ref().map(domain::Service::name);
    let names = [Some(alert.severity.name()), Some(alert.state.name()), category, check.as_deref()];
    let mut content = Map::from_iter([
        ("textType".to_owned(), "client-markdown".into()),
        ("title".to_owned(), sanitize::markdown(&story.title(), TITLE).into()),
        ("description".to_owned(), body(story).into()),
        ("keywords".to_owned(), names.into_iter().flatten().collect()),
    ]);
    let remedy = Some(sanitize::markdown(story.remedy, ASIDE)).filter(|remedy| !remedy.is_empty());
    let link = story.link.as_deref().and_then(|link| sanitize::link(link, story.words.details));
    let steps = [remedy, sanitize::link(&alert.reference, story.words.reference), link];
    if steps.iter().any(Option::is_some) {
        content.insert("nextSteps".into(), steps.into_iter().flatten().collect());
    }
    let mut known = Map::from_iter([
        ("severity".to_owned(), alert.severity.name().into()),
        ("state".to_owned(), alert.state.name().into()),
        ("account".to_owned(), alert.account.as_str().into()),
        ("auditId".to_owned(), alert.audit_id.to_string().into()),
        ("count".to_owned(), alert.count.to_string().into()),
    ]);
    known.extend(check.map(|check| ("check".to_owned(), check.into())));
    let listed = alert.findings.iter().take(LISTED.min(story.most));
    let resources: Value =
        listed.map(|finding| sanitize::line(&finding.resource, RESOURCE)).collect();
    json!({
        "version": "1.0",
        "source": "custom",
        "id": format!("{}.{}", alert.audit_id, sanitize::line(&alert.id, 300)),
        "content": content,
        "metadata": {
            "threadId": thread(story),
            "summary": summary(story),
            "eventType": format!("InfraAudit-{}", alert.state.name()),
            "relatedResources": resources,
            "additionalContext": known,
        },
    })
}

/// What goes on in one thread: a finding's life where the alert is about one finding; else what one check
/// says of an account, what is resolved there, or its suspension.
fn thread(story: &Content<'_>) -> String {
    let alert = story.alert;
    match &*alert.findings {
        [finding] if alert.count == 1 => finding.fingerprint.to_string(),
        _ => {
            let topic = story.check().unwrap_or_else(|| alert.state.name().to_owned());
            format!("{}-{topic}", alert.account)
        }
    }
}
