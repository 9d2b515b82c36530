use std::env;

/// A setting that has to be there and is not.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable `{name}` is missing; set it to {value}")]
pub(crate) struct Missing {
    name: &'static str,
    value: &'static str,
}

/// A variable of the environment. An empty one counts as not set.
pub(crate) fn optional(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// A variable that has to be set to what `value` says.
pub(crate) fn required(name: &'static str, value: &'static str) -> Result<String, Missing> {
    optional(name).ok_or(Missing { name, value })
}
