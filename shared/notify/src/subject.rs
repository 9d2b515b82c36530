use domain::{Alert, AlertState};
use policy::Arn;

/// The most that SNS takes, in characters: less than 100. Source: SNS `Publish`, parameter `Subject`.
const LIMIT: usize = 99;

/// SNS takes printable ASCII only, so the subject is the same in every language and names the check.
pub(super) fn of(alert: &Alert) -> String {
    let severity = alert.severity.name().to_ascii_uppercase();
    let (account, count, state) = (&alert.account, alert.count, alert.state.name());
    let check = alert.check_id.as_deref().unwrap_or("findings");
    let whole = match (alert.state, &*alert.findings) {
        (AlertState::Suspended, _) => format!("{severity} account {account} is suspended"),
        (AlertState::Paused, _) => format!("{severity} account {account} is audited no more"),
        (AlertState::Delayed, _) => format!("{severity} audits had to wait, first of {account}"),
        (AlertState::Resolved, _) if count == 1 => format!("RESOLVED 1 finding in {account}"),
        (AlertState::Resolved, _) => format!("RESOLVED {count} findings in {account}"),
        (_, [finding]) if count == 1 => {
            format!("{severity} {state} {check} in {account}: {}", name(&finding.resource))
        }
        _ => format!("{severity} {state} {check} in {account}: {count} findings"),
    };
    let plain = |c: char| if c.is_ascii_graphic() || c == ' ' { c } else { '?' };
    let mut subject: String = "[InfraAudit] ".chars().chain(whole.chars().map(plain)).collect();
    if subject.len() > LIMIT {
        subject.truncate(LIMIT - 3);
        subject.push_str("...");
    }
    subject
}

/// The last part of an ARN.
pub(super) fn name(arn: &str) -> &str {
    Arn::split(arn).map_or(arn, |arn| arn.resource_name())
}
