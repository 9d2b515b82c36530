use std::{
    fmt::Write as _,
    io::{self, Write},
};

use checks::PresentedFinding;
use domain::{
    AuditSettings, Finding, Lang, OutdatedRole, Receipt, ReceiptOutcome, Report, Severity,
    SeverityOverride, Status, Summary, Thresholds, Verdict,
};
use policy::Arn;

use crate::table;

/// How a page for people looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// The characters of a line.
    pub width: u16,
    /// Whether to use colour.
    pub color: bool,
}

/// What a page for people shows.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// How it looks.
    pub style: Style,
    /// Whether it lists what passes and what is not applicable too, and not only their numbers.
    pub passes: bool,
    /// The language of the texts.
    pub lang: Lang,
}

impl Page {
    /// Writes a report: what is wrong first, worst first; then what could not be read.
    ///
    /// # Errors
    ///
    /// When the writer fails.
    pub fn write(self, report: &Report, mut out: impl Write) -> io::Result<()> {
        let mut text = head(report);
        let shown = report.findings.iter().filter(|finding| self.shows(finding));
        let rows: Vec<_> = shown.map(|finding| cells(finding, self.lang)).collect();
        if !rows.is_empty() {
            let header = ["SEVERITY", "VERDICT", "WHAT", "RESOURCE", "REGION", "EVIDENCE"];
            text += "\n";
            text += &table(self.style, header, rows);
            text += "\n";
        }
        text += "\n";
        text += &self.receipt(report);
        text += &judged_by(&report.settings);
        out.write_all(text.as_bytes())
    }

    /// Whether a finding is listed.
    pub(crate) fn shows(self, finding: &Finding) -> bool {
        self.passes || !matches!(finding.verdict, Verdict::Pass | Verdict::NotApplicable)
    }

    fn receipt(self, report: &Report) -> String {
        let calls: u32 = report.receipt.iter().map(|row| row.calls).sum();
        let done = report.receipt.iter().filter(|row| !row.outcome.is_gap()).count();
        let total = report.receipt.len();
        let mut text = match report.status {
            Status::Complete => format!("Coverage: all of {total} read, {calls} calls.\n"),
            Status::Incomplete => {
                format!("Coverage: INCOMPLETE, {done} of {total} read, {calls} calls.\n")
            }
        };
        text +=
            &report.outdated_role.as_ref().map(|role| outdated(role, report)).unwrap_or_default();
        let rows: Vec<_> = told(report).map(gaps).collect();
        if !rows.is_empty() {
            text += &table(self.style, ["SERVICE", "REGION", "OUTCOME", "CALLS", "WHY"], rows);
            text += "\n";
        }
        text
    }
}

/// What was judged otherwise than by the catalogue and its defaults; nothing where nothing was.
pub(crate) fn judged_by(settings: &AuditSettings) -> String {
    let AuditSettings { thresholds, checks, .. } = settings;
    let mut text = String::new();
    for (id, reason) in &checks.disable {
        let _ = writeln!(text, "Switched off: {} ({}).", visible(id), visible(reason));
    }
    for (id, SeverityOverride { severity, reason }) in &checks.severity {
        let _ = writeln!(text, "Rated {severity}: {} ({}).", visible(id), visible(reason));
    }
    for threshold in Thresholds::ALL {
        let (name, value) = (threshold.name, threshold.of(thresholds));
        if value != threshold.default {
            let _ = writeln!(text, "Judged by {name} = {value}, not {}.", threshold.default);
        }
    }
    text
}

/// A text that cannot move the cursor.
fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn head(report: &Report) -> String {
    let summary = &report.summary;
    let time = report.finished_at.round(jiff::Unit::Second).unwrap_or(report.finished_at);
    format!("Account {}, {time}\n{}\n", report.account, counted(summary))
}

/// Findings by verdict, and the failing ones by severity.
pub(crate) fn counted(summary: &Summary) -> String {
    let by_severity: Vec<_> = Severity::ALL
        .into_iter()
        .filter_map(|severity| Some((summary.by_severity.get(&severity)?, severity)))
        .filter(|(count, _)| **count > 0)
        .map(|(count, severity)| format!("{count} {severity}"))
        .collect();
    let mut text = format!("{} failing", summary.fail);
    let suppressed = (summary.suppressed > 0).then(|| format!("{} suppressed", summary.suppressed));
    let by_severity: Vec<_> = by_severity.into_iter().chain(suppressed).collect();
    if !by_severity.is_empty() {
        let _ = write!(text, " ({})", by_severity.join(", "));
    }
    let _ = write!(text, ", {} unknown", summary.unknown);
    if summary.manual > 0 {
        let _ = write!(text, ", {} to look at", summary.manual);
    }
    let _ = write!(text, ", {} passing", summary.pass);
    if summary.not_applicable > 0 {
        let _ = write!(text, ", {} not applicable", summary.not_applicable);
    }
    text
}

