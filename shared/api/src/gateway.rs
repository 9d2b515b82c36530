use async_trait::async_trait;
use axum::http::request::Parts;
use domain::Tenant;
use lambda_http::request::RequestContext;

use crate::{
    access::{Access, Scopes},
    auth::{Authenticate, Refused},
};

/// Trusts API Gateway's authorizer, which has checked the token or the signature.
///
/// The tenant is a claim of the token. With IAM authorization it is the operator: an HTTP API lets in callers of its own
/// account alone, so that all of them are one tenant, and IAM's policies say what they may do.
///
/// Source: *Control access to HTTP APIs with IAM authorization*, API Gateway Developer Guide: resource policies, which let
/// in other accounts, are for REST APIs.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// The claim of a token that names the tenant.
    pub tenant_claim: String,
    /// The scopes that a token has to carry; none where every token may do everything.
    pub scopes: Option<Scopes>,
    /// The tenant of callers that IAM lets in; the caller's account where it is not said.
    pub operator: Option<Tenant>,
}

#[async_trait]
impl Authenticate for Gateway {
    async fn tenant(&self, request: &Parts, access: Access) -> Result<Tenant, Refused> {
        let Some(RequestContext::ApiGatewayV2(context)) = request.extensions.get() else {
            return Err(Refused::Missing);
        };
        let authorizer = context.authorizer.as_ref().ok_or(Refused::Missing)?;
        let named = |name: &str| Tenant::named(name).map_err(|e| Refused::Forbidden(e.to_string()));
        let Some(jwt) = &authorizer.jwt else {
            let iam = authorizer.iam.as_ref().ok_or(Refused::Missing)?;
            let account = iam.account_id.as_ref().ok_or(Refused::Missing)?;
            return self.operator.clone().map_or_else(|| named(account), Ok);
        };
        if let Some(scopes) = &self.scopes {
            let claim = |name: &str| jwt.claims.get(name).map(|text| texts(text).to_owned());
            scopes.check(&claim, access)?;
        }
        let claim = &self.tenant_claim;
        let missing = || Refused::Forbidden(format!("the token has no claim `{claim}`"));
        let text = jwt.claims.get(claim).ok_or_else(missing)?;
        if texts(text) != text {
            let why = format!("the token's claim `{claim}` is no single text");
            return Err(Refused::Forbidden(why));
        }
        named(text)
    }
}

/// The texts of a claim that is a list: API Gateway passes it on as `[a b]`.
fn texts(claim: &str) -> &str {
    claim.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(claim)
}
