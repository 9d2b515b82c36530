//! Policies made ready to be evaluated many times.

mod action;
mod principal;
mod resource;
mod statement;

use crate::Span;
use crate::document::{Document, Problem, Reading};
use crate::json::Node;
use crate::s3::public_statements;
pub(crate) use action::ActionPattern;
pub use principal::PrincipalMatch;
pub(crate) use principal::{Whom, is_role_of};
pub(crate) use resource::{Asked, Question, ResourcePattern, Side};
pub(crate) use statement::CompiledStatement;
use std::fmt;
use std::sync::Arc;

/// Where a policy is attached; some rules differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PolicyKind {
    /// On a user, group or role: managed or inline.
    Identity,
    /// As a permissions boundary.
    Boundary,
    /// Passed with a session.
    Session,
    /// On a resource; a role's trust policy is one too.
    Resource,
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
    /// On a VPC endpoint.
    VpcEndpoint,
}

/// A policy ready to be evaluated.
///
/// ```
/// use policy::{Document, Policy, PolicyKind};
/// let document = Document::parse(r#"{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}"#)?;
/// let policy = Policy::new("ReadPhotos", PolicyKind::Identity, &document)?;
/// assert_eq!(policy.name(), "ReadPhotos");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Policy {
    name: Arc<str>,
    kind: PolicyKind,
    statements: Box<[CompiledStatement]>,
    /// A resource policy that S3 would call public.
    public: bool,
    /// Statements that may speak of any service.
    any_service: Box<[u32]>,
    /// Statements by the service they name, sorted.
    by_service: Box<[ByService]>,
}

/// A service's hash, and the statements that name it (or one of the same hash).
type ByService = (u64, Box<[u32]>);

/// A statement that cannot be evaluated because an element is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncompleteStatement {
    /// Its place in the document, from 0.
    pub index: usize,
    /// Where it stands.
    pub span: Span,
}

impl fmt::Display for IncompleteStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "statement {} has no valid `Effect` or no `Action`, add them", self.index)
    }
}

impl std::error::Error for IncompleteStatement {}

/// FNV-1a: short names, and where two meet the action is compared anyway.
pub(crate) fn service_hash(service: &str) -> u64 {
    service
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

impl Policy {
    /// Makes a document ready.
    ///
    /// # Errors
    /// When a statement has no effect or no action (a document from [`Document::parse`] always has).
    pub fn new(
        name: &str,
        kind: PolicyKind,
        document: &Document,
    ) -> Result<Self, IncompleteStatement> {
        let statements = document.statements.iter().map(|statement| {
            CompiledStatement::new(statement, kind, document.has_variables())
                .ok_or(IncompleteStatement { index: statement.index, span: statement.span })
        });
        Ok(Self::index(name, kind, document, statements.collect::<Result<_, _>>()?))
    }

    /// Makes ready what can be understood of a document, and lists the rest: a statement with a problem
    /// in effect or action is left out.
    #[must_use]
    pub fn read(name: &str, kind: PolicyKind, node: &Node) -> (Self, Vec<Problem>) {
        let Reading { document, problems } = Document::read(node);
        let variables = document.has_variables();
        let statements =
            document.statements.iter().filter_map(|s| CompiledStatement::new(s, kind, variables));
        let statements = statements.collect();
        (Self::index(name, kind, &document, statements), problems)
    }

    fn index(
        name: &str,
        kind: PolicyKind,
        document: &Document,
        statements: Vec<CompiledStatement>,
    ) -> Self {
        let mut any_service = Vec::new();
        let mut named: Vec<(u64, Vec<u32>)> = Vec::new();
        for (at, statement) in statements.iter().enumerate() {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            let Some(services) = statement.services() else {
                any_service.push(at);
                continue;
            };
            for service in services.into_iter().map(service_hash) {
                let place = match named.binary_search_by_key(&service, |(known, _)| *known) {
                    Ok(place) => place,
                    Err(place) => {
                        named.insert(place, (service, Vec::new()));
                        place
                    }
                };
                if let Some((_, list)) = named.get_mut(place)
                    && list.last() != Some(&at)
                {
                    list.push(at);
                }
            }
        }
        Self {
            name: name.into(),
            kind,
            statements: statements.into(),
            public: kind == PolicyKind::Resource && public_statements(document).next().is_some(),
            any_service: any_service.into(),
            by_service: named.into_iter().map(|(service, list)| (service, list.into())).collect(),
        }
    }

    pub(crate) fn statements(&self) -> &[CompiledStatement] {
        &self.statements
    }

    /// The name it was given, for explanations.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    /// Where it is attached.
    #[must_use]
    pub fn kind(&self) -> PolicyKind {
        self.kind
    }

    /// The statements that could speak of a service, given by the hash of its name in lower case.
    pub(crate) fn statements_for(&self, service: u64) -> impl Iterator<Item = &CompiledStatement> {
        let found = self.by_service.binary_search_by_key(&service, |(known, _)| *known);
        let named =
            found.ok().and_then(|at| self.by_service.get(at)).map_or(&[][..], |(_, list)| list);
        self.any_service.iter().chain(named).filter_map(|at| self.statements.get(*at as usize))
    }

    /// Whether it is a resource policy that S3 Block Public Access would call public.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.public
    }
}