/// The one line about a role whose stack is old.
fn outdated(role: &OutdatedRole, report: &Report) -> String {
    let OutdatedRole { level, update_to, denied } = role;
    let rows = report.receipt.iter().filter(|row| is_outdated(row, report)).count();
    let actions = denied.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = denied.len().saturating_sub(3);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(
        "Permissions: level {level}. Update the stack to level {update_to}: {actions}{more} were denied (coverage rows \
         not listed: {rows}). If it is at level {update_to}, an SCP or a permissions boundary denies them.\n"
    )
}

/// Whether all that a row lacks is explained by the role's old stack.
fn is_outdated(row: &Receipt, report: &Report) -> bool {
    row.outcome == ReceiptOutcome::Denied
        && report.outdated_role.as_ref().is_some_and(|role| {
            !row.denied.is_empty() && row.denied.iter().all(|action| role.denied.contains(action))
        })
}

/// The rows of the receipt that are listed: those with something to say that no line says for all of them.
pub(crate) fn told(report: &Report) -> impl Iterator<Item = &Receipt> {
    let rows = report.receipt.iter().filter(|row| row.outcome != ReceiptOutcome::Done);
    rows.filter(move |row| !is_outdated(row, report))
}

/// The cells of a row of the receipt.
pub(crate) fn gaps(row: &Receipt) -> [String; 5] {
    let denied = row.denied.join(", ");
    let why = [denied, row.error.clone().unwrap_or_default()];
    let why = why.into_iter().filter(|why| !why.is_empty()).collect::<Vec<_>>();
    let name = row.service.name().to_owned();
    let outcome = row.outcome.name().replace('_', " ");
    [name, row.region.clone(), outcome, row.calls.to_string(), why.join("; ")]
}

/// The cells of a finding.
pub(crate) fn cells(finding: &Finding, lang: Lang) -> [String; 6] {
    let finding = PresentedFinding::new(finding, lang);
    let what = match finding.verdict {
        Verdict::Fail => &finding.headline,
        _ => &finding.requirement,
    };
    let mut evidence = finding.evidence.replace('`', "");
    let mut verdict = finding.verdict.name().replace('_', " ");
    if let Some(quiet) = &finding.suppressed {
        verdict = "suppressed".into();
        let until = quiet.expires_at.strftime("%Y-%m-%d");
        let _ = write!(evidence, " (suppressed until {until}: {})", quiet.reason);
    }
    [
        finding.severity.to_string(),
        verdict,
        what.clone(),
        short(&finding.resource.arn).to_owned(),
        finding.resource.region.clone(),
        evidence,
    ]
}

