use std::error::Error as StdError;

/// Where an error came from.
pub(crate) type Source = Box<dyn StdError + Send + Sync>;

/// Why the store gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be reached, is overloaded or refuses access. Nothing is known to have been written;
    /// the same call may be made again.
    #[error("the store could not {doing}; try again, and look at its logs if it stays so")]
    Unavailable {
        /// What it was asked to do.
        doing: &'static str,
        /// What went wrong.
        source: Source,
    },
    /// What is stored under a key is not what this program writes; trying again does not help.
    #[error("what is stored as `{key}` cannot be read; it may come from a newer version")]
    Unreadable {
        /// The key.
        key: String,
        /// What is wrong with it.
        source: Source,
    },
}

impl Error {
    /// Makes the error of a stored value that cannot be read.
    pub(crate) fn unreadable(key: &str, source: impl Into<Source>) -> Self {
        Self::Unreadable { key: key.to_owned(), source: source.into() }
    }
}

impl Error {
    /// Makes the error of a call that did not get through.
    pub(crate) fn unavailable<E: Into<Source>>(doing: &'static str) -> impl FnOnce(E) -> Self {
        move |source| Self::Unavailable { doing, source: source.into() }
    }

    /// Makes the error of a value that has no stored form.
    pub(crate) fn unwritable(source: impl Into<Source>) -> Self {
        Self::Unavailable { doing: "write a value", source: source.into() }
    }
}

/// Why a page of a list could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The cursor is not one that this list gave out.
    #[error("the cursor `{0}` is not one of this list; leave it out to begin at the first page")]
    Cursor(String),
    /// The store gave no answer.
    #[error(transparent)]
    Store(#[from] Error),
}

impl PageError {
    /// The error of a list that was read with its own cursors.
    #[must_use]
    pub fn into_store(self) -> Error {
        match self {
            Self::Store(error) => error,
            Self::Cursor(cursor) => Error::unreadable("cursor", cursor),
        }
    }
}
