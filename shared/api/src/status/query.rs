use domain::{Severity, Verdict};
use serde_json::Value;
use store::PageRequest;
use utoipa::IntoParams;

use crate::{Problem, fields::Fields};

/// Which findings are told.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "its fields are read one by one, to tell all that is wrong at once")]
pub(crate) struct StatusQuery {
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many findings to tell.
    #[param(minimum = 1, maximum = 1000, default = 1000)]
    limit: Option<u16>,
    /// Only findings with this verdict.
    verdict: Option<Verdict>,
    /// Only findings that are at least so severe.
    severity: Option<Severity>,
}

const FIELDS: [&str; 4] = ["cursor", "limit", "verdict", "severity"];
const LIMIT: &str = "a whole number from 1 to 1000";

/// A query that was understood.
pub(super) struct Page {
    pub(super) cursor: Option<String>,
    pub(super) limit: u16,
    pub(super) verdict: Option<Verdict>,
    pub(super) severity: Option<Severity>,
}

impl Page {
    pub(super) fn of(query: Vec<(String, String)>) -> Result<Self, Problem> {
        let mut fields = Fields::of_query(query);
        let cursor = text(&mut fields, "cursor");
        let limit = limit(&mut fields);
        let verdict = fields.text("verdict", "fail, unknown, manual or pass");
        let severity = fields.text("severity", "critical, high, medium or low");
        fields.done(&FIELDS).map_err(Problem::invalid)?;
        Ok(Self { cursor, limit, verdict, severity })
    }
}

fn limit(fields: &mut Fields) -> u16 {
    let Some(given) = text(fields, "limit") else { return PageRequest::MAX };
    match given.parse() {
        Ok(limit) if (1..=PageRequest::MAX).contains(&limit) => limit,
        _ => {
            let given: String = given.chars().take(80).collect();
            fields.wrong("limit", format!("`{given}` is not a limit"), LIMIT);
            PageRequest::MAX
        }
    }
}

fn text(fields: &mut Fields, name: &str) -> Option<String> {
    match fields.take(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}
