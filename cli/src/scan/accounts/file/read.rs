use std::{collections::BTreeMap, fmt, str::FromStr};

use csv::{ReaderBuilder, StringRecord};
use domain::AccountId;
use policy::{lint::is_region, partition::of_region};

use super::{Line, Needs, Problems};

/// The columns that the file may have; `account_id` is the one that it must have.
const COLUMNS: [&str; 5] = ["account_id", "name", "role_name", "external_id", "regions"];

/// Reads the text of a file, or tells everything that is wrong with it.
pub(super) fn parse(bytes: &[u8], needs: Needs) -> Result<Vec<Line>, Problems> {
    // Spreadsheets write UTF-8 with a mark in front, and one without it in the system's own code.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = str::from_utf8(bytes)
        .map_err(|_| Problems::one(1, "the file is not UTF-8; save it as `CSV UTF-8`"))?;
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| Problems::one(1, told(&error)))?.clone();
    let places = places(&header)?;
    let mut reading =
        Reading { places, needs, seen: BTreeMap::new(), problems: Problems::default() };
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let at = error.position().map_or(0, csv::Position::line);
                reading.problems.add(at, told(&error));
                continue;
            }
        };
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let at = record.position().map_or(0, |position| line_of(text, position));
        if record.len() == header.len() {
            lines.extend(reading.line(&record, at));
        } else {
            let (has, wanted) = (record.len(), header.len());
            let problem = format!("it has {has} columns and the header has {wanted}");
            reading.problems.add(at, problem);
        }
    }
    let mut problems = reading.problems;
    if problems.0.is_empty() && lines.is_empty() {
        problems.add(1, "there is no account below the header");
    }
    if problems.0.is_empty() { Ok(lines) } else { Err(problems) }
}

/// The line of a record, whose position is that of the empty lines before it.
fn line_of(text: &str, position: &csv::Position) -> u64 {
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let breaks = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    position.line() + breaks.filter(|byte| **byte == b'\n').map(|_| 1).sum::<u64>()
}

fn told(error: &csv::Error) -> String {
    format!("it is no CSV: {error}")
}

/// Where each column is.
fn places(header: &StringRecord) -> Result<BTreeMap<&'static str, usize>, Problems> {
    let columns = COLUMNS.join(", ");
    let named =
        |name: &str| COLUMNS.into_iter().find(|column| *column == name.trim().to_ascii_lowercase());
    if !header.iter().any(|name| named(name) == Some("account_id")) {
        // Its cells are not repeated: without a header they may be secrets.
        let problem = format!(
            "it does not name the column `account_id`; the first line names the columns, which are {columns}, with commas between"
        );
        return Err(Problems::one(1, problem));
    }
    let mut problems = Problems::default();
    let mut places = BTreeMap::new();
    for (place, name) in header.iter().enumerate() {
        match named(name) {
            Some(column) if places.insert(column, place).is_some() => {
                problems.add(1, format!("the column `{column}` is there twice"));
            }
            Some(_) => {}
            None => {
                let name = short(name);
                problems.add(1, format!("there is no column `{name}`; there are {columns}"));
            }
        }
    }
    if problems.0.is_empty() { Ok(places) } else { Err(problems) }
}

/// Whether AWS can be asked for it: this release need not know the newest.
fn looks_like_a_region(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').collect();
    let lower = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    let number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    match parts.split_last() {
        Some((last, [first, rest @ ..])) if !rest.is_empty() => {
            number(last)
                && (first.len() == 2 || of_region(text).is_some())
                && lower(first)
                && rest.iter().all(lower)
        }
        _ => false,
    }
}

/// A cell as a message shows it.
fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// A file on the way through it.
struct Reading {
    places: BTreeMap<&'static str, usize>,
    needs: Needs,
    /// The line of each account.
    seen: BTreeMap<AccountId, u64>,
    problems: Problems,
}

impl Reading {
    /// One line; nothing where a cell of it is wrong.
    fn line(&mut self, record: &StringRecord, at: u64) -> Option<Line> {
        let told = self.problems.0.len();
        let cell = |column| {
            let place = self.places.get(column);
            let cell = place.and_then(|place| record.get(*place)).unwrap_or_default();
            Some(cell.trim()).filter(|cell| !cell.is_empty())
        };
        let (account, name) = (cell("account_id"), cell("name").map(str::to_owned));
        let (role_name, external_id) = (cell("role_name"), cell("external_id"));
        let mut regions: Vec<_> =
            cell("regions").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        regions.sort();
        regions.dedup();
        let account = self.account(account, at);
        let role_name = self.parsed(role_name, at);
        if self.needs.external_ids && external_id.is_none() {
            self.problems.add(at, "external_id is empty, and --prove-external-id needs one");
        }
        let external_id = self.parsed(external_id, at);
        for region in &regions {
            let known = self.needs.known_regions;
            if !(if known { is_region(region) } else { looks_like_a_region(region) }) {
                let region = short(region);
                let problem = format!(
                    "there is no region `{region}`; give names like us-east-1 with spaces between"
                );
                self.problems.add(at, problem);
            }
        }
        let is_right = self.problems.0.len() == told;
        let account = account.filter(|_| is_right)?;
        Some(Line { account, name, role_name, external_id, regions })
    }

    fn account(&mut self, cell: Option<&str>, at: u64) -> Option<AccountId> {
        let Some(text) = cell else {
            self.problems.add(at, "account_id is empty");
            return None;
        };
        match text.parse::<AccountId>() {
            Ok(account) => {
                if let Some(first) = self.seen.insert(account.clone(), at) {
                    self.problems
                        .add(at, format!("account `{account}` is on line {first} already"));
                }
                Some(account)
            }
            Err(error) => {
                self.problems.add(at, format!("{error}{}", spreadsheet(text)));
                None
            }
        }
    }

    /// A cell's value; nothing where it is empty or, which is told, wrong.
    fn parsed<T: FromStr<Err: fmt::Display>>(&mut self, cell: Option<&str>, at: u64) -> Option<T> {
        match cell?.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                let error: T::Err = error;
                self.problems.add(at, error.to_string());
                None
            }
        }
    }
}

/// What spreadsheets do to account ids, where this looks like it.
fn spreadsheet(text: &str) -> &'static str {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if digits && text.len() < 12 {
        "; a spreadsheet takes zeros off the front, unless the column is text"
    } else if text.contains("E+") || text.contains("e+") {
        "; a spreadsheet shortens long numbers, unless the column is text"
    } else {
        ""
    }
}
