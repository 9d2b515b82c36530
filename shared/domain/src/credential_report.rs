//! IAM's credential report: a CSV file with a row for each user of an account, root first.
//!
//! Rows are read one by one and cells by the name of their column, so that further columns change nothing. What the
//! report does not tell is kept apart from what it tells ([`Told`]).
//!
//! Source: *Generate credential reports for your AWS account*, IAM User Guide.

mod columns;
mod told;

use std::io;

use csv::StringRecord;
use jiff::Timestamp;

use columns::Columns;
pub use told::Told;

/// The name of the root user in the first column.
pub const ROOT: &str = "<root_account>";

/// Why a report cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The header lacks a column without which the answer would be a guess.
    #[error("it has no column `{0}`")]
    NoColumn(&'static str),
    /// The header names a column twice.
    #[error("it has the column `{0}` twice")]
    Twice(&'static str),
    /// A cell holds something else than it should.
    #[error("`{column}` of `{user}` is `{value}`, which is no {wanted}")]
    Cell {
        /// Whose row it is.
        user: String,
        /// The column.
        column: &'static str,
        /// What it holds, cut short.
        value: String,
        /// What it should hold.
        wanted: &'static str,
    },
    /// It is no CSV, or a row is longer or shorter than the header: it may have been cut off.
    #[error("it is no whole CSV file: {0}")]
    Csv(String),
    /// There is no row, not even root's.
    #[error("it has no row, not even the root user's")]
    Empty,
}

/// One user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The user's name, or [`ROOT`].
    pub user: String,
    /// The access keys, at most two; a user without keys has none here.
    pub keys: Vec<Key>,
    /// AWS's words where the user has more keys or certificates than the two that a row has room for.
    pub more: Option<String>,
}

/// An access key in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// 1 or 2: which of the user's keys.
    pub slot: u8,
    /// Whether it can sign requests.
    pub active: Told<bool>,
    /// When it was created or last changed.
    pub created: Told<Timestamp>,
    /// When it was last used.
    pub used: Told<Timestamp>,
    /// Where it was last used.
    pub used_region: Told<String>,
    /// For which service it was last used.
    pub used_service: Told<String>,
}

/// The rows of a report, read as they are asked for.
#[derive(Debug)]
pub struct Rows<R> {
    csv: csv::Reader<R>,
    columns: Columns,
    record: StringRecord,
}

/// Begins to read a report.
///
/// # Errors
///
/// When the header lacks a column that tells of access keys, or is no CSV.
pub fn rows<R: io::Read>(report: R) -> Result<Rows<R>, Malformed> {
    // Not flexible: a row that was cut off is an error.
    let mut csv = csv::Reader::from_reader(report);
    let columns = Columns::of(csv.headers().map_err(|error| broken(&error))?)?;
    Ok(Rows { csv, columns, record: StringRecord::new() })
}

impl<R: io::Read> Iterator for Rows<R> {
    type Item = Result<Row, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.csv.read_record(&mut self.record) {
            Ok(false) => None,
            Ok(true) => Some(self.columns.row(&self.record)),
            Err(error) => Some(Err(broken(&error))),
        }
    }
}

fn broken(error: &csv::Error) -> Malformed {
    Malformed::Csv(match error.kind() {
        csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            format!("line {line} has {len} cells instead of {expected_len}")
        }
        csv::ErrorKind::Utf8 { pos, .. } => {
            format!("line {} is not UTF-8", pos.as_ref().map_or(0, csv::Position::line))
        }
        _ => error.to_string(),
    })
}

#[cfg(test)]
mod tests;
