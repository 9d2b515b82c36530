/// What is said of one field.
pub(super) enum Word<T> {
    /// Nothing.
    Unsaid,
    /// Null.
    Cleared,
    /// A value.
    Is(T),
}

impl<T: Clone> Word<T> {
    /// The value, if there is one.
    pub(super) fn value(self) -> Option<T> {
        match self {
            Self::Unsaid | Self::Cleared => None,
            Self::Is(value) => Some(value),
        }
    }

    /// Changes a field to what is said of it.
    pub(super) fn change(&self, field: &mut T, cleared: impl FnOnce() -> T) {
        match self {
            Self::Unsaid => {}
            Self::Cleared => *field = cleared(),
            Self::Is(value) => field.clone_from(value),
        }
    }

    /// Changes a field that may be empty to what is said of it.
    pub(super) fn change_or_clear(&self, field: &mut Option<T>) {
        match self {
            Self::Unsaid => {}
            Self::Cleared => *field = None,
            Self::Is(value) => *field = Some(value.clone()),
        }
    }
}
