//! Lists, page by page.

use store::PageRequest;

use crate::{
    fields::Fields,
    problem::{Problem, shown},
};

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

    /// The same of a list that takes nothing else.
    pub(crate) fn alone(mut fields: Fields) -> Result<Self, Problem> {
        let paging = Self::of(&mut fields, USUAL);
        fields.done(&["cursor", "limit"]).map_err(Problem::invalid)?;
        Ok(paging)
    }

    pub(crate) fn request(&self) -> PageRequest<'_> {
        PageRequest { cursor: self.cursor.as_deref(), limit: self.limit }
    }
}

/// One page of a list, as it is answered: the page's name, and what its items are.
macro_rules! page {
    ($(#[$about:meta])* $page:ident, $(#[$items:meta])* $item:ident) => {
        #[derive(Debug, serde::Serialize, utoipa::ToSchema)]
        $(#[$about])*
        pub(crate) struct $page {
            $(#[$items])*
            items: Vec<$item>,
            /// Asks for the next page; null on the last.
            next_cursor: Option<String>,
        }

        impl $page {
            /// A page of the store, each item made into one of the answer.
            pub(crate) fn of<T>(page: store::Page<T>, item: impl FnMut(T) -> $item) -> Self {
                let items = page.items.into_iter().map(item).collect();
                Self { items, next_cursor: page.next_cursor }
            }
        }
    };
}

pub(crate) use page;
