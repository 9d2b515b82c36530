//! The way into a customer's account: credentials, `AssumeRole` with the ExternalId, the proof that
//! the role asks for it, and a session policy that caps what the session may do. Knows STS and no
//! other service.

mod advice;
mod caller;
mod config;
mod pack;
mod prove;
mod quick_create;
mod session;
mod session_policy;

pub use advice::advice;
pub use caller::{Caller, CallerError, caller, reason};
pub use config::{ClientOptions, beside, config, partition, region_in, with_retries};
pub use pack::{Needs, Pack, open_pack};
pub use prove::{Doubt, Wrong, proof, prove};
pub use quick_create::quick_create_url;
pub use session::{AssumeRole, AssumeRoleError, Session, SessionName, as_worker, open};
pub use session_policy::{SESSION_POLICY_CHARACTERS, SessionPolicy};
