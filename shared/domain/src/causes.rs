use std::{any::Any, error::Error, iter::successors};

/// An error and what caused it, in one line for the log.
#[must_use]
pub fn with_causes(error: &dyn Error) -> String {
    let causes = successors(Some(error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// What a panic said, for the log: a defect of this program, whatever it was about.
#[must_use]
pub fn panic_message(panic: &(dyn Any + Send)) -> String {
    let message = panic.downcast_ref::<String>().map(String::as_str);
    let message = message.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("a defect of this program: {}", message.unwrap_or("it says no more"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_as_a_defect() {
        let told = |message: Box<dyn Any + Send>| panic_message(&*message);
        assert_eq!(told(Box::new("no row")), "a defect of this program: no row");
        assert_eq!(told(Box::new(String::from("row 7"))), "a defect of this program: row 7");
        assert_eq!(told(Box::new(7)), "a defect of this program: it says no more");
    }

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
