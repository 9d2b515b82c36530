use std::{num::NonZeroU32, time::Duration};

use axum::{extract::FromRequestParts, http::request::Parts};
use domain::Tenant;
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    state::keyed::HashMapStateStore,
};

use crate::{Problem, Shared};

/// Who calls, let in and within their limit.
pub(crate) struct Caller(pub(crate) Tenant);

/// Requests, counted by tenant.
pub(crate) type Rate = RateLimiter<Tenant, HashMapStateStore<Tenant>, DefaultClock>;

/// Lets so many requests of each tenant through in a second.
pub(crate) fn rate(per_second: NonZeroU32) -> Rate {
    RateLimiter::hashmap(Quota::per_second(per_second))
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Problem> {
        let tenant = shared.settings.auth.tenant(parts).await?;
        if let Err(early) = shared.rate.check_key(&tenant) {
            let wait = early.wait_time_from(DefaultClock::default().now());
            let wait = wait.max(Duration::from_secs(1));
            let most = shared.settings.limits.requests_per_second;
            return Err(Problem::too_many(
                format!("more than {most} requests in a second; send fewer"),
                wait,
            ));
        }
        Ok(Self(tenant))
    }
}