/// What of an ARN tells one resource of an account from another.
fn short(arn: &str) -> &str {
    Arn::split(arn).map_or(arn, |arn| arn.resource)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use domain::{Account, Fingerprint, Partition, Resource, Service};

    fn finding(check: &'static str, severity: Severity, verdict: Verdict, arn: &str) -> Finding {
        let account = Account { partition: Partition::Aws, id: "111122223333".parse().unwrap() };
        Finding {
            fingerprint: Fingerprint::new(&account, "global", check, arn, None),
            check_id: check.into(),
            service: Service::Iam,
            severity,
            verdict,
            resource: Resource {
                arn: arn.into(),
                kind: "AWS::IAM::User".into(),
                region: "global".into(),
                account: account.id,
                tags: None,
            },
            sub_resource: None,
            evidence: serde_json::from_str(r#""`seen`\u001b[2J""#).unwrap(),
            suppressed: None,
        }
    }

    pub(crate) fn report() -> Report {
        let findings = vec![
            finding(
                "iam_root_mfa",
                Severity::Critical,
                Verdict::Fail,
                "arn:aws:iam::111122223333:root",
            ),
            finding(
                "iam_access_key_age",
                Severity::High,
                Verdict::Unknown,
                "arn:aws:iam::111122223333:user/*",
            ),
            finding("s3_encryption", Severity::Medium, Verdict::Pass, "arn:aws:s3:::logs"),
        ];
        let receipt = |service, outcome, denied: &[&str], error: Option<&str>| Receipt {
            region: "global".into(),
            service,
            outcome,
            calls: 3,
            denied: denied.iter().map(|&action| action.into()).collect(),
            error: error.map(Into::into),
            notes: Vec::new(),
        };
        let receipt = vec![
            receipt(Service::Iam, ReceiptOutcome::Denied, &["iam:ListUsers"], None),
            receipt(Service::S3, ReceiptOutcome::Done, &[], None),
            receipt(Service::Ec2, ReceiptOutcome::Failed, &[], Some("no answer in time")),
        ];
        Report {
            schema: Report::SCHEMA,
            account: "111122223333".parse().unwrap(),
            started_at: jiff::Timestamp::UNIX_EPOCH,
            finished_at: jiff::Timestamp::UNIX_EPOCH,
            status: Status::of(&receipt, &Summary::of(&findings)),
            receipt,
            summary: Summary::of(&findings),
            findings,
            checks: Vec::new(),
            settings: AuditSettings::default(),
            access_keys: None,
            outdated_role: None,
        }
    }

    fn page(passes: bool) -> String {
        let mut out = Vec::new();
        let style = Style { width: 100, color: false };
        Page { style, passes, lang: Lang::En }.write(&report(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn leads_with_the_worst_and_counts_what_passes() {
        insta::assert_snapshot!(page(false));
    }

    #[test]
    fn what_is_suppressed_says_so_and_until_when() {
        let mut report = report();
        let quiet = domain::Suppressed {
            id: None,
            reason: "moved in March".into(),
            expires_at: "2027-03-31T00:00:00Z".parse().unwrap(),
        };
        report.findings[0].suppressed = Some(quiet.into());
        report.summary = Summary::of(&report.findings);
        let mut out = Vec::new();
        let style = Style { width: 200, color: false };
        Page { style, passes: false, lang: Lang::En }.write(&report, &mut out).unwrap();
        let page = String::from_utf8(out).unwrap();
        assert!(page.contains("1 failing (1 suppressed)"), "{page}");
        assert!(page.contains("suppressed until 2027-03-31: moved in March"), "{page}");
    }

    #[test]
    fn an_old_stack_is_one_line_instead_of_its_rows() {
        let mut report = report();
        let row = |region: &str, denied: &[&str]| Receipt {
            region: region.into(),
            denied: denied.iter().map(|&action| action.into()).collect(),
            ..report.receipt[0].clone()
        };
        let rows = [
            row("eu-west-1", &["kms:ListKeys"]),
            row("us-east-1", &["kms:ListAliases", "kms:ListKeys"]),
            row("ap-east-1", &["kms:ListKeys", "ec2:DescribeInstances"]),
        ];
        report.receipt.extend(rows);
        let denied =
            ["kms:GetKeyRotationStatus", "kms:ListAliases", "kms:ListKeys", "sns:ListTopics"];
        report.outdated_role =
            Some(OutdatedRole { level: 1, update_to: 3, denied: denied.map(str::to_owned).into() });
        let mut out = Vec::new();
        let style = Style { width: 200, color: false };
        Page { style, passes: false, lang: Lang::En }.write(&report, &mut out).unwrap();
        let page = String::from_utf8(out).unwrap();
        let line = "Permissions: level 1. Update the stack to level 3: kms:GetKeyRotationStatus, kms:ListAliases, \
                    kms:ListKeys and 1 more were denied (coverage rows not listed: 2).";
        assert_eq!(page.matches(line).count(), 1, "{page}");
        // Its own reason is listed, and what else was denied there.
        assert!(page.contains("ap-east-1") && page.contains("iam:ListUsers"), "{page}");
        assert!(!page.contains("eu-west-1") && !page.contains("us-east-1"), "{page}");
    }

    #[test]
    fn lists_what_passes_when_asked() {
        assert!(page(true).contains("Bucket encrypts new objects by default"));
        assert!(!page(false).contains("Bucket encrypts new objects by default"));
    }

    #[test]
    fn json_has_the_documented_fields_in_order() {
        let mut out = Vec::new();
        crate::json(&report(), Lang::En, &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }

    #[test]
    fn csv_has_a_line_for_every_finding() {
        let mut out = Vec::new();
        crate::csv(&report(), Lang::En, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap().lines().count(), 4);
    }

    #[test]
    fn what_was_judged_otherwise_is_told_at_the_end() {
        let rated = SeverityOverride { severity: Severity::Low, reason: "public data".into() };
        let checks = domain::CheckSettings {
            disable: [("ec2_public_ip".into(), "bastions\u{1b}[2J".into())].into(),
            severity: [("s3_encryption".into(), rated)].into(),
            ..domain::CheckSettings::default()
        };
        let thresholds = Thresholds { access_key_days: 30, ..Thresholds::default() };
        let settings = AuditSettings { thresholds, checks, ..AuditSettings::default() };
        let page =
            Page { style: Style { width: 120, color: false }, passes: false, lang: Lang::En };
        let mut written = Vec::new();
        page.write(&Report { settings, ..report() }, &mut written).unwrap();
        let written = String::from_utf8(written).unwrap();
        let end = "Switched off: ec2_public_ip (bastions\u{fffd}[2J).\nRated low: s3_encryption (public data).\n\
                   Judged by access_key_days = 30, not 90.\n";
        assert!(written.ends_with(end), "{written}");
    }
}
