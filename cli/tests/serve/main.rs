//! `infraaudit serve` end to end: the real binary on a data directory of its own. AWS is here only a
//! socket that never answers, so that an audit that has begun stays under way.

// `cfg(test)` is always true here; with it clippy counts the helpers as tests, which may panic.
#[cfg(test)]
mod life;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod support;
