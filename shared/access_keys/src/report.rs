use std::time::Duration;

use collect::{Making, ReportAnswer};
use domain::keys::{Failure, Partial, of_report};
use jiff::Timestamp;

use crate::{Monitor, Run, users};

/// How long to wait before the report is asked for again, at first and at most.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LAST_WAIT: Duration = Duration::from_secs(5);

/// How often IAM may say that the report is there and then that it is not.
const CONTRADICTIONS: u32 = 2;

/// Has the report made, waits for it and reads it; false where it was interrupted.
pub(crate) async fn read(
    monitor: &Monitor,
    partial: &mut Partial,
    run: Run<'_>,
) -> Result<bool, Failure> {
    if !partial.listed {
        let Some((content, generated)) = fetch(monitor, run).await? else { return Ok(false) };
        let found = of_report(content.as_slice(), partial.ask, partial.asked_at)?;
        partial.report(found, generated);
        (run.watch)(partial.seen);
    }
    users::name(monitor, partial, run).await
}

async fn fetch(monitor: &Monitor, run: Run<'_>) -> Result<Option<(Vec<u8>, Timestamp)>, Failure> {
    let (mut wait, mut contradictions) = (FIRST_WAIT, 0);
    let Some(mut making) = make(monitor, run).await? else { return Ok(None) };
    loop {
        let Some(answer) = run.wait_for(monitor.keys.report()).await else { return Ok(None) };
        let missing = match answer.map_err(|unread| monitor.failure(unread))? {
            ReportAnswer::Report { content, generated } => return Ok(Some((content, generated))),
            ReportAnswer::InProgress => None,
            ReportAnswer::NotPresent => Some(Failure::NotPresent),
            ReportAnswer::Expired => Some(Failure::Expired),
        };
        contradictions += u32::from(missing.is_some() && making == Making::Complete);
        let is_missing = missing.is_some();
        if let Some(failure) = missing.filter(|_| contradictions == CONTRADICTIONS) {
            return Err(failure);
        }
        if !run.sleep(wait).await {
            return Ok(None);
        }
        wait = (wait * 2).min(LAST_WAIT);
        if is_missing {
            let Some(again) = make(monitor, run).await? else { return Ok(None) };
            making = again;
        }
    }
}

async fn make(monitor: &Monitor, run: Run<'_>) -> Result<Option<Making>, Failure> {
    let Some(made) = run.wait_for(monitor.keys.make_report()).await else { return Ok(None) };
    match made.map_err(|unread| monitor.failure(unread))? {
        Making::LimitExceeded => Err(Failure::LimitExceeded),
        making => Ok(Some(making)),
    }
}
