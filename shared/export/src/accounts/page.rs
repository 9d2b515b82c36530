use std::fmt::Write as _;

use domain::{OutdatedRole, Report, Severity, Status};

use super::{AccountResult, Accounts};
use crate::{
    Page,
    page::{cells, counted, gaps, judged_by, told},
    table,
};

/// The page of several accounts.
pub(super) fn text(accounts: &Accounts, page: Page) -> String {
    let mut text = head(accounts);
    let header =
        ["ACCOUNT", "NAME", "RESULT", "CRITICAL", "HIGH", "MEDIUM", "LOW", "UNKNOWN", "WHY"];
    text += "\n";
    text += &table(page.style, header, accounts.results.iter().map(account));
    text += "\n";
    let findings = accounts.findings();
    let rows: Vec<_> = findings
        .into_iter()
        .filter(|finding| page.shows(finding))
        .map(|finding| {
            let [severity, verdict, what, resource, region, evidence] = cells(finding, page.lang);
            let account = finding.resource.account.to_string();
            [severity, verdict, account, what, resource, region, evidence]
        })
        .collect();
    if !rows.is_empty() {
        let header = ["SEVERITY", "VERDICT", "ACCOUNT", "WHAT", "RESOURCE", "REGION", "EVIDENCE"];
        text += "\n";
        text += &table(page.style, header, rows);
        text += "\n";
    }
    text += "\n";
    text += &coverage(accounts, page);
    // One file settles them all.
    text += &accounts.reports().next().map(|one| judged_by(&one.settings)).unwrap_or_default();
    text
}

fn head(accounts: &Accounts) -> String {
    let time = accounts.finished_at.round(jiff::Unit::Second).unwrap_or(accounts.finished_at);
    let all = accounts.results.len();
    let failed = all - accounts.reports().count();
    let incomplete = accounts.reports().filter(|r| r.status == Status::Incomplete).count();
    let mut text = format!("{all} accounts, {time}");
    if failed > 0 {
        let _ = write!(text, ", {failed} NOT AUDITED");
    }
    if incomplete > 0 {
        let _ = write!(text, ", {incomplete} incomplete");
    }
    let _ = writeln!(text, "\n{}", counted(&accounts.summary()));
    text
}

fn account(one: &AccountResult) -> [String; 9] {
    let name = one.name.clone().unwrap_or_default();
    let account = one.account.to_string();
    match &one.result {
        Ok(report) => {
            let count = |severity: Severity| {
                report.summary.by_severity.get(&severity).copied().unwrap_or_default().to_string()
            };
            let [critical, high, medium, low] = Severity::ALL.map(count);
            let unknown = report.summary.unknown.to_string();
            let status = report.status.name().into();
            [account, name, status, critical, high, medium, low, unknown, missing(report)]
        }
        Err(error) => {
            let none = || "-".to_owned();
            let why = error.replace('`', "");
            let result = "not audited".into();
            [account, name, result, none(), none(), none(), none(), none(), why]
        }
    }
}

/// What was not read, in few words.
fn missing(report: &Report) -> String {
    let gaps = told(report).filter(|row| row.outcome.is_gap()).count();
    let gaps = match gaps {
        0 => None,
        1 => Some("1 gap, see below".to_owned()),
        _ => Some(format!("{gaps} gaps, see below")),
    };
    let update = |role: &OutdatedRole| format!("update the stack to level {}", role.update_to);
    let update = report.outdated_role.as_ref().map(update);
    update.into_iter().chain(gaps).collect::<Vec<_>>().join("; ")
}

fn coverage(accounts: &Accounts, page: Page) -> String {
    let rows = || accounts.reports().flat_map(|report| &report.receipt);
    let calls: u32 = rows().map(|row| row.calls).sum();
    let (done, total) = (rows().filter(|row| !row.outcome.is_gap()).count(), rows().count());
    let (audited, all) = (accounts.reports().count(), accounts.results.len());
    let mut text = match accounts.status() {
        Status::Complete => {
            format!("Coverage: all of {total} read in all of {all} accounts, {calls} calls.\n")
        }
        Status::Incomplete => format!(
            "Coverage: INCOMPLETE, {audited} of {all} accounts audited, {done} of {total} read there, {calls} calls.\n"
        ),
    };
    let missing: Vec<_> = accounts
        .reports()
        .flat_map(|report| told(report).map(move |row| (&report.account, row)))
        .map(|(account, row)| {
            let [service, region, outcome, calls, why] = gaps(row);
            [account.to_string(), service, region, outcome, calls, why]
        })
        .collect();
    if !missing.is_empty() {
        let header = ["ACCOUNT", "SERVICE", "REGION", "OUTCOME", "CALLS", "WHY"];
        text += &table(page.style, header, missing);
        text += "\n";
    }
    text
}
