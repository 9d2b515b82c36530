use std::time::Duration;

use axum::{extract::FromRequestParts, http::request::Parts};
use domain::Tenant;
use governor::clock::{Clock, DefaultClock};

use crate::{problem::Problem, state::Shared};

/// Who calls, let in and within their limit.
pub(crate) struct Caller(pub(crate) Tenant);

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
