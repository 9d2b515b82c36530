//! Yes, no, or not known.

/// A truth value of three: some keys may not be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tri {
    No,
    Unknown,
    Yes,
}

impl From<bool> for Tri {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

impl Tri {
    /// `Yes` when every one is; stops at the first `No`.
    pub(crate) fn all(each: impl Iterator<Item = Self>) -> Self {
        let mut result = Self::Yes;
        for one in each {
            match one {
                Self::No => return Self::No,
                Self::Unknown => result = Self::Unknown,
                Self::Yes => {}
            }
        }
        result
    }

    /// `Yes` when any one is; stops there.
    pub(crate) fn any(each: impl Iterator<Item = Self>) -> Self {
        let mut result = Self::No;
        for one in each {
            match one {
                Self::Yes => return Self::Yes,
                Self::Unknown => result = Self::Unknown,
                Self::No => {}
            }
        }
        result
    }

    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_stays_so_unless_it_does_not_matter() {
        use Tri::{No, Unknown, Yes};
        assert_eq!(Tri::all([Yes, Unknown].into_iter()), Unknown);
        assert_eq!(Tri::all([Unknown, No].into_iter()), No);
        assert_eq!(Tri::any([Unknown, Yes].into_iter()), Yes);
        assert_eq!(Tri::any([No, Unknown].into_iter()), Unknown);
        assert_eq!((Tri::all([].into_iter()), Tri::any([].into_iter())), (Yes, No));
        assert_eq!((Unknown.and(No), Unknown.and(Yes)), (No, Unknown));
    }
}
