//! Whose events count.

use std::fmt;

use policy::{Arn, Caller, CallerKind};

use crate::record::Record;

/// The user, role, session or root user whose events count.
///
/// ```
/// use least_privilege::Principal;
/// let role = Principal::parse("arn:aws:iam::111122223333:role/team/Reader")?;
/// assert_eq!(role.to_string(), "arn:aws:iam::111122223333:role/team/Reader");
/// assert!(Principal::parse("arn:aws:iam::111122223333:group/Readers").is_err());
/// # Ok::<(), least_privilege::NotAPrincipal>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    arn: Box<str>,
    partition: Box<str>,
    kind: CallerKind,
}

/// Why a text names nobody whose events could count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAPrincipal(String);

impl fmt::Display for NotAPrincipal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` names no user, role, role session, federated user or root user; give its ARN, \
             such as arn:aws:iam::111122223333:role/Reader",
            self.0
        )
    }
}

impl std::error::Error for NotAPrincipal {}

impl Principal {
    /// Reads an ARN.
    ///
    /// # Errors
    /// When it is not the ARN of somebody who calls AWS; a group does not.
    pub fn parse(arn: &str) -> Result<Self, NotAPrincipal> {
        use CallerKind as K;
        let kind = Caller::parse(arn).kind();
        match (Arn::split(arn), kind) {
            (Some(parts), K::Root | K::User | K::Role | K::RoleSession | K::FederatedSession) => {
                Ok(Self { arn: arn.into(), partition: parts.partition.into(), kind })
            }
            _ => Err(NotAPrincipal(arn.chars().take(200).collect())),
        }
    }

    /// Its ARN.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// What kind of caller it is.
    #[must_use]
    pub fn kind(&self) -> CallerKind {
        self.kind
    }

    pub(crate) fn partition(&self) -> &str {
        &self.partition
    }

    /// Whether a record is of a call that its permissions decided: its own, or that of a session it
    /// issued, be it a role's or a federated user's.
    pub(crate) fn made(&self, record: &Record<'_>) -> bool {
        *self.arn == *record.caller() || *self.arn == *record.issuer()
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.arn)
    }
}
