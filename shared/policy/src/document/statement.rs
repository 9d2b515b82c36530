//! Statements and their clauses.

use super::Text;
use crate::Span;

/// `Allow` or `Deny`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Effect {
    /// Grants.
    Allow,
    /// Refuses, whatever else grants.
    Deny,
}

impl Effect {
    /// As a document writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}

/// One statement. What is missing, or could not be understood, is `None` or empty.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Its place in the document, from 0.
    pub index: usize,
    /// Where it stands, brackets included.
    pub span: Span,
    /// `Sid`.
    pub sid: Option<Text>,
    /// `Effect`; `None` when missing or neither `Allow` nor `Deny`.
    pub effect: Option<Effect>,
    /// `Principal` or `NotPrincipal`.
    pub principal: Option<PrincipalClause>,
    /// `Action` or `NotAction`.
    pub action: Option<ListClause>,
    /// `Resource` or `NotResource`.
    pub resource: Option<ListClause>,
    /// `Condition`, one entry per operator and key; all must hold.
    pub conditions: Vec<ConditionEntry>,
    /// Whether there is a `Condition` at all; an empty one always holds.
    pub has_condition: bool,
}

impl PartialEq for Statement {
    fn eq(&self, other: &Self) -> bool {
        (&self.sid, self.effect, &self.principal, &self.action)
            == (&other.sid, other.effect, &other.principal, &other.action)
            && (&self.resource, &self.conditions, self.has_condition)
                == (&other.resource, &other.conditions, other.has_condition)
    }
}
impl Eq for Statement {}

/// `Action`, `NotAction`, `Resource` or `NotResource`.
#[derive(Debug, Clone)]
pub struct ListClause {
    /// Whether it is the `Not` form.
    pub negated: bool,
    /// Where its key stands.
    pub key_span: Span,
    /// The patterns.
    pub values: Vec<Text>,
    /// Whether they were written as a list; one string alone is allowed too.
    pub listed: bool,
}

impl PartialEq for ListClause {
    fn eq(&self, other: &Self) -> bool {
        (self.negated, &self.values, self.listed) == (other.negated, &other.values, other.listed)
    }
}
impl Eq for ListClause {}

/// `Principal` or `NotPrincipal`.
#[derive(Debug, Clone)]
pub struct PrincipalClause {
    /// Whether it is `NotPrincipal`.
    pub negated: bool,
    /// Where its key stands.
    pub key_span: Span,
    /// Whom it names.
    pub principal: Principal,
}

impl PartialEq for PrincipalClause {
    fn eq(&self, other: &Self) -> bool {
        (self.negated, &self.principal) == (other.negated, &other.principal)
    }
}
impl Eq for PrincipalClause {}

/// Whom a principal clause names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// A string instead of an object; only `"*"` is allowed there.
    Text(Text),
    /// The object form, in its order.
    Entries(Vec<PrincipalEntry>),
}

/// One member of a principal object: `"AWS": […]`.
#[derive(Debug, Clone)]
pub struct PrincipalEntry {
    /// Which kind of principal.
    pub kind: PrincipalKind,
    /// Where the key stands.
    pub key_span: Span,
    /// The principals.
    pub values: Vec<Text>,
    /// Whether they were written as a list.
    pub listed: bool,
}

impl PartialEq for PrincipalEntry {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, &self.values, self.listed) == (other.kind, &other.values, other.listed)
    }
}
impl Eq for PrincipalEntry {}

/// The kinds of principals a document can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PrincipalKind {
    /// `AWS`: accounts, users, roles, sessions, `*`.
    Aws,
    /// `Federated`: SAML and OIDC providers.
    Federated,
    /// `Service`: AWS services.
    Service,
    /// `CanonicalUser`: an account's other id, for S3.
    CanonicalUser,
}

impl PrincipalKind {
    /// The kind a key names.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        match key {
            "AWS" => Some(Self::Aws),
            "Federated" => Some(Self::Federated),
            "Service" => Some(Self::Service),
            "CanonicalUser" => Some(Self::CanonicalUser),
            _ => None,
        }
    }

    /// As a document writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::Federated => "Federated",
            Self::Service => "Service",
            Self::CanonicalUser => "CanonicalUser",
        }
    }
}

/// One operator with one key: `"StringEquals": {"aws:username": […]}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionEntry {
    /// The operator as written, prefix and `IfExists` included.
    pub operator: Text,
    /// The condition key as written.
    pub key: Text,
    /// The values; booleans and numbers as written.
    pub values: Vec<Text>,
    /// Whether they were written as a list.
    pub listed: bool,
}
