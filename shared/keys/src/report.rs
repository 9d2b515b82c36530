use std::time::Duration;

use collect::ReportAnswer;
use domain::keys::{Failure, Partial, of_report};

use crate::{Monitor, Run, users};

/// How long to wait before the report is asked for again, at first and at most.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LAST_WAIT: Duration = Duration::from_secs(5);

/// How often IAM is asked to make a report that is not there when it should be.
const MAKINGS: u32 = 2;

/// Has the report made, waits for it and reads it; false where it was interrupted.
pub(crate) async fn read(
    monitor: &Monitor,
    partial: &mut Partial,
    run: Run<'_>,
) -> Result<bool, Failure> {
    if !partial.listed {
        let Some((content, generated)) = fetch(monitor, run).await? else { return Ok(false) };
        let found = of_report(content.as_slice(), &partial.ask, partial.asked_at)?;
        partial.report(found, generated);
        (run.watch)(partial.seen);
    }
    users::name(monitor, partial, run).await
}

async fn fetch(
    monitor: &Monitor,
    run: Run<'_>,
) -> Result<Option<(Vec<u8>, jiff::Timestamp)>, Failure> {
    let (mut makings, mut wait, mut missing) = (0, FIRST_WAIT, None);
    loop {
        if makings == 0 || missing.is_some() {
            if let Some(failure) = missing.take().filter(|_| makings == MAKINGS) {
                return Err(failure);
            }
            makings += 1;
            let Some(made) = run.wait_for(monitor.keys.make_report()).await else {
                return Ok(None);
            };
            if !made.map_err(|unread| monitor.failure(unread))? {
                return Err(Failure::LimitExceeded);
            }
        }
        let Some(answer) = run.wait_for(monitor.keys.report()).await else { return Ok(None) };
        match answer.map_err(|unread| monitor.failure(unread))? {
            ReportAnswer::Report { content, generated } => return Ok(Some((content, generated))),
            ReportAnswer::InProgress => {}
            ReportAnswer::NotPresent => missing = Some(Failure::NotPresent),
            ReportAnswer::Expired => missing = Some(Failure::Expired),
        }
        if !run.sleep(wait).await {
            return Ok(None);
        }
        wait = (wait * 2).min(LAST_WAIT);
    }
}
