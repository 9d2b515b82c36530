//! Lists, page by page.

use store::{Page, PageRequest};

use crate::{
    fields::Fields,
    problem::{Problem, shown},
};

const LIMIT: &str = "a whole number from 1 to 1000";

/// How many items a page has where the query does not say.
pub(crate) const USUAL: u16 = 100;

/// How many pages of the store are looked through for one page of an answer: a page of a filtered list
/// may have fewer items than were asked for, and only the last one has no cursor.
const ROUNDS: usize = 20;

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

/// Gathers a page of what passes a filter from pages that hold more than that.
pub(crate) struct Sieve<T> {
    items: Vec<T>,
    cursor: Option<String>,
    limit: usize,
    rounds: usize,
    ended: bool,
}

impl<T> Sieve<T> {
    pub(crate) fn new(paging: Paging) -> Self {
        let (items, limit) = (Vec::new(), paging.limit.into());
        Self { items, cursor: paging.cursor, limit, rounds: 0, ended: false }
    }

    /// What to read next; nothing once the page is full, the list has ended or enough was read.
    pub(crate) fn wants(&self) -> Option<PageRequest<'_>> {
        let left = self.limit.saturating_sub(self.items.len());
        let goes_on = left > 0 && !self.ended && self.rounds < ROUNDS;
        let limit = u16::try_from(left).unwrap_or(PageRequest::MAX);
        goes_on.then_some(PageRequest { cursor: self.cursor.as_deref(), limit })
    }

    /// Takes a page that was read.
    pub(crate) fn give(&mut self, page: Page<T>, keep: impl Fn(&T) -> bool) {
        self.items.extend(page.items.into_iter().filter(keep));
        self.ended = page.next_cursor.is_none();
        self.cursor = page.next_cursor;
        self.rounds += 1;
    }

    pub(crate) fn page(self) -> Page<T> {
        Page { items: self.items, next_cursor: self.cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(items: &[u8], next: Option<&str>) -> Page<u8> {
        Page { items: items.to_vec(), next_cursor: next.map(str::to_owned) }
    }

    #[test]
    fn a_sieve_reads_on_until_the_page_is_full() {
        let mut sieve = Sieve::new(Paging { cursor: None, limit: 2 });
        assert_eq!(sieve.wants().map(|wanted| wanted.limit), Some(2));
        sieve.give(page(&[1, 2], Some("a")), |item| *item > 1);
        let wanted = sieve.wants().map(|wanted| (wanted.cursor.map(str::to_owned), wanted.limit));
        assert_eq!(wanted, Some((Some("a".into()), 1)));
        sieve.give(page(&[3], Some("b")), |item| *item > 1);
        assert!(sieve.wants().is_none());
        assert_eq!(sieve.page(), page(&[2, 3], Some("b")));
    }

    #[test]
    fn a_sieve_ends_with_its_list_or_its_patience() {
        let mut sieve = Sieve::new(Paging { cursor: None, limit: 2 });
        sieve.give(page(&[1], None), |_| false);
        assert!(sieve.wants().is_none());
        assert_eq!(sieve.page(), page(&[], None));

        let mut sieve = Sieve::new(Paging { cursor: None, limit: 1 });
        let mut read = 0;
        while sieve.wants().is_some() {
            read += 1;
            sieve.give(page(&[1], Some("on")), |_| false);
        }
        assert_eq!(read, ROUNDS);
        assert_eq!(sieve.page(), page(&[], Some("on")));
    }
}
