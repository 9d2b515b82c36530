//! Every route and every problem, over the one-machine store.

// `cfg(test)` is always true here; with it clippy counts the helpers as tests, which may panic.

#[cfg(test)]
mod auth;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod problems;
#[cfg(test)]
mod start;
#[cfg(test)]
mod status;
#[cfg(test)]
mod support;
