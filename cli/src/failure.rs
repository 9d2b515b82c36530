use std::{fmt::Display, io};

/// Why a command ends early: its exit code, and one sentence for people.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: u8,
    pub(crate) message: String,
}

impl Failure {
    /// The command line or an input is wrong.
    pub(crate) fn usage(message: impl Display) -> Self {
        Self { code: 1, message: message.to_string() }
    }

    /// The account could not be audited.
    pub(crate) fn audit(message: impl Display) -> Self {
        Self { code: 2, message: message.to_string() }
    }

    /// Data could not be written.
    pub(crate) fn write(to: impl Display) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::usage(format!("could not write {to}: {}", error.kind()))
    }
}
