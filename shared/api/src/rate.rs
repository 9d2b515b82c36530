use std::num::NonZeroU32;

use domain::Tenant;
use governor::{Quota, RateLimiter, clock::DefaultClock, state::keyed::HashMapStateStore};

/// Requests, counted by tenant.
pub(crate) type Rate = RateLimiter<Tenant, HashMapStateStore<Tenant>, DefaultClock>;

/// Lets so many requests of each tenant through in a second.
pub(crate) fn rate(per_second: NonZeroU32) -> Rate {
    RateLimiter::hashmap(Quota::per_second(per_second))
}
