//! Lists, page by page.

use std::io;

use axum::Json;
use serde::Serialize;
use store::{Page, PageRequest};

use crate::{
    fields::Fields,
    problem::{self, Problem},
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
            _ => Err(format!("`{}` is not a limit", problem::shown(given))),
        });
        Self { cursor, limit: limit.unwrap_or(usual) }
    }

    /// The same of a list that takes nothing else.
    pub(crate) fn alone(mut fields: Fields) -> Result<Self, Problem> {
        let paging = Self::of(&mut fields, USUAL);
        fields.done(&["cursor", "limit"]).map_err(Problem::invalid)?;
        Ok(paging)
    }

    /// The page that is asked for, with at most so many items.
    pub(crate) fn request(&self, limit: u16) -> PageRequest<'_> {
        PageRequest { cursor: self.cursor.as_deref(), limit }
    }
}

/// How much of an answer there may be, in bytes as Lambda's runtime sends them: the answer's text is a string of JSON
/// there, in which quotation marks and backslashes take two bytes. Headers and the rest of the message have what is left.
///
/// Source: *Lambda quotas*, "Invocation payload (request and response)": 6 MB.
pub(crate) const ROOM: usize = 5_500_000;

/// How many bytes something takes of [`ROOM`].
pub(crate) fn weight(value: &impl Serialize) -> usize {
    struct Count(usize);

    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let escaped = bytes.iter().filter(|byte| matches!(byte, b'"' | b'\\')).count();
            self.0 = self.0.saturating_add(bytes.len() + escaped);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let mut count = Count(0);
    // What cannot be written is not answered either.
    let _ = serde_json::to_writer(&mut count, value);
    count.0
}

/// How many of the first items fit into so many bytes.
fn fitting<T: Serialize>(items: &[T], room: usize) -> usize {
    let mut left = room;
    let fits = items.iter().take_while(|item| {
        // With the comma behind it.
        let rest = left.checked_sub(weight(item) + 1);
        left = rest.unwrap_or_default();
        rest.is_some()
    });
    fits.count()
}

/// A page that fits into so many bytes, whatever limit is asked for: a page that does not is read again with as many
/// items as fit, so that its cursor is right. One item is a page in any case.
pub(crate) async fn within<T: Serialize, F>(
    room: usize,
    paging: &Paging,
    read: impl Fn(u16) -> F,
) -> Result<Page<T>, Problem>
where
    F: Future<Output = Result<Page<T>, Problem>>,
{
    let mut limit = paging.limit;
    loop {
        let page = read(limit).await?;
        let fits = fitting(&page.items, room).max(1);
        if fits >= page.items.len() {
            return Ok(page);
        }
        limit = u16::try_from(fits).unwrap_or(limit);
    }
}

/// An answer that is not a page, where it fits; `advice` says how to ask for less.
pub(crate) fn whole<T: Serialize>(answer: T, advice: &str) -> Result<Json<T>, Problem> {
    if weight(&answer) <= ROOM { Ok(Json(answer)) } else { Err(Problem::too_long(advice)) }
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
            pub(crate) fn of(page: store::Page<$item>) -> Self {
                Self { items: page.items, next_cursor: page.next_cursor }
            }
        }
    };
}

pub(crate) use page;

/// A page of the store, each item made into one of the answer.
pub(crate) fn entries<T, U>(page: Page<T>, item: impl FnMut(T) -> U) -> Page<U> {
    Page { items: page.items.into_iter().map(item).collect(), next_cursor: page.next_cursor }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_weight_is_what_the_text_takes_as_a_string(text in prop::collection::vec(".*", 0..8)) {
            let body = serde_json::to_string(&text).unwrap();
            let sent = serde_json::to_string(&body).unwrap();
            prop_assert_eq!(weight(&text), sent.len() - 2);
        }

        #[test]
        fn what_fits_is_as_much_as_there_is_room_for(
            items in prop::collection::vec("[a-z\"]{0,40}", 0..20),
            room in 0_usize..400,
        ) {
            let fits = fitting(&items, room);
            let takes = |some: &[String]| some.iter().map(|item| weight(item) + 1).sum::<usize>();
            prop_assert!(takes(&items[..fits]) <= room);
            prop_assert!(fits == items.len() || takes(&items[..=fits]) > room);
        }
    }

    #[tokio::test]
    async fn a_page_that_is_too_long_is_read_again_with_what_fits() {
        let paging = Paging { cursor: None, limit: 1000 };
        let page = |limit: u16, length: usize| {
            // All of them are one text: together they would take gigabytes.
            let items = vec![Arc::<str>::from("x".repeat(length)); limit.into()];
            async move { Ok(Page { items, next_cursor: Some(limit.to_string()) }) }
        };
        for (length, expected) in [(10, 1000), (9_995, 550), (ROOM, 1), (3 * ROOM, 1)] {
            let read = within(ROOM, &paging, |limit| page(limit, length)).await.unwrap();
            assert_eq!(read.items.len(), expected, "{length}");
            assert_eq!(read.next_cursor, Some(expected.to_string()), "its cursor goes on there");
        }
    }
}
