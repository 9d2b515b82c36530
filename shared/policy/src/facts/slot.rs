//! Services are read when they are first asked for: most are not.

use std::{ops::Range, sync::OnceLock};

use super::{load, service::Service};

/// A service that is read when it is first asked for.
#[derive(Debug)]
pub(super) struct Slot {
    prefix: Box<str>,
    lines: Range<usize>,
    service: OnceLock<Service>,
}

impl Slot {
    pub(super) fn new(prefix: &str, lines: Range<usize>) -> Self {
        Self { prefix: prefix.into(), lines, service: OnceLock::new() }
    }

    pub(super) fn prefix(&self) -> &str {
        &self.prefix
    }

    pub(super) fn read(&self, text: &str) -> &Service {
        let lines = text.get(self.lines.clone()).unwrap_or("");
        self.service.get_or_init(|| load::service(lines))
    }
}
