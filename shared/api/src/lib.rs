//! The HTTP API: the same [`router`] under `infraaudit serve` and in the Lambda function.
//!
//! Everything that goes wrong is told as a problem document (RFC 9457). An `ExternalId` is told to whoever
//! registers an account or asks for it alone, because its owner needs it to create the role; it is in no
//! other answer, and in no log.

mod access;
mod accounts;
mod audits;
mod auth;
mod caller;
mod fields;
mod findings;
#[cfg(feature = "gateway")]
mod gateway;
mod health;
mod keys;
mod layers;
mod openapi;
mod paging;
mod problem;
mod rate;
mod request;
mod responses;
mod routes;
mod settings;
mod state;
mod suppressions;
mod values;

pub use access::{Access, Claim, Scopes};
pub use auth::{Authenticate, Open, Refused, Token, bearer};
#[cfg(feature = "gateway")]
pub use gateway::Gateway;
pub use problem::{FieldError, Problem};
pub use routes::{keys_router, router};
pub use settings::{
    Keys, Limits, Onboarding, OwnAccount, QuickCreate, ReadKeys, Settings, Template, Verify,
};
