use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::PageError;

/// The lists that are read page by page; a cursor of one is refused by the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    Findings,
    Audits,
    Unfinished,
    Accounts,
    AllAccounts,
    Unsent,
    Tracked,
    Suppressions,
    Jobs,
}

impl List {
    const fn tag(self) -> &'static str {
        match self {
            Self::Findings => "f1:",
            Self::Audits => "t2:",
            Self::Unfinished => "u1:",
            Self::Accounts => "k2:",
            Self::AllAccounts => "n2:",
            Self::Unsent => "a2:",
            Self::Tracked => "p2:",
            Self::Suppressions => "s2:",
            Self::Jobs => "j2:",
        }
    }

    /// The cursor that goes on behind `position`. It holds all there is to know, so it survives a
    /// restart.
    pub(crate) fn cursor(self, position: &str) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}{position}", self.tag()))
    }

    /// The position that a cursor goes on behind; empty without a cursor.
    pub(crate) fn position(self, cursor: Option<&str>) -> Result<String, PageError> {
        let Some(cursor) = cursor else { return Ok(String::new()) };
        URL_SAFE_NO_PAD
            .decode(cursor)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .and_then(|text| text.strip_prefix(self.tag()).map(str::to_owned))
            // DynamoDB takes no other keys.
            .filter(|position| (1..=900).contains(&position.len()))
            .ok_or_else(|| refused(cursor))
    }
}

/// The error of a cursor that no list gave out.
pub(crate) fn refused(cursor: &str) -> PageError {
    PageError::Cursor(cursor.chars().take(80).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cursor_belongs_to_its_list() {
        let cursor = List::Accounts.cursor("local#111122223333");
        assert_eq!(List::Accounts.position(Some(&cursor)).unwrap(), "local#111122223333");
        assert_eq!(List::Accounts.position(None).unwrap(), "");
        assert!(List::Unsent.position(Some(&cursor)).is_err());
        assert!(List::Unsent.position(Some(&List::Unsent.cursor(""))).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_a_position_or_refused(text in ".+", other in ".*") {
            prop_assert_eq!(List::Findings.position(Some(&List::Findings.cursor(&text))).unwrap(), text);
            if let Err(error) = List::Findings.position(Some(&other)) {
                prop_assert!(matches!(error, PageError::Cursor(_)));
            }
        }
    }
}
