//! Old access keys: the two ways to ask for them, and the jobs of what takes longer than a request may.

mod answer;
mod asked;
pub(crate) mod credential_report;
mod failure;
pub(crate) mod job;
pub(crate) mod list_users;
