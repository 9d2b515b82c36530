//! Lists, page by page.

use store::PageRequest;

use crate::fields::{Fields, shown};

const LIMIT: &str = "a whole number from 1 to 1000";

/// How many items a page has where the query does not say.
pub(crate) const USUAL: u16 = 100;

/// Which page of a list is asked for.
pub(crate) struct Paging {
    pub(crate) cursor: Option<String>,
    pub(crate) limit: u16,
}

impl Paging {
    /// Takes `cursor` and `limit`.
    pub(crate) fn of(fields: &mut Fields, usual: u16) -> Self {
        let cursor = fields.made("cursor", "text", |cursor| Ok(cursor.to_owned()));
        let limit = fields.made("limit", LIMIT, |given| match given.parse() {
            Ok(limit) if (1..=PageRequest::MAX).contains(&limit) => Ok(limit),
            _ => Err(format!("`{}` is not a limit", shown(given))),
        });
        Self { cursor, limit: limit.unwrap_or(usual) }
    }

    pub(crate) fn request(&self) -> PageRequest<'_> {
        PageRequest { cursor: self.cursor.as_deref(), limit: self.limit }
    }
}
