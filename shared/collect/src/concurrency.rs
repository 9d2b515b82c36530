use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::Service;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many requests of each service may be under way at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits(BTreeMap<Service, usize>);

impl Default for Limits {
    /// What each service declares for itself. IAM's is 5, for its quota is the customer's own and is not published.
    fn default() -> Self {
        Self(Service::ALL.iter().map(|service| (*service, service.requests_at_once())).collect())
    }
}

impl Limits {
    /// Sets the bound of one service; at least one request is always let through.
    #[must_use]
    pub fn with(mut self, service: Service, limit: usize) -> Self {
        self.0.insert(service, limit.max(1));
        self
    }
}

/// The bound of every service; shared by all its regions.
#[derive(Debug)]
pub struct ConcurrencyLimits(BTreeMap<Service, Arc<ConcurrencyLimit>>);

impl ConcurrencyLimits {
    /// Bounds that begin at these limits.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        let of = |(service, limit): (&Service, &usize)| {
            (*service, Arc::new(ConcurrencyLimit::new(*limit)))
        };
        Self(limits.0.iter().map(of).collect())
    }

    /// How many requests of a service may be under way at most.
    #[must_use]
    pub fn limit(&self, service: Service) -> usize {
        self.0.get(&service).map_or(1, |pace| pace.limit)
    }

    pub(crate) fn of(&self, service: Service) -> Arc<ConcurrencyLimit> {
        self.0.get(&service).cloned().unwrap_or_else(|| Arc::new(ConcurrencyLimit::new(1)))
    }
}

/// Bounds the requests under way, and adapts: every throttled answer halves the bound, and a run
/// of good answers as long as the bound raises it by one, up to the limit.
#[derive(Debug)]
pub(crate) struct ConcurrencyLimit {
    permits: Arc<Semaphore>,
    state: Mutex<State>,
    limit: usize,
}

#[derive(Debug)]
struct State {
    /// How many requests may be under way now.
    bound: usize,
    /// Permits to take out of circulation as they come back.
    debt: usize,
    /// Good answers since the bound last changed.
    good: usize,
}

impl ConcurrencyLimit {
    pub(crate) fn new(limit: usize) -> Self {
        let state = Mutex::new(State { bound: limit, debt: 0, good: 0 });
        Self { permits: Arc::new(Semaphore::new(limit)), state, limit }
    }

    /// Waits for a place; nothing once the pace is closed, which it never is.
    pub(crate) async fn enter(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).acquire_owned().await.ok()
    }

    /// Gives the place back after a good answer.
    pub(crate) fn leave(&self, permit: OwnedSemaphorePermit) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.good += 1;
        if state.good >= state.bound && state.bound < self.limit {
            state.bound += 1;
            state.good = 0;
            if state.debt > 0 {
                state.debt -= 1;
            } else {
                self.permits.add_permits(1);
            }
        }
        Self::give_back(&mut state, permit);
    }

    /// Gives the place back after AWS asked to slow down.
    pub(crate) fn slow_down(&self, permit: OwnedSemaphorePermit) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let bound = (state.bound / 2).max(1);
        state.debt += state.bound - bound;
        state.bound = bound;
        state.good = 0;
        let idle = self.permits.forget_permits(state.debt);
        state.debt -= idle;
        Self::give_back(&mut state, permit);
    }

    fn give_back(state: &mut State, permit: OwnedSemaphorePermit) {
        if state.debt > 0 {
            state.debt -= 1;
            permit.forget();
        }
    }
}

/// How long to wait before the attempt after `attempt` (from 1): a random part of a bound that
/// doubles from 100 ms to 5 s, so that many waiters do not come back together.
///
/// Source: *Exponential Backoff And Jitter*, AWS Architecture Blog ("full jitter").
pub(crate) fn back_off(attempt: u32) -> Duration {
    let bound = 100_u64.saturating_mul(1 << attempt.saturating_sub(1).min(10)).min(5_000);
    Duration::from_millis(fastrand::u64(0..=bound))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn halves_under_throttling_and_recovers_to_its_limit() {
        let pace = ConcurrencyLimit::new(8);
        for expected in [4, 2, 1, 1] {
            let permit = pace.enter().await.unwrap();
            pace.slow_down(permit);
            assert_eq!(pace.permits.available_permits(), expected);
        }
        for _ in 0..200 {
            let permit = pace.enter().await.unwrap();
            pace.leave(permit);
        }
        assert_eq!(pace.permits.available_permits(), 8);
    }

    #[tokio::test]
    async fn never_lets_more_through_than_the_limit() {
        let pace = ConcurrencyLimit::new(4);
        let held: Vec<_> = futures::future::join_all((0..4).map(|_| pace.enter())).await;
        for (index, permit) in held.into_iter().flatten().enumerate() {
            if index % 2 == 0 { pace.slow_down(permit) } else { pace.leave(permit) }
        }
        for _ in 0..100 {
            let permit = pace.enter().await.unwrap();
            pace.leave(permit);
            assert!(pace.permits.available_permits() <= 4);
        }
        assert_eq!(pace.permits.available_permits(), 4);
    }
}
