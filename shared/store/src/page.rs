use serde::{Deserialize, Serialize};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// What asks for the next one; nothing on the last.
    pub next_cursor: Option<String>,
}

/// Which page of a list.
#[derive(Clone, Copy, Debug)]
pub struct PageRequest<'a> {
    /// The `next_cursor` of the page before; nothing for the first.
    pub cursor: Option<&'a str>,
    /// How many items at most, from 1 to [`PageRequest::MAX`]; anything else is brought within.
    pub limit: u16,
}

impl<'a> PageRequest<'a> {
    /// The greatest number of items on a page.
    pub const MAX: u16 = 1000;

    /// The first page, as long as can be.
    pub const FIRST: Self = Self { cursor: None, limit: Self::MAX };

    /// The page that a cursor asks for, as long as can be.
    #[must_use]
    pub const fn after(cursor: &'a str) -> Self {
        Self { cursor: Some(cursor), ..Self::FIRST }
    }

    /// The page that a cursor asks for, or the first one.
    #[must_use]
    pub fn at(cursor: Option<&'a str>) -> Self {
        Self { cursor, ..Self::FIRST }
    }

    /// The limit, brought within its bounds.
    pub(crate) fn bounded(&self) -> usize {
        self.limit.clamp(1, Self::MAX).into()
    }
}
