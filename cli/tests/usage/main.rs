//! `policy generate`, `policy explain` and `access advisor`, run as commands. The stand-in for AWS has neither the event
//! history nor last-accessed reports: here a server speaks the protocols with recorded answers.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at what is wrong"
)]

mod account;
mod advisor;
mod bucket;
mod command;
mod explain;
mod history;
mod logs;
mod recorded;
