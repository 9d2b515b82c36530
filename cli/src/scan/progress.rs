use std::{
    collections::BTreeMap,
    io::{IsTerminal as _, Write as _},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use audit::Event;
use domain::{Receipt, Service};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// What a person sees while an account is read: a bar per region and service on a terminal, a line
/// as each ends otherwise. All on standard error.
pub(crate) enum Progress {
    Bars { screen: MultiProgress, bars: Mutex<BTreeMap<(String, Service), ProgressBar>> },
    Lines,
    Quiet,
}

impl Progress {
    pub(crate) fn new(quiet: bool) -> Self {
        if quiet {
            Self::Quiet
        } else if std::io::stderr().is_terminal() {
            Self::Bars { screen: MultiProgress::new(), bars: Mutex::default() }
        } else {
            Self::Lines
        }
    }

    pub(crate) fn see(&self, event: &Event<'_>) {
        match (self, event) {
            (Self::Bars { screen, bars }, _) => see_bars(screen, bars, event),
            (Self::Lines, Event::Ended(receipt)) => {
                // Standard error may be closed; the audit goes on.
                let _ = writeln!(std::io::stderr(), "{}", told(receipt));
            }
            _ => {}
        }
    }
}

fn see_bars(
    screen: &MultiProgress,
    bars: &Mutex<BTreeMap<(String, Service), ProgressBar>>,
    event: &Event<'_>,
) {
    let mut bars = bars.lock().unwrap_or_else(PoisonError::into_inner);
    match event {
        Event::Planned(tasks) => {
            for (region, service) in *tasks {
                let style =
                    ProgressStyle::with_template("{spinner} {prefix:<24} {msg} {elapsed:.dim}");
                let bar = screen.add(ProgressBar::new_spinner());
                bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
                bar.set_prefix(format!("{service} {region}"));
                bar.enable_steady_tick(Duration::from_millis(120));
                bars.insert((region.clone(), *service), bar);
            }
        }
        Event::Called { region, service, calls } => {
            if let Some(bar) = bars.get(&((*region).to_owned(), *service)) {
                bar.set_message(format!("{calls} calls"));
            }
        }
        Event::Ended(receipt) => {
            match bars.remove(&(receipt.region.clone(), receipt.service)) {
                // What went well leaves the screen; what did not stays.
                Some(bar) if !receipt.outcome.is_gap() => bar.finish_and_clear(),
                Some(bar) => bar.abandon_with_message(format!("{} ", told(receipt))),
                None => _ = screen.println(told(receipt)),
            }
        }
    }
}

fn told(receipt: &Receipt) -> String {
    let Receipt { region, service, outcome, calls, denied, error, notes: _ } = receipt;
    let mut told = vec![outcome.name().replace('_', " "), format!("{calls} calls")];
    told.extend(denied.iter().map(|action| format!("denied `{action}`")));
    told.extend(error.clone());
    format!("{service} {region}: {}", told.join(", "))
}
