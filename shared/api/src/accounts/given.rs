/// What is given for one field.
pub(super) enum Given<T> {
    /// Nothing.
    Absent,
    /// Null.
    Null,
    /// A value.
    Value(T),
}

impl<T: Clone> Given<T> {
    /// The value, if there is one.
    pub(super) fn value(self) -> Option<T> {
        match self {
            Self::Absent | Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }

    /// Changes a field to what is given for it.
    pub(super) fn change(&self, field: &mut T, cleared: impl FnOnce() -> T) {
        match self {
            Self::Absent => {}
            Self::Null => *field = cleared(),
            Self::Value(value) => field.clone_from(value),
        }
    }

    /// Changes a field that may be empty to what is given for it.
    pub(super) fn change_or_clear(&self, field: &mut Option<T>) {
        match self {
            Self::Absent => {}
            Self::Null => *field = None,
            Self::Value(value) => *field = Some(value.clone()),
        }
    }
}
