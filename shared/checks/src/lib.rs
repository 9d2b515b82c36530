//! The rules of the audit, one file each. Pure: facts in, verdicts out.
//!
//! To add a rule, copy its nearest neighbour, then touch two more places: name it twice in
//! `src/<service>.rs` (once as a module, once in `CHECKS`) and write its texts in
//! `texts/<lang>/<service>.toml`. Tests over the whole catalogue say what else is missing.

mod check;
mod ec2;
mod frameworks;
mod iam;
mod judge;
mod s3;
mod texts;

pub use check::{Check, Rule};
pub use judge::{EvaluateOptions, judge};
pub use texts::{Lang, Texts};

/// Every check, by service, in the order they are documented.
pub fn all() -> impl Iterator<Item = &'static Check> {
    [iam::CHECKS, s3::CHECKS, ec2::CHECKS].into_iter().flatten().copied()
}

/// The check with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Check> {
    all().find(|check| check.id == id)
}

/// The id that looks most like a misspelt one; nothing where none comes close.
#[must_use]
pub fn nearest(id: &str) -> Option<&'static str> {
    all()
        .map(|check| (strsim::jaro_winkler(check.id, id), check.id))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, id)| id)
}
