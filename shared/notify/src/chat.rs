//! What a chat shows, in Slack's markdown.

mod amazon_q;
mod slack;

use std::fmt::Write as _;

use domain::{AlertFinding, AlertState};

use crate::{
    content::{Content, NAME, since},
    sanitize,
};

pub(super) use amazon_q::notification;
pub(super) use slack::payload;

/// The most of one text, in UTF-16 units: a section of a Slack message has 3,000 characters.
/// Source: Slack, "Section block".
const SECTION: usize = 2_900;
/// The most of a title. Source: Slack, "Header block".
const TITLE: usize = 150;
/// The most of a text beside the list.
const ASIDE: usize = 1_000;
/// How many findings are listed at most: a chat is no report.
const LISTED: usize = 10;

/// One line: what a push notification shows.
fn summary(story: &Content<'_>) -> String {
    let mut summary = sanitize::markdown(&story.title(), 2 * TITLE);
    if story.headline != story.news {
        let _infallible = write!(summary, ", {}", story.news);
    }
    summary + ", " + &sanitize::markdown(&story.account, 2 * TITLE)
}

/// What happened, where, since when, what was seen and what it lets happen, as far as there is room.
fn body(story: &Content<'_>) -> String {
    let (alert, words) = (story.alert, story.words);
    let mut lines = vec![field(words.account, &sanitize::markdown(&story.account, 2 * TITLE))];
    if story.headline != story.news {
        lines.push(format!("*{}*", story.news));
    }
    let reason = sanitize::markdown(story.reason, ASIDE);
    match alert.state {
        _ if reason.is_empty() => {}
        state if state.is_of_account() => lines.push(field(words.reason, &reason)),
        _ => lines.push(reason),
    }
    let risk = match story.risk {
        "" => String::new(),
        risk => field(words.risk, &sanitize::markdown(risk, ASIDE)),
    };
    let length = |line: &str| sanitize::units(line) + 1;
    let mut room = SECTION.saturating_sub(length(&risk) + length(&words.rest(u32::MAX)));
    room = lines.iter().fold(room, |room, line| room.saturating_sub(length(line)));
    let mut listed = 0;
    for finding in story.listed().iter().take(LISTED) {
        let item = item(story, finding);
        let Some(left) = room.checked_sub(length(&item)) else { break };
        room = left;
        lines.push(item);
        listed += 1;
    }
    let rest = story.rest(listed);
    if rest > 0 {
        lines.push(words.rest(rest));
    }
    if !risk.is_empty() {
        lines.push(risk);
    }
    lines.join("\n")
}

/// One finding: what was seen, or what is gone.
fn item(story: &Content<'_>, finding: &AlertFinding) -> String {
    let mut item = format!("• {}", sanitize::code(&finding.resource, 600));
    if let Some(part) = &finding.sub_resource {
        let _infallible = write!(item, " ({})", sanitize::code(part, NAME));
    }
    let (region, label) =
        (sanitize::markdown(&finding.region, 40), story.words.since.to_lowercase());
    let _infallible = write!(item, ", {region}, {label} {}", since(finding));
    if let Some(owner) = &finding.owner {
        let label = story.words.owner.to_lowercase();
        let _infallible = write!(item, ", {label} {}", sanitize::markdown(owner, NAME));
    }
    let gone = story.alert.state == AlertState::Resolved;
    let said = if gone { &finding.headline } else { &finding.evidence };
    if !said.is_empty() {
        let _infallible = write!(item, "\n{}", sanitize::markdown(said, 400));
    }
    item
}

fn field(label: &str, text: &str) -> String {
    format!("*{label}:* {text}")
}
