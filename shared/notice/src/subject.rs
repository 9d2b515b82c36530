use domain::Alert;

/// The most that SNS takes, in characters: less than 100. Source: SNS `Publish`, parameter `Subject`.
const LIMIT: usize = 99;

/// SNS takes printable ASCII only, so the subject is the same in every language and names the check.
pub(super) fn of(alert: &Alert) -> String {
    let severity = alert.severity.name().to_ascii_uppercase();
    let resource = alert.resource.rsplit([':', '/']).next().unwrap_or_default();
    let whole =
        format!("[InfraAudit] {severity} {} in {}: {resource}", alert.check_id, alert.account);
    let plain = |c: char| if c.is_ascii_graphic() || c == ' ' { c } else { '?' };
    let mut subject: String = whole.chars().map(plain).collect();
    if subject.len() > LIMIT {
        subject.truncate(LIMIT - 3);
        subject.push_str("...");
    }
    subject
}
