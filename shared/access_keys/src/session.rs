use std::time::Duration;

use aws::{AssumeRole, Session, SessionName, SessionPolicy};
use aws_config::SdkConfig;
use domain::{
    ExternalId, RoleArn,
    keys::{Failure, Include, Method},
};

/// How long one call may take before it is sent again.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// Opens a role for one method of reading keys, and for nothing else.
///
/// # Errors
///
/// Why the role did not open; the `ExternalId` is in no message.
pub async fn session(
    config: &SdkConfig,
    role: RoleArn,
    external_id: Option<ExternalId>,
    name: SessionName,
    method: Method,
    include: Include,
) -> Result<Session, Failure> {
    let policy = SessionPolicy::new(role.account().partition, &method.actions(include));
    let opened = aws::open(config, AssumeRole { role, external_id, name, policy }).await;
    opened.map_err(|refused| Failure::Refused {
        denied: refused.is_denial(),
        reason: refused.to_string(),
    })
}
