use std::{num::NonZeroU32, time::Duration};

use domain::Tenant;
use governor::{Quota, RateLimiter, clock::DefaultClock, state::keyed::HashMapStateStore};
use jiff::Timestamp;

use crate::{problem::Problem, settings::Limits, state::Shared};

/// Requests, counted by tenant.
pub(crate) type Rate = RateLimiter<Tenant, HashMapStateStore<Tenant>, DefaultClock>;

/// Lets so many requests of each tenant through in a second.
pub(crate) fn rate(per_second: NonZeroU32) -> Rate {
    RateLimiter::hashmap(Quota::per_second(per_second))
}

/// A call that costs more than an answer from the store.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Costly {
    /// It makes an audit.
    Start,
    /// It asks AWS about a role.
    Verify,
    /// It reads access keys, for as long as a request may take.
    Keys,
}

impl Costly {
    const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Verify => "verify",
            Self::Keys => "keys",
        }
    }

    const fn a_minute(self, limits: &Limits) -> NonZeroU32 {
        match self {
            Self::Start => limits.starts_per_minute,
            Self::Verify => limits.verifications_per_minute,
            Self::Keys => limits.key_requests_per_minute,
        }
    }
}

impl Shared {
    /// Lets a call that costs go on, if its tenant did not make too many lately, whichever process answered them.
    pub(crate) async fn spend(&self, tenant: &Tenant, call: Costly) -> Result<(), Problem> {
        let most = call.a_minute(&self.settings.limits);
        let taken = self.store.take_call(tenant, call.name(), most, Timestamp::now()).await?;
        taken.map_err(|wait| {
            let detail = format!("more than {most} such requests in a minute; send fewer");
            Problem::too_many(detail, wait.max(Duration::from_secs(1)))
        })
    }
}
