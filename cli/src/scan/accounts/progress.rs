use std::{
    io::{IsTerminal as _, Write as _},
    time::Duration,
};

use audit::Event;
use domain::Report;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::file::Line;

/// What a person sees while accounts are read: on a terminal a bar for each that is under way, and
/// a line as each ends otherwise. All on standard error.
pub(super) enum Progress {
    Bars { screen: MultiProgress, all: ProgressBar },
    Lines,
    Quiet,
}

/// The progress of one account.
pub(super) struct Watched {
    label: String,
    how: How,
}

enum How {
    Bar { screen: MultiProgress, all: ProgressBar, bar: ProgressBar },
    Line,
    Quiet,
}

impl Progress {
    pub(super) fn new(quiet: bool, accounts: usize) -> Self {
        if quiet {
            return Self::Quiet;
        }
        if !std::io::stderr().is_terminal() {
            return Self::Lines;
        }
        let screen = MultiProgress::new();
        let all = screen.add(ProgressBar::new(accounts.try_into().unwrap_or(u64::MAX)));
        all.set_style(style("  {bar:24} {pos} of {len} accounts {elapsed:.dim}"));
        all.enable_steady_tick(Duration::from_millis(120));
        Self::Bars { screen, all }
    }

    pub(super) fn begin(&self, line: &Line) -> Watched {
        let label = match &line.name {
            Some(name) => format!("{} {}", line.account, printable(name)),
            None => line.account.to_string(),
        };
        let how = match self {
            Self::Bars { screen, all } => {
                let bar = screen.insert_before(all, ProgressBar::new(0));
                bar.set_style(style("{spinner} {prefix:<32} {pos}/{len} {msg} {elapsed:.dim}"));
                bar.set_prefix(label.clone());
                bar.enable_steady_tick(Duration::from_millis(120));
                How::Bar { screen: screen.clone(), all: all.clone(), bar }
            }
            Self::Lines => How::Line,
            Self::Quiet => How::Quiet,
        };
        Watched { label, how }
    }

    /// Leaves the screen to the result.
    pub(super) fn clear(&self) {
        if let Self::Bars { all, .. } = self {
            all.finish_and_clear();
        }
    }
}

impl Watched {
    pub(super) fn see(&self, event: &Event<'_>) {
        let How::Bar { bar, .. } = &self.how else { return };
        match event {
            Event::Planned(tasks) => bar.set_length(tasks.len().try_into().unwrap_or(u64::MAX)),
            Event::Called { region, service, .. } => bar.set_message(format!("{service} {region}")),
            Event::Ended(_) => bar.inc(1),
        }
    }

    pub(super) fn end(&self, result: &Result<Report, String>) {
        let told = match result {
            Ok(report) => {
                let (status, sum) = (report.status.name(), &report.summary);
                let (fail, unknown, pass) = (sum.fail, sum.unknown, sum.pass);
                format!(
                    "{}: {status}, {fail} failing, {unknown} unknown, {pass} passing",
                    self.label
                )
            }
            Err(error) => format!("{}: not audited: {error}", self.label),
        };
        match &self.how {
            How::Bar { screen, all, bar } => {
                bar.finish_and_clear();
                all.inc(1);
                let _ = screen.println(told);
            }
            // Standard error may be closed; the audits go on.
            How::Line => _ = writeln!(std::io::stderr(), "{told}"),
            How::Quiet => {}
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// A name from a file cannot move the cursor.
fn printable(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
