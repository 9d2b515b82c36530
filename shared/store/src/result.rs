//! Results: an object each, of which only what somebody asks for is read.
//!
//! | bytes | what they are |
//! |---|---|
//! | 16 | a skippable frame of Zstandard with the length of the next one, big-endian |
//! | one frame | [`Head`]: JSON of the report without its findings, and the index |
//! | a frame a chunk | findings in the report's order, a line of JSON each |
//! | one skippable frame | the findings' names in their order, 20 bytes each: the name and the place in the report |
//!
//! The index has the *runs* of the report: how many findings in a row have one verdict, severity, service and
//! check. The worst come first and those of a check follow each other, so runs are few, and from them alone a
//! page, however it is filtered, knows the chunks that it needs. Every frame but the last can be read by
//! `zstdcat`.
//!
//! Versions before December 2026 wrote one frame with the whole report; they are read as well.

mod chunks;
mod filter;
mod layout;
mod names;
mod pack;
mod read;
mod source;
mod whole;

#[cfg(test)]
mod tests;

pub use filter::Filter;
pub use names::Named;
pub use pack::PackedResult;
pub use read::AuditResult;
pub(crate) use source::Source;
pub(crate) use whole::Whole;
