use domain::{Alert, AlertState};

use crate::{locale::Words, sanitize, subject::name};

/// The most characters of an SMS that is not split, where some are Korean: 70 units of UCS-2.
/// Source: SNS `Publish`, parameter `Message`.
const KOREAN: usize = 70;
/// The most characters of an English SMS; 160 of GSM 03.38 would fit.
const ENGLISH: usize = 140;

/// A line for a telephone: how bad it is, what, how many and whose.
pub(super) fn of(alert: &Alert, words: &Words) -> String {
    if words.korean { korean(alert, words) } else { english(alert, words) }
}

fn korean(alert: &Alert, words: &Words) -> String {
    let (account, count, mark) = (&alert.account, alert.count, words.mark(alert));
    let state = match alert.state {
        AlertState::New => "신규",
        AlertState::Reopened => "재발",
        AlertState::Worse => "악화",
        AlertState::Resolved => return format!("[InfraAudit] 해결: {count}건, 계정 {account}"),
        AlertState::Suspended => {
            let why = "역할의 ExternalId 확인 필요";
            return format!("[InfraAudit] {mark}: 계정 {account} 감사 중단, {why}");
        }
        AlertState::Paused => {
            return format!("[InfraAudit] {mark}: 계정 {account} 야간 감사 제외, 역할 확인 필요");
        }
        AlertState::Delayed => {
            return format!("[InfraAudit] {mark}: 예약 감사 지연, 일일 한도 초과, 계정 {account}");
        }
    };
    let head = format!("[InfraAudit] {mark} {state}: ");
    let tail = format!(" {count}건, {account}");
    between(&head, &alert.headline, &tail, KOREAN)
}

fn english(alert: &Alert, words: &Words) -> String {
    let (account, count, mark) = (&alert.account, alert.count, words.mark(alert));
    let (state, news) = (alert.state.name(), words.news(alert.state, count));
    let head = match alert.state {
        AlertState::Suspended => {
            let what = "its role opens without the right ExternalId";
            return format!("InfraAudit: {mark}, account {account} suspended: {what}");
        }
        AlertState::Paused => {
            let what = "its role has never opened";
            return format!("InfraAudit: {mark}, account {account} is audited no more: {what}");
        }
        AlertState::Delayed => {
            let what = "audits by schedule had to wait, the day's quota is used up";
            return format!("InfraAudit: {mark}, {what}, first of account {account}");
        }
        AlertState::Resolved => return format!("InfraAudit: {news}, account {account}"),
        _ => format!("InfraAudit: {mark}, {state}: "),
    };
    let tail = match &*alert.findings {
        [finding] if count == 1 => {
            let resource: String = name(&finding.resource).chars().take(40).collect();
            format!(" ({}), account {account}", gsm(&resource))
        }
        _ => format!(", {count} findings, account {account}"),
    };
    // An ellipsis is none of GSM's characters.
    between(&head, &gsm(&alert.headline), &tail, ENGLISH - 2).replace('…', "...")
}

/// A text between two others, as long as there is room.
fn between(head: &str, text: &str, tail: &str, limit: usize) -> String {
    let room = limit.saturating_sub(sanitize::units(head) + sanitize::units(tail));
    format!("{head}{}{tail}", sanitize::line(text, room))
}

/// One other character would make the whole SMS UCS-2, of 70 characters. Those that GSM writes as two
/// are among the others.
fn gsm(text: &str) -> String {
    let known = |c: char| c.is_ascii_alphanumeric() || " !\"#%&'()*+,-./:;<=>?@_$".contains(c);
    let plain = |c| match c {
        '`' => '\'',
        '[' | '{' => '(',
        ']' | '}' => ')',
        c if known(c) => c,
        c if c.is_whitespace() => ' ',
        _ => '?',
    };
    text.chars().map(plain).collect()
}
