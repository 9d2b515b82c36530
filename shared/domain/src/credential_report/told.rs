/// What a cell tells, or which of its ways not to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told<T> {
    /// The value.
    Is(T),
    /// `N/A`: there is no such thing, as with the region of a key that was never used.
    NotApplicable,
    /// `no_information`: IAM does not know.
    NoInformation,
    /// `not_supported`: not told of this user, as with root's password.
    NotSupported,
    /// The cell is empty, or the report has no such column.
    Missing,
}

impl<T> Told<T> {
    /// Sorts a cell by the words that stand for no value.
    pub(super) fn of<'a, E>(
        cell: Option<&'a str>,
        value: impl FnOnce(&'a str) -> Result<T, E>,
    ) -> Result<Self, E> {
        Ok(match cell.map(str::trim) {
            None | Some("") => Self::Missing,
            Some("N/A") => Self::NotApplicable,
            Some("no_information") => Self::NoInformation,
            Some("not_supported") => Self::NotSupported,
            Some(told) => Self::Is(value(told)?),
        })
    }

    /// The value, if there is one.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Is(value) => Some(value),
            _ => None,
        }
    }

    /// Whether the report says that there is no such thing, rather than nothing about it.
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::NotApplicable | Self::NotSupported)
    }
}
