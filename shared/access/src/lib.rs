//! The way into a customer's account: credentials, `AssumeRole` with the ExternalId, and a session
//! policy that caps what the session may do. Knows STS and no other service.

mod caller;
mod cap;
mod config;
mod session;

pub use caller::{Caller, CallerError, caller, reason};
pub use cap::{Cap, SESSION_POLICY_CHARACTERS};
pub use config::{Manner, config};
pub use session::{Door, Refused, Session, SessionName, open};
