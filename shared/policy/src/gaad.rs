//! What `aws iam get-account-authorization-details` says of an account: who is in it, with which policies.

mod other;
mod read;
mod resource_policy;

use crate::compiled::Policy;
use crate::evaluate::Policies;
use crate::json::{Node, ParseError};
use crate::request::{Caller, CallerKind, Context, Request};
use std::fmt;
use std::sync::Arc;

pub use other::{ControlPolicies, OtherPolicies, ResourcePolicy};

/// The users and roles of one or more accounts.
///
/// ```
/// use policy::gaad::AuthorizationDetails;
/// let text = r#"{"UserDetailList": [{"Arn": "arn:aws:iam::111122223333:user/ana", "UserName": "ana",
///     "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17",
///         "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}}]}]}"#;
/// let details = AuthorizationDetails::parse(text)?;
/// let ana = details.principal("arn:aws:iam::111122223333:user/ana").unwrap();
/// let decision = ana.evaluate(&details, &ana.request("s3:GetObject", "arn:aws:s3:::photos/a.jpg"));
/// assert_eq!(decision.outcome, policy::Outcome::Allowed);
/// # Ok::<(), policy::gaad::DetailsError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct AuthorizationDetails {
    principals: Vec<PrincipalDetails>,
}

/// A user or role with everything attached to it.
#[derive(Debug, Clone)]
pub struct PrincipalDetails {
    arn: Box<str>,
    policies: Policies,
    trust: Option<Arc<Policy>>,
    tags: Vec<(Box<str>, Box<str>)>,
    gaps: Vec<String>,
    /// What of the trust policy cannot be understood.
    trust_gaps: Vec<String>,
}

/// Why a text is not the output of that command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DetailsError {
    /// It is not JSON.
    Json(ParseError),
    /// It has none of the lists the command prints.
    NoLists,
}

impl fmt::Display for DetailsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => write!(f, "the authorization details are not JSON: {error}"),
            Self::NoLists => f.write_str(
                "the file holds neither `UserDetailList` nor `RoleDetailList`, \
                 give the output of `aws iam get-account-authorization-details`",
            ),
        }
    }
}

impl std::error::Error for DetailsError {}

impl AuthorizationDetails {
    /// Reads the command's output.
    ///
    /// # Errors
    /// When it is not JSON, or holds neither users nor roles.
    pub fn parse(text: &str) -> Result<Self, DetailsError> {
        Self::from_nodes([&Node::parse(text).map_err(DetailsError::Json)?])
    }

    /// Reads several outputs, of one account or more.
    ///
    /// # Errors
    /// When one holds neither users nor roles.
    pub fn from_nodes<'n>(nodes: impl IntoIterator<Item = &'n Node>) -> Result<Self, DetailsError> {
        let mut principals = Vec::new();
        for node in nodes {
            if node.get("UserDetailList").is_none() && node.get("RoleDetailList").is_none() {
                return Err(DetailsError::NoLists);
            }
            principals.extend(read::principals(node));
        }
        Ok(Self { principals })
    }

    /// The users, then the roles.
    #[must_use]
    pub fn principals(&self) -> &[PrincipalDetails] {
        &self.principals
    }

    /// The user or role of that ARN; for a role session's ARN its role.
    #[must_use]
    pub fn principal(&self, arn: &str) -> Option<&PrincipalDetails> {
        let caller = Caller::parse(arn);
        self.principals.iter().find(|principal| {
            *principal.arn == *arn
                || (caller.kind() == CallerKind::RoleSession
                    && crate::compiled::is_role_of(&principal.arn, arn))
        })
    }
}

impl PrincipalDetails {
    /// Its ARN.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// Its policies and its groups', with its boundary; those that were not read count as such.
    #[must_use]
    pub fn policies(&self) -> &Policies {
        &self.policies
    }

    /// Who may assume it, when it is a role.
    #[must_use]
    pub fn trust(&self) -> Option<&Arc<Policy>> {
        self.trust.as_ref()
    }

    /// What was not read of its policies, its groups' and its boundary: what is attached and not in the details, and
    /// what cannot be understood. While there is something, it may be allowed more, or less, than is known.
    #[must_use]
    pub fn gaps(&self) -> &[String] {
        &self.gaps
    }

    /// A request of this principal, with the context keys that follow from what the details say of it. The rest
    /// of the context is unknown.
    #[must_use]
    pub fn request(&self, action: &str, resource: &str) -> Request {
        let mut context = Context::partial().with("aws:PrincipalArn", &self.arn);
        for (key, value) in &self.tags {
            context = context.with(&format!("aws:PrincipalTag/{key}"), value);
        }
        Request::new(Caller::parse(&self.arn), action, resource)
            .with_context(context)
            .with_known_keys()
    }

    /// Decides a request by this principal's policies; where a role is assumed, by the role's trust policy too. Of
    /// all other policies nothing is known: the answer says where it depends on them ([`OtherPolicies`]).
    ///
    /// Where only the principal's own policies are meant, ask [`PrincipalDetails::policies`].
    #[must_use]
    pub fn evaluate(&self, details: &AuthorizationDetails, request: &Request) -> crate::Decision {
        self.evaluate_with(details, request, &OtherPolicies::default())
    }

    /// Decides a request as [`PrincipalDetails::evaluate`] does, with what is known of other policies.
    #[must_use]
    pub fn evaluate_with(
        &self,
        details: &AuthorizationDetails,
        request: &Request,
        other: &OtherPolicies,
    ) -> crate::Decision {
        self.policies_for(details, request, other).evaluate(request)
    }
}

#[cfg(test)]
mod tests;
