use async_trait::async_trait;
use axum::http::request::Parts;
use domain::Tenant;
use lambda_http::request::RequestContext;

use crate::{auth::Authenticate, auth::Refused};

/// Trusts API Gateway's authorizer, which has checked the token or the signature.
///
/// The tenant is a claim of the token, or with IAM authorization the caller's account.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// The claim of a token that names the tenant.
    pub tenant_claim: String,
}

#[async_trait]
impl Authenticate for Gateway {
    async fn tenant(&self, request: &Parts) -> Result<Tenant, Refused> {
        let Some(RequestContext::ApiGatewayV2(context)) = request.extensions.get() else {
            return Err(Refused::Missing);
        };
        let authorizer = context.authorizer.as_ref().ok_or(Refused::Missing)?;
        let named = if let Some(jwt) = &authorizer.jwt {
            let claim = &self.tenant_claim;
            let missing = || Refused::Forbidden(format!("the token has no claim `{claim}`"));
            jwt.claims.get(claim).ok_or_else(missing)?
        } else {
            let iam = authorizer.iam.as_ref().ok_or(Refused::Missing)?;
            iam.account_id.as_ref().ok_or(Refused::Missing)?
        };
        // A list comes as `[a b]`, and names nobody.
        if named.starts_with('[') && named.ends_with(']') {
            let why = format!("the token's claim `{}` is no single text", self.tenant_claim);
            return Err(Refused::Forbidden(why));
        }
        Tenant::named(named).map_err(|error| Refused::Forbidden(error.to_string()))
    }
}
