use serde::{Deserialize, Serialize};

use crate::Unread;

/// All resources of one kind in one region, and what is missing of them.
///
/// A list that broke off keeps what it has, so that a failing resource on an early page is still
/// told, while the missing rest leaves a gap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored<T>")]
pub struct Listing<T> {
    /// What was read.
    pub items: Vec<T>,
    /// Why the list may be longer than `items`; nothing when it was read to its end.
    pub gaps: Vec<Gap>,
}

/// Something that could not be listed: the rest of the list, or what belongs to one parent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The ARN of the resource whose parts could not be listed; nothing for the list itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Why.
    pub unread: Unread,
}

impl<T> Listing<T> {
    /// A list of which nothing was read.
    #[must_use]
    pub fn unread(unread: Unread) -> Self {
        Self::partial(Vec::new(), unread)
    }

    /// A list that broke off.
    #[must_use]
    pub fn partial(items: Vec<T>, unread: Unread) -> Self {
        Self { items, gaps: vec![Gap { parent: None, unread }] }
    }

    /// Why the list is not whole: its first gap.
    #[must_use]
    pub fn first_gap(&self) -> Option<&Unread> {
        self.gaps.first().map(|gap| &gap.unread)
    }

    /// The items, if there can be no others.
    ///
    /// # Errors
    ///
    /// Why there may be more.
    pub fn whole(&self) -> Result<&[T], Unread> {
        self.first_gap().map_or(Ok(&self.items), |unread| Err(unread.clone()))
    }

    /// Whether one item is so. What is missing makes it unknown only where no item is.
    ///
    /// # Errors
    ///
    /// Why it cannot be said.
    pub fn any(&self, mut is: impl FnMut(&T) -> Result<bool, Unread>) -> Result<bool, Unread> {
        self.find(|item| is(item)).map(|found| found.is_some())
    }

    /// Whether every item is so. What is missing makes it unknown only where no item is otherwise.
    ///
    /// # Errors
    ///
    /// Why it cannot be said.
    pub fn all(&self, mut is: impl FnMut(&T) -> Result<bool, Unread>) -> Result<bool, Unread> {
        self.any(|item| is(item).map(|is| !is)).map(|otherwise| !otherwise)
    }

    /// The first item that is so. What is missing makes it unknown only where no item is.
    ///
    /// # Errors
    ///
    /// Why it cannot be said.
    pub fn find(
        &self,
        mut is: impl FnMut(&T) -> Result<bool, Unread>,
    ) -> Result<Option<&T>, Unread> {
        let mut missing = None;
        for item in &self.items {
            match is(item) {
                Ok(true) => return Ok(Some(item)),
                Ok(false) => {}
                Err(unread) => missing = missing.or(Some(unread)),
            }
        }
        let missing = missing.or_else(|| self.first_gap().cloned());
        missing.map_or(Ok(None), Err)
    }
}

/// A list that nobody asked for.
impl<T> Default for Listing<T> {
    fn default() -> Self {
        Self::unread(Unread::NOT_ASKED)
    }
}

impl<T> From<Vec<T>> for Listing<T> {
    fn from(items: Vec<T>) -> Self {
        Self { items, gaps: Vec::new() }
    }
}

/// A list as snapshots hold it: until December 2026 with one `unread` in place of `gaps`.
#[derive(Deserialize)]
struct Stored<T> {
    items: Option<Vec<T>>,
    gaps: Option<Vec<Gap>>,
    unread: Option<Unread>,
}

impl<T> From<Stored<T>> for Listing<T> {
    fn from(stored: Stored<T>) -> Self {
        let Some(items) = stored.items else { return Self::default() };
        let broken_off = stored.unread.map(|unread| Gap { parent: None, unread });
        let gaps = stored.gaps.into_iter().flatten().chain(broken_off).collect();
        Self { items, gaps }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(json: &str) -> Listing<u8> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn an_older_versions_list_is_read() {
        assert_eq!(list(r#"{"items":[1,2]}"#), vec![1, 2].into());
        let unread = r#"{"action":"x:Y","cause":"denied","region":"global"}"#;
        let broken = list(&format!(r#"{{"items":[1],"unread":{unread}}}"#));
        assert_eq!((broken.items.as_slice(), broken.gaps.len()), (&[1][..], 1));
        assert_eq!(list("{}"), Listing::default());
    }

    #[test]
    fn what_is_missing_matters_only_where_nothing_else_decides() {
        let odd = |number: &u8| Ok(number % 2 == 1);
        let whole = |items: &[u8]| Listing::from(items.to_vec());
        let broken = |items: &[u8]| Listing::partial(items.to_vec(), Unread::NOT_ASKED);
        assert_eq!(whole(&[2, 3]).any(odd), Ok(true));
        assert_eq!(whole(&[2]).any(odd), Ok(false));
        assert_eq!(broken(&[2, 3]).any(odd), Ok(true));
        assert_eq!(broken(&[2]).any(odd), Err(Unread::NOT_ASKED));
        assert_eq!(whole(&[1, 3]).all(odd), Ok(true));
        assert_eq!(broken(&[1, 2]).all(odd), Ok(false));
        assert_eq!(broken(&[1]).all(odd), Err(Unread::NOT_ASKED));
        let unsure =
            |number: &u8| if *number == 0 { Err(Unread::NOT_ASKED) } else { Ok(*number == 1) };
        assert_eq!(whole(&[0, 1]).any(unsure), Ok(true));
        assert_eq!(whole(&[0, 2]).any(unsure), Err(Unread::NOT_ASKED));
        assert_eq!(whole(&[0, 2]).all(unsure), Ok(false));
    }
}
