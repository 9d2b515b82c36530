use domain::{Alert, AlertFinding, AlertState, AuditId};

use crate::{
    locale::{AccountWords, Words},
    sanitize,
};

/// The most of a headline, in UTF-16 units.
pub(super) const HEADLINE: usize = 300;
/// The most of a longer text: a risk, a remedy, a reason.
pub(super) const TEXT: usize = 2_000;
/// The most of an ARN. IAM's are the longest, with 512 characters of path.
pub(super) const RESOURCE: usize = 1_000;
/// The most of an evidence.
pub(super) const EVIDENCE: usize = 500;
/// The most of what a message names only in passing.
pub(super) const NAME: usize = 150;

/// What an alert says, before anything is said in the way of one channel.
pub(super) struct Content<'a> {
    pub(super) alert: &'a Alert,
    pub(super) words: &'static Words,
    /// How many findings are listed at most.
    pub(super) most: usize,
    /// What is wrong, or what happened.
    pub(super) headline: String,
    /// What happened, in a few words.
    pub(super) news: String,
    /// What the operator calls the account, and its number.
    pub(super) account: String,
    /// What more there is to say of the whole; empty where there is nothing.
    pub(super) reason: &'a str,
    pub(super) risk: &'a str,
    pub(super) remedy: &'a str,
    /// Where the API has what it tells of.
    pub(super) link: Option<String>,
}

/// The route of the API that answers what an alert tells of: the findings of its audit, those of one check where it is
/// about one; or the account, where no audit found it.
fn place(alert: &Alert) -> String {
    if alert.audit_id == AuditId::NONE || alert.state == AlertState::Suspended {
        return format!("/api/accounts/{}", alert.account);
    }
    let findings = format!("/api/audits/{}/findings", alert.audit_id);
    // Checks are named by letters, digits and `_`; nothing else belongs into a query.
    let is_name = |check: &&str| {
        !check.is_empty() && check.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    match alert.check_id.as_deref().filter(is_name) {
        Some(check) if alert.state != AlertState::Resolved => format!("{findings}?check={check}"),
        _ => findings,
    }
}

impl<'a> Content<'a> {
    pub(super) fn of(alert: &'a Alert, most: usize, public_url: Option<&str>) -> Self {
        let words = Words::in_language(&alert.lang);
        let news = words.news(alert.state, alert.count);
        let account = match alert.account_name.as_deref() {
            Some(name) if !name.is_empty() => {
                format!("{} ({})", sanitize::line(name, NAME), alert.account)
            }
            _ => alert.account.to_string(),
        };
        let headline = match alert.state {
            AlertState::Resolved => news.clone(),
            state if state.is_of_account() => news.clone(),
            _ => sanitize::line(&alert.headline, HEADLINE),
        };
        let (reason, risk, remedy) = match alert.state {
            AlertState::Resolved => (words.gone, "", ""),
            AlertState::Suspended => told(alert, &words.suspended),
            AlertState::Paused => told(alert, &words.paused),
            AlertState::Delayed => told(alert, &words.delayed),
            AlertState::New | AlertState::Reopened | AlertState::Worse => {
                ("", &*alert.risk, &*alert.remedy)
            }
        };
        let link = public_url.map(|url| format!("{url}{}", place(alert)));
        Self { alert, words, most, headline, news, account, reason, risk, remedy, link }
    }

    /// The headline and how bad it is.
    pub(super) fn title(&self) -> String {
        format!("[{}] {}", self.words.mark(self.alert), self.headline)
    }

    /// The findings that are listed.
    pub(super) fn listed(&self) -> &'a [AlertFinding] {
        let findings = &self.alert.findings;
        findings.get(..self.most).unwrap_or(findings)
    }

    /// How many are not, where so many are.
    pub(super) fn rest(&self, listed: usize) -> u32 {
        self.alert.count.saturating_sub(u32::try_from(listed).unwrap_or(u32::MAX))
    }

    /// The check, where the alert is about one.
    pub(super) fn check(&self) -> Option<String> {
        self.alert.check_id.as_deref().map(|check| sanitize::line(check, NAME))
    }
}

/// The reason, the risk and the remedy of what happened to an account.
fn told<'a>(alert: &'a Alert, words: &'static AccountWords) -> (&'a str, &'a str, &'a str) {
    (&alert.headline, words.risk, words.remedy)
}

/// When a finding was first seen, to the minute.
pub(super) fn since(finding: &AlertFinding) -> String {
    finding.first_seen.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A resource, and the part of it that a finding is about.
pub(super) fn resource(finding: &AlertFinding) -> String {
    let arn = sanitize::line(&finding.resource, RESOURCE);
    match &finding.sub_resource {
        Some(part) => format!("{arn} ({})", sanitize::line(part, NAME)),
        None => arn,
    }
}
