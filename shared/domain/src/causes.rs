use std::{error::Error, iter::successors};

/// An error and what caused it, in one line for the log.
#[must_use]
pub fn with_causes(error: &dyn Error) -> String {
    let causes = successors(Some(error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Because(&'static str, #[source] Option<Box<Because>>);

    #[test]
    fn every_cause_is_told_in_order() {
        let first = Because("the disk is full", None);
        assert_eq!(with_causes(&first), "the disk is full");
        let second = Because("it was not written", Some(Box::new(first)));
        let third = Because("no answer", Some(Box::new(second)));
        assert_eq!(with_causes(&third), "no answer: it was not written: the disk is full");
    }
}
