//! The API as API Gateway calls it: its routes, and who its authorizer says is calling.

pub(crate) use api::{Gateway, router};

#[cfg(test)]
mod tests;
