use std::{
    io::{IsTerminal as _, Write as _},
    time::Duration,
};

use access_keys::{Method, Seen};
use domain::Receipt;
use indicatif::{ProgressBar, ProgressStyle};

/// What a person sees on standard error while keys are read: a bar on a terminal, and a line at the end otherwise.
pub(crate) enum Progress {
    Bar(ProgressBar),
    Line,
    Quiet,
}

impl Progress {
    pub(crate) fn new(quiet: bool, way: Method) -> Self {
        if quiet {
            return Self::Quiet;
        }
        if !std::io::stderr().is_terminal() {
            return Self::Line;
        }
        let bar = ProgressBar::new(0);
        let style =
            ProgressStyle::with_template("{spinner} {bar:24} {pos}/{len} {msg} {elapsed:.dim}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(match way {
            Method::Live => "users",
            Method::Report => "waiting for the credential report",
        });
        bar.enable_steady_tick(Duration::from_millis(120));
        Self::Bar(bar)
    }

    pub(crate) fn see(&self, seen: Seen) {
        let Self::Bar(bar) = self else { return };
        bar.set_length(seen.users);
        bar.set_position(seen.users.saturating_sub(seen.waiting));
        if seen.users > 0 {
            bar.set_message(format!("users, {} keys", seen.keys));
        }
    }

    /// Says a sentence, above the bar where there is one.
    pub(crate) fn say(&self, text: &str) {
        match self {
            Self::Bar(bar) => bar.println(text),
            Self::Line | Self::Quiet => _ = writeln!(std::io::stderr(), "{text}"),
        }
    }

    /// Ends without an account of what was read.
    pub(crate) fn clear(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }

    pub(crate) fn end(&self, receipt: &Receipt) {
        match self {
            Self::Bar(bar) => bar.finish_and_clear(),
            // Standard error may be closed; the answer goes to standard output all the same.
            Self::Line => {
                let (outcome, calls) = (receipt.outcome, receipt.calls);
                _ = writeln!(std::io::stderr(), "iam global: {outcome}, {calls} calls");
            }
            Self::Quiet => {}
        }
    }
}
