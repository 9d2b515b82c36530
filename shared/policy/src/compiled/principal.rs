//! `Principal` and `NotPrincipal`.

use crate::Arn;
use crate::document::{Effect, Principal, PrincipalClause, PrincipalKind};
use crate::request::{Caller, CallerKind};

/// How a principal element names a caller. What it grants reaches differently far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalMatch {
    /// Not at all.
    None,
    /// By its account: the account may delegate, its own policies decide.
    Account,
    /// A role's session by the role.
    SessionRole,
    /// A federated user's session by the user.
    SessionUser,
    /// By its own name, or as everyone.
    Direct,
}

impl PrincipalMatch {
    /// The word test vectors use for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "NoMatch",
            Self::Account => "AccountLevelMatch",
            Self::SessionRole => "SessionRoleMatch",
            Self::SessionUser => "SessionUserMatch",
            Self::Direct => "Match",
        }
    }
}

/// A principal element ready to be matched.
#[derive(Debug, Clone)]
pub(crate) struct Whom {
    pub(crate) negated: bool,
    named: Box<[Named]>,
}

#[derive(Debug, Clone)]
enum Named {
    Everyone,
    Account(Box<str>),
    Arn(Box<str>),
    /// A service, provider or canonical id, by its exact text.
    Exactly(Box<str>),
}

impl Whom {
    pub(crate) fn new(clause: &PrincipalClause) -> Self {
        let named = match &clause.principal {
            Principal::Text(text) => vec![Named::aws(text.as_str())],
            Principal::Entries(entries) => entries
                .iter()
                .flat_map(|entry| entry.values.iter().map(|value| (entry.kind, value.as_str())))
                .map(|(kind, value)| match kind {
                    PrincipalKind::Aws => Named::aws(value),
                    _ => Named::Exactly(value.into()),
                })
                .collect(),
        };
        Self { negated: clause.negated, named: named.into() }
    }

    /// Whether everyone is named.
    pub(crate) fn names_everyone(&self) -> bool {
        self.named.iter().any(|named| matches!(named, Named::Everyone))
    }

    /// How a statement with this element and this effect reaches the caller.
    ///
    /// `NotPrincipal` errs on the side of refusal: with `Allow` any naming of the caller (by account, by
    /// role) takes the grant away; with `Deny` only the caller's own name spares it, so that naming an
    /// account does not spare its users and naming a role does not spare its sessions.
    pub(crate) fn matches(&self, caller: &Caller, effect: Effect) -> PrincipalMatch {
        let best = self
            .named
            .iter()
            .map(|named| named.matches(caller))
            .max()
            .unwrap_or(PrincipalMatch::None);
        let spared = match effect {
            Effect::Allow => best != PrincipalMatch::None,
            Effect::Deny => best == PrincipalMatch::Direct,
        };
        match (self.negated, spared) {
            (false, _) => best,
            (true, true) => PrincipalMatch::None,
            (true, false) => PrincipalMatch::Direct,
        }
    }

    /// Whether the caller is reached as everyone, and not by a name.
    pub(crate) fn reaches_as_everyone(&self) -> bool {
        !self.negated && self.names_everyone()
    }
}

impl Named {
    fn aws(text: &str) -> Self {
        if text == "*" {
            return Self::Everyone;
        }
        if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
            return Self::Account(text.into());
        }
        match Arn::split(text) {
            Some(arn) if arn.service == "iam" && arn.resource == "root" => {
                Self::Account(arn.account.into())
            }
            _ => Self::Arn(text.into()),
        }
    }

    fn matches(&self, caller: &Caller) -> PrincipalMatch {
        let direct_if = |yes| if yes { PrincipalMatch::Direct } else { PrincipalMatch::None };
        match self {
            Self::Everyone => PrincipalMatch::Direct,
            _ if caller.kind() == CallerKind::Anonymous => PrincipalMatch::None,
            Self::Account(account) if caller.account() == Some(account) => PrincipalMatch::Account,
            Self::Account(_) => PrincipalMatch::None,
            Self::Exactly(text) => direct_if(**text == *caller.as_str()),
            Self::Arn(text) if **text == *caller.as_str() => PrincipalMatch::Direct,
            Self::Arn(text) => match caller.kind() {
                CallerKind::RoleSession if is_role_of(text, caller.as_str()) => {
                    PrincipalMatch::SessionRole
                }
                CallerKind::FederatedSession if is_user_of(text, caller.as_str()) => {
                    PrincipalMatch::SessionUser
                }
                _ => PrincipalMatch::None,
            },
        }
    }
}

/// Whether `role` is the role of a session. A session's ARN has the role's name without its path.
pub(crate) fn is_role_of(role: &str, session: &str) -> bool {
    let (Some(role), Some(session)) = (Arn::split(role), Arn::split(session)) else { return false };
    let session_role = session.resource_id().split_once('/').map_or("", |(role, _)| role);
    (role.service, role.resource_type()) == ("iam", Some("role"))
        && (role.partition, role.account) == (session.partition, session.account)
        && !session_role.is_empty()
        && role.resource_name().eq_ignore_ascii_case(session_role)
}

/// Whether `user` is the user whose name a federated session carries.
fn is_user_of(user: &str, session: &str) -> bool {
    let (Some(user), Some(session)) = (Arn::split(user), Arn::split(session)) else { return false };
    (user.service, user.resource_type()) == ("iam", Some("user"))
        && (user.partition, user.account) == (session.partition, session.account)
        && user.resource_id() == session.resource_id()
}
