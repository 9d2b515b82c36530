use std::time::Duration;

use axum::{extract::FromRequestParts, http::request::Parts};
use domain::Tenant;
use governor::clock::{Clock, DefaultClock};

use crate::{access::Access, problem::Problem, state::Shared};

/// Who calls, let in and within their limit.
async fn let_in(parts: &Parts, shared: &Shared, access: Access) -> Result<Tenant, Problem> {
    let tenant = shared.settings.auth.tenant(parts, access).await?;
    if let Err(early) = shared.rate.check_key(&tenant) {
        let wait = early.wait_time_from(DefaultClock::default().now());
        let wait = wait.max(Duration::from_secs(1));
        let most = shared.settings.limits.requests_per_second;
        return Err(Problem::too_many(
            format!("more than {most} requests in a second; send fewer"),
            wait,
        ));
    }
    Ok(tenant)
}

/// Callers by what they may do.
macro_rules! callers {
    ($($(#[$about:meta])* $caller:ident: $access:ident,)+) => {
        $(
            $(#[$about])*
            pub(crate) struct $caller(pub(crate) Tenant);

            impl FromRequestParts<Shared> for $caller {
                type Rejection = Problem;

                async fn from_request_parts(
                    parts: &mut Parts,
                    shared: &Shared,
                ) -> Result<Self, Problem> {
                    let_in(parts, shared, Access::$access).await.map(Self)
                }
            }
        )+
    };
}

callers! {
    /// Who may read.
    Reader: Read,
    /// Who may change things, begin audits and have AWS asked.
    Writer: Write,
    /// Who may delete, and keep problems quiet.
    Admin: Admin,
}
