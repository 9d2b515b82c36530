use serde_json::{Value, json};

use crate::{
    content::{Content, EVIDENCE, HEADLINE, NAME, RESOURCE, TEXT},
    sanitize,
};

/// The alert for programs, without what only the outbox needs. Fields may be added, none is renamed.
pub(super) fn of(story: &Content<'_>) -> Value {
    let alert = story.alert;
    let findings: Vec<_> = story
        .listed()
        .iter()
        .map(|finding| {
            json!({
                "fingerprint": finding.fingerprint,
                "check": sanitize::line(&finding.check_id, NAME),
                "severity": finding.severity,
                "headline": sanitize::line(&finding.headline, HEADLINE),
                "resource": sanitize::line(&finding.resource, RESOURCE),
                "sub_resource": finding.sub_resource.as_deref().map(|part| sanitize::line(part, NAME)),
                "owner": finding.owner.as_deref().map(|owner| sanitize::line(owner, NAME)),
                "region": sanitize::line(&finding.region, 40),
                "evidence": sanitize::line(&finding.evidence, EVIDENCE),
                "first_seen": finding.first_seen,
            })
        })
        .collect();
    let mut told = json!({
        "source": "infraaudit",
        "version": 1,
        "id": sanitize::line(&alert.id, 2 * NAME),
        "tenant": alert.tenant,
        "audit_id": alert.audit_id,
        "account": alert.account,
        "account_name": alert.account_name.as_deref().map(|name| sanitize::line(name, NAME)),
        "state": alert.state,
        "severity": alert.severity,
        "check": story.check(),
        "category": alert.category,
        "headline": sanitize::line(&alert.headline, TEXT),
        "risk": sanitize::line(story.risk, TEXT),
        "remedy": sanitize::line(story.remedy, TEXT),
        "reference": sanitize::line(&alert.reference, HEADLINE),
        "created_at": alert.created_at,
        "count": alert.count,
        "omitted": story.rest(findings.len()),
        "findings": findings,
    });
    if let (Some(link), Some(fields)) = (&story.link, told.as_object_mut()) {
        fields.insert("url".into(), link.as_str().into());
    }
    told
}
