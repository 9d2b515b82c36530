use std::fmt::Write as _;

use domain::{AlertState, AuditId};

use crate::{
    content::{Content, EVIDENCE, HEADLINE, NAME, TEXT, resource, since},
    sanitize,
};

/// How many findings a mail tells in full.
const IN_FULL: usize = 20;

/// Plain text. Mail programs fold runs of spaces, so nothing is aligned.
pub(super) fn of(story: &Content<'_>) -> String {
    let (alert, words) = (story.alert, story.words);
    let mut text = format!("{}\n\n", story.title());
    if story.headline != story.news {
        line(&mut text, &[&story.news]);
    }
    line(&mut text, &[words.account, ": ", &story.account]);
    let digest = alert.state == AlertState::Resolved;
    let reason = sanitize::line(story.reason, TEXT);
    match alert.state {
        state if state.is_of_account() => labelled(&mut text, words.reason, &reason),
        _ if !reason.is_empty() => line(&mut text, &["\n", &reason]),
        _ => {}
    }
    let listed = if digest { resolved(story, &mut text) } else { found(story, &mut text) };
    let rest = story.rest(listed);
    if rest > 0 {
        line(&mut text, &["\n", &words.rest(rest)]);
    }
    labelled(&mut text, words.risk, &sanitize::line(story.risk, TEXT));
    labelled(&mut text, words.remedy, &sanitize::line(story.remedy, TEXT));
    labelled(&mut text, words.reference, &sanitize::line(&alert.reference, HEADLINE));
    labelled(&mut text, words.details, story.link.as_deref().unwrap_or_default());
    text.push_str("\n-- \nInfraAudit");
    if let Some(check) = story.check() {
        let _infallible = write!(text, ", {} {check}", words.check);
    }
    if alert.audit_id != AuditId::NONE {
        let _infallible = write!(text, ", {} {}", words.audit, alert.audit_id);
    }
    text.push('\n');
    text
}

/// Findings of one check, with all that was seen; how many there are.
fn found(story: &Content<'_>, text: &mut String) -> usize {
    let words = story.words;
    let mut listed = 0;
    for finding in story.listed().iter().take(IN_FULL) {
        listed += 1;
        line(text, &[&format!("\n{listed}. "), &resource(finding)]);
        let headline = sanitize::line(&finding.headline, HEADLINE);
        if !headline.is_empty() && headline != story.headline {
            line(text, &[&headline]);
        }
        line(text, &[words.region, ": ", &sanitize::line(&finding.region, 40)]);
        if let Some(owner) = &finding.owner {
            line(text, &[words.owner, ": ", &sanitize::line(owner, NAME)]);
        }
        line(text, &[words.since, ": ", &since(finding)]);
        let evidence = sanitize::line(&finding.evidence, EVIDENCE);
        if !evidence.is_empty() {
            line(text, &[words.evidence, ": ", &evidence]);
        }
    }
    listed
}

/// Findings of many checks, a line each under what was wrong; how many there are.
fn resolved(story: &Content<'_>, text: &mut String) -> usize {
    let words = story.words;
    let mut under = None;
    for finding in story.listed() {
        let head = (finding.severity, &finding.check_id, &finding.headline);
        if under != Some(head) {
            under = Some(head);
            let severity = words.severity(finding.severity);
            let headline = sanitize::line(&finding.headline, HEADLINE);
            let check = sanitize::line(&finding.check_id, HEADLINE);
            line(text, &[&format!("\n[{severity}] {headline} ({check})")]);
        }
        let region = sanitize::line(&finding.region, 40);
        let since = format!("{} {}", words.since.to_lowercase(), since(finding));
        line(text, &["- ", &resource(finding), ", ", &region, ", ", &since]);
    }
    story.listed().len()
}

fn line(text: &mut String, parts: &[&str]) {
    text.extend(parts.iter().copied().chain(["\n"]));
}

fn labelled(text: &mut String, label: &str, value: &str) {
    if !value.is_empty() {
        line(text, &["\n", label, ": ", value]);
    }
}
