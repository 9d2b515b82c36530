use serde_json::{Value, json};

use crate::{
    cut,
    story::{EVIDENCE, HEADLINE, NAME, RESOURCE, Story, TEXT},
};

/// The alert for programs, without what only the outbox needs. Fields may be added, none is renamed.
pub(super) fn of(story: &Story<'_>) -> Value {
    let alert = story.alert;
    let findings: Vec<_> = story
        .listed()
        .iter()
        .map(|finding| {
            json!({
                "fingerprint": finding.fingerprint,
                "check": cut::line(&finding.check_id, NAME),
                "severity": finding.severity,
                "headline": cut::line(&finding.headline, HEADLINE),
                "resource": cut::line(&finding.resource, RESOURCE),
                "sub_resource": finding.sub_resource.as_deref().map(|part| cut::line(part, NAME)),
                "owner": finding.owner.as_deref().map(|owner| cut::line(owner, NAME)),
                "region": cut::line(&finding.region, 40),
                "evidence": cut::line(&finding.evidence, EVIDENCE),
                "first_seen": finding.first_seen,
            })
        })
        .collect();
    json!({
        "source": "infraaudit",
        "version": 1,
        "id": cut::line(&alert.id, 2 * NAME),
        "tenant": alert.tenant,
        "audit_id": alert.audit_id,
        "account": alert.account,
        "account_name": alert.account_name.as_deref().map(|name| cut::line(name, NAME)),
        "state": alert.state,
        "severity": alert.severity,
        "check": story.check(),
        "category": alert.category,
        "headline": cut::line(&alert.headline, TEXT),
        "risk": cut::line(story.risk, TEXT),
        "remedy": cut::line(story.remedy, TEXT),
        "reference": cut::line(&alert.reference, HEADLINE),
        "created_at": alert.created_at,
        "count": alert.count,
        "omitted": story.rest(findings.len()),
        "findings": findings,
    })
}
