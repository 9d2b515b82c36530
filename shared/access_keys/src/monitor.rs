use std::time::Duration;

use aws::Session;
use aws_config::SdkConfig;
use collect::{ConcurrencyLimits, KeyReader, NO_ANSWER};
use domain::{
    Cause, Partition, Receipt, Service, Unread,
    keys::{Failure, Method, Partial, Reading},
};

use crate::{Run, report, users};

/// Reads the access keys of one account; made once and shared.
pub struct Monitor {
    pub(crate) keys: KeyReader,
    /// How many users are read side by side: as many as calls may be under way.
    pub(crate) side_by_side: usize,
    /// How long one call may take.
    timeout: Duration,
}

impl Monitor {
    /// Reads an account of `partition` through `session`, or with the configuration's own credentials. The bound of IAM
    /// in `limits` holds for all monitors that share them; one call may take `timeout` ([`crate::CALL_TIMEOUT`]).
    #[must_use]
    pub fn new(
        config: &SdkConfig,
        partition: Partition,
        session: Option<&Session>,
        limits: &ConcurrencyLimits,
        timeout: Duration,
    ) -> Self {
        let keys = KeyReader::new(config, partition, session, limits, timeout);
        Self { keys, side_by_side: limits.limit(Service::Iam), timeout }
    }

    /// How many requests were sent since it was made, and what was refused.
    #[must_use]
    pub fn receipt(&self) -> Receipt {
        self.keys.receipt()
    }

    /// Begins or goes on with a reading.
    ///
    /// # Errors
    ///
    /// Why there is no answer. What was read by then is lost: a part of a list is no list.
    pub async fn read(&self, mut partial: Partial, run: Run<'_>) -> Result<Reading, Failure> {
        (run.watch)(partial.seen);
        let ended = match partial.way {
            Method::Live => users::read(self, &mut partial, run).await?,
            Method::Report => report::read(self, &mut partial, run).await?,
        };
        if ended { partial.answer().map(Reading::Done) } else { Ok(Reading::Unfinished(partial)) }
    }

    /// Why there is no answer, from a call that gave none.
    pub(crate) fn failure(&self, unread: Unread) -> Failure {
        match &unread.cause {
            Cause::Failed(why) if why == NO_ANSWER => {
                let (action, seconds) = (&unread.action, self.timeout.as_secs_f32());
                let what = format!("`{action}` was not answered within {seconds} s, several times");
                Failure::Timeout { what }
            }
            _ => unread.into(),
        }
    }
}
