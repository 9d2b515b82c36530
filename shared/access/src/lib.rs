//! The way into a customer's account: credentials, `AssumeRole` with the ExternalId, the proof that
//! the role asks for it, and a session policy that caps what the session may do. Knows STS and no
//! other service.

mod caller;
mod cap;
mod config;
mod prove;
mod quick_create;
mod session;

#[cfg(test)]
mod recorded;

pub use caller::{Caller, CallerError, caller, reason};
pub use cap::{Cap, SESSION_POLICY_CHARACTERS};
pub use config::{Manner, beside, config};
pub use prove::{Doubt, Wrong, proof, prove};
pub use quick_create::quick_create_url;
pub use session::{Door, Refused, Session, SessionName, as_role, open};
