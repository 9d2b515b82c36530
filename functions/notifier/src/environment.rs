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

/// A setting that is neither yes nor no.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the environment variable `{0}` is neither `true` nor `false`; set it to one of them")]
pub(crate) struct NoFlag(&'static str);

/// What a variable that is `true` or `false` says; one that is not set is false.
pub(crate) fn flag(name: &'static str, value: Option<&str>) -> Result<bool, NoFlag> {
    value.map_or(Ok(false), |value| value.parse().map_err(|_| NoFlag(name)))
}
