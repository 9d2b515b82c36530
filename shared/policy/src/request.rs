//! What is asked: who, what, on which resource, in which circumstances.

mod caller;
mod context;

pub use caller::{Caller, CallerKind};
pub use context::{Context, Lookup};

use crate::Arn;

/// One request, as AWS would authorize it.
///
/// ```
/// use policy::{Caller, Request};
/// let caller = Caller::parse("arn:aws:iam::111122223333:user/ana");
/// let request = Request::new(caller, "s3:GetObject", "arn:aws:s3:::photos/a.jpg")
///     .in_account("111122223333")
///     .with("aws:SecureTransport", "true");
/// assert_eq!(request.action(), "s3:GetObject");
/// ```
#[derive(Debug, Clone)]
pub struct Request {
    caller: Caller,
    action: Box<str>,
    /// In lower case: actions compare without case.
    action_key: Box<str>,
    resource: Box<str>,
    resource_account: Option<Box<str>>,
    context: Context,
    wildcard_only: bool,
}

impl Request {
    /// A request without context keys: all of them count as absent.
    #[must_use]
    pub fn new(caller: Caller, action: &str, resource: &str) -> Self {
        Self {
            caller,
            action: action.into(),
            action_key: action.to_lowercase().into(),
            resource: resource.into(),
            resource_account: None,
            context: Context::new(),
            wildcard_only: false,
        }
    }

    /// Says which account owns the resource. Without it the ARN's account counts; and where the ARN has
    /// none (S3), the caller's own.
    #[must_use]
    pub fn in_account(mut self, account: &str) -> Self {
        self.resource_account = Some(account.into());
        self
    }

    /// Replaces the context.
    #[must_use]
    pub fn with_context(mut self, context: Context) -> Self {
        self.context = context;
        self
    }

    /// Adds a single-valued context key.
    #[must_use]
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.context = self.context.with(key, value);
        self
    }

    /// Says that the action has no resource of its own (`s3:ListAllMyBuckets`): then only a literal `*` in
    /// `Resource` speaks of it.
    #[must_use]
    pub fn wildcard_only_action(mut self, yes: bool) -> Self {
        self.wildcard_only = yes;
        self
    }

    /// Adds the keys that AWS puts into every request and that follow from the caller's and the resource's
    /// names: `aws:PrincipalArn`, `aws:PrincipalAccount`, `aws:PrincipalType`, `aws:username`,
    /// `aws:ResourceAccount`, `aws:PrincipalIsAWSService`. Keys that are already there stay.
    #[must_use]
    pub fn with_known_keys(mut self) -> Self {
        let mut known = self.caller.known_keys();
        if let Some(account) = self.account_of_resource() {
            known.push(("aws:ResourceAccount", account.to_owned()));
        }
        for (key, value) in known {
            self.context = self.context.with_default(key, &value);
        }
        self
    }

    /// Who asks.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The action as it was given.
    #[must_use]
    pub fn action(&self) -> &str {
        &self.action
    }

    /// The resource's ARN, or `*`.
    #[must_use]
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// The context.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Whether the action has no resource of its own.
    #[must_use]
    pub fn is_wildcard_only(&self) -> bool {
        self.wildcard_only
    }

    /// The account that owns the resource, as far as it is known: given, or in the ARN.
    #[must_use]
    pub fn account_of_resource(&self) -> Option<&str> {
        self.resource_account.as_deref().or_else(|| {
            let account = Arn::split(&self.resource)?.account;
            (!account.is_empty() && !account.contains(['*', '?'])).then_some(account)
        })
    }

    /// Whether caller and resource are in one account. A resource whose owner is unknown counts as the caller's.
    #[must_use]
    pub fn is_same_account(&self) -> bool {
        self.caller
            .account()
            .is_some_and(|caller| self.account_of_resource().is_none_or(|owner| owner == caller))
    }

    pub(crate) fn action_key(&self) -> &str {
        &self.action_key
    }

    pub(crate) fn service_key(&self) -> &str {
        self.action_key.split_once(':').map_or("", |(service, _)| service)
    }
}
