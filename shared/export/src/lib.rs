//! A report, as people and programs read it: a table, JSON, CSV.
//!
//! Everything is written to an [`std::io::Write`], so that nothing here knows of files or terminals.

mod accounts;
mod comma;
mod keys;
mod page;
mod table;

use std::io::{self, Write};

use checks::PresentedReport;
use domain::{Lang, Report};

pub use accounts::{AccountResult, Accounts};
pub use keys::{KeysPage, keys_csv};
pub use page::{Page, Style};
pub use table::table;

/// Writes a report as JSON, in the shape of `docs/schema/scan-1.json`.
///
/// # Errors
///
/// When the writer fails.
pub fn json(report: &Report, lang: Lang, mut out: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, &PresentedReport::new(report, lang))?;
    writeln!(out)
}

/// Writes the findings of a report as CSV with a header, worst first.
///
/// A cell that a spreadsheet would take for a formula begins with an apostrophe.
///
/// # Errors
///
/// When the writer fails.
pub fn csv(report: &Report, lang: Lang, out: impl Write) -> io::Result<()> {
    comma::write([], &report.findings, lang, out)
}
