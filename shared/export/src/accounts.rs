mod page;

use std::{
    cmp::Reverse,
    io::{self, Write},
};

use checks::PresentedReport;
use domain::{AccountId, Finding, Lang, Report, Severity, Status, Summary};
use jiff::Timestamp;
use serde::Serialize;

use crate::{Page, comma};

/// What became of one account of several.
#[derive(Clone, Debug)]
pub struct AccountResult {
    /// The account.
    pub account: AccountId,
    /// What its auditor calls it.
    pub name: Option<String>,
    /// Its report, or why it could not be audited, in one sentence.
    pub result: Result<Report, String>,
}

/// The results of several accounts that were audited together, worst first.
#[derive(Clone, Debug)]
pub struct Accounts {
    started_at: Timestamp,
    finished_at: Timestamp,
    results: Vec<AccountResult>,
}

/// The JSON of one account.
#[derive(Serialize)]
struct Row<'a> {
    account: &'a AccountId,
    name: Option<&'a str>,
    error: Option<&'a str>,
    report: Option<PresentedReport>,
}

impl<'a> Row<'a> {
    fn new(one: &'a AccountResult, lang: Lang) -> Self {
        let AccountResult { account, name, result } = one;
        let error = result.as_ref().err().map(String::as_str);
        Self {
            account,
            name: name.as_deref(),
            error,
            report: result.as_ref().ok().map(|report| PresentedReport::new(report, lang)),
        }
    }
}

/// The JSON of all accounts.
#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    started_at: Timestamp,
    finished_at: Timestamp,
    status: Status,
    summary: Summary,
    accounts: Vec<Row<'a>>,
}

impl Accounts {
    /// The version of the JSON that this program writes.
    pub const SCHEMA: u32 = 1;

    /// Puts results together. An account that could not be audited comes first, because nothing is
    /// known of it; then the one with the most critical failures, and so on.
    #[must_use]
    pub fn new(
        started_at: Timestamp,
        finished_at: Timestamp,
        mut results: Vec<AccountResult>,
    ) -> Self {
        results.sort_by_cached_key(|one| {
            let failures = one.result.as_ref().ok().map(|report| {
                let count = |severity| report.summary.by_severity.get(&severity).copied();
                Reverse((Severity::ALL.map(count), report.summary.unknown))
            });
            (failures, one.account.clone())
        });
        Self { started_at, finished_at, results }
    }

    /// The results, worst first.
    #[must_use]
    pub fn results(&self) -> &[AccountResult] {
        &self.results
    }

    /// Changes every report, as suppressions do.
    pub fn suppress(&mut self, change: impl Fn(&mut Report)) {
        for result in &mut self.results {
            if let Ok(report) = &mut result.result {
                change(report);
            }
        }
    }

    /// Complete where every account was audited and everything read.
    #[must_use]
    pub fn status(&self) -> Status {
        let is_complete =
            |one: &AccountResult| one.result.as_ref().is_ok_and(|r| r.status == Status::Complete);
        if self.results.iter().all(is_complete) { Status::Complete } else { Status::Incomplete }
    }

    /// The findings of all accounts, counted.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary::of(self.reports().flat_map(|report| &report.findings))
    }

    fn reports(&self) -> impl Iterator<Item = &Report> {
        self.results.iter().filter_map(|one| one.result.as_ref().ok())
    }

    /// The findings of all accounts, worst first.
    fn findings(&self) -> Vec<&Finding> {
        let mut findings: Vec<_> = self.reports().flat_map(|report| &report.findings).collect();
        // Stable: what is equally bad stays in the order of the accounts and of their reports.
        findings.sort_by_key(|one| (one.verdict, Reverse(one.severity)));
        findings
    }

    /// Writes JSON in the shape of `docs/schema/scan-accounts-1.json`.
    ///
    /// # Errors
    ///
    /// When the writer fails.
    pub fn json(&self, lang: Lang, mut out: impl Write) -> io::Result<()> {
        let document = Document {
            schema: Self::SCHEMA,
            started_at: self.started_at,
            finished_at: self.finished_at,
            status: self.status(),
            summary: self.summary(),
            accounts: self.results.iter().map(|one| Row::new(one, lang)).collect(),
        };
        serde_json::to_writer_pretty(&mut out, &document)?;
        writeln!(out)
    }

    /// Writes the findings of all accounts as [`crate::csv`] does, and before them a row with the
    /// verdict `unknown` for each account that could not be audited.
    ///
    /// # Errors
    ///
    /// When the writer fails.
    pub fn csv(&self, lang: Lang, out: impl Write) -> io::Result<()> {
        let failed = self.results.iter().filter_map(|one| {
            let error = one.result.as_ref().err()?;
            Some((&one.account, error.as_str()))
        });
        comma::write(failed, self.findings(), lang, out)
    }

    /// Writes a page for people: the accounts, then what is wrong, then what could not be read.
    ///
    /// # Errors
    ///
    /// When the writer fails.
    pub fn page(&self, page: Page, mut out: impl Write) -> io::Result<()> {
        out.write_all(page::text(self, page).as_bytes())
    }
}

#[cfg(test)]
mod tests;
