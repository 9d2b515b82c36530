//! Callers with a token of the operator's identity provider.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    time::{Duration, Instant},
};

use api::{Access, Authenticate, Refused, Scopes, bearer};
use async_trait::async_trait;
use axum::http::request::Parts;
use domain::Tenant;
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header,
    errors::ErrorKind,
    jwk::{Jwk, JwkSet, PublicKeyUse},
};
use reqwest::{Client, Response, Url};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::sync::Mutex;

#[cfg(test)]
mod tests;

/// What signatures are taken. Both are asymmetric: a public key cannot make one.
const ALGORITHMS: [Algorithm; 2] = [Algorithm::RS256, Algorithm::ES256];
/// How long the issuer's keys are used before they are asked for again.
const FRESH: Duration = Duration::from_hours(1);
/// How long they are used while the issuer does not answer.
const USABLE: Duration = Duration::from_hours(24);
/// How often the issuer is asked at most: a token may name any key it likes.
const PAUSE: Duration = Duration::from_secs(30);
/// How far clocks may differ, in seconds.
const LEEWAY: u64 = 30;

/// Lets in whoever has a token of one issuer for one audience, as the tenant that a claim names.
pub(super) struct Jwt {
    issuer: String,
    audience: String,
    tenant_claim: String,
    scopes: Option<Scopes>,
    client: Client,
    keys: Mutex<Keys>,
}

/// The issuer's keys, as far as they are known.
#[derive(Default)]
struct Keys {
    set: Option<(JwkSet, Instant)>,
    asked: Option<Instant>,
}

/// The part of a provider's metadata that is needed here (`OpenID` Connect Discovery 1.0).
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

impl Jwt {
    /// The error is one sentence.
    pub(super) fn new(
        issuer: String,
        audience: String,
        tenant_claim: String,
        scopes: Option<Scopes>,
    ) -> Result<Self, String> {
        secure(&issuer)?;
        let client = Client::builder()
            .timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| format!("no HTTPS client: {error}"))?;
        Ok(Self { issuer, audience, tenant_claim, scopes, client, keys: Mutex::default() })
    }

    /// The key that a token names.
    async fn key(&self, kid: Option<&str>) -> Result<Jwk, Refused> {
        let mut keys = self.keys.lock().await;
        let fresh = keys.set.as_ref().is_some_and(|(_, since)| since.elapsed() < FRESH);
        if fresh && let Some(key) = keys.find(kid) {
            return Ok(key);
        }
        if keys.asked.is_none_or(|asked| asked.elapsed() >= PAUSE) {
            keys.asked = Some(Instant::now());
            match self.fetch().await {
                Ok(set) => keys.set = Some((set, Instant::now())),
                Err(error) => tracing::error!(issuer = self.issuer, error, "no keys"),
            }
        }
        match &keys.set {
            Some((_, since)) if since.elapsed() < USABLE => keys.find(kid).ok_or_else(|| {
                Refused::Invalid("the token names no key that the issuer publishes".into())
            }),
            _ => Err(Refused::Unavailable),
        }
    }

    /// Asks the issuer for its keys.
    async fn fetch(&self) -> Result<JwkSet, String> {
        let place =
            format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let metadata: Metadata = self.get(&place).await?;
        if metadata.issuer != self.issuer {
            return Err(format!("`{place}` is about another issuer, `{}`", metadata.issuer));
        }
        secure(&metadata.jwks_uri)?;
        self.get(&metadata.jwks_uri).await
    }

    async fn get<T: DeserializeOwned>(&self, url: &str) -> Result<T, String> {
        let answer = self.client.get(url).send().await.and_then(Response::error_for_status);
        let answer = answer.map_err(|error| format!("`{url}` did not answer: {error}"))?;
        answer.json().await.map_err(|error| format!("`{url}` answered something else: {error}"))
    }
}

impl Keys {
    /// The key of this name; without a name, the only one there is.
    fn find(&self, kid: Option<&str>) -> Option<Jwk> {
        let (set, _) = self.set.as_ref()?;
        match (kid, set.keys.as_slice()) {
            (Some(kid), _) => set.find(kid).cloned(),
            (None, [only]) => Some(only.clone()),
            (None, _) => None,
        }
    }
}

impl Jwt {
    /// Whether a token is for the audience: by `aud`, or where there is none by `client_id`, as API Gateway does it.
    /// Cognito's access tokens have no `aud`.
    fn is_for_us(&self, claims: &BTreeMap<String, Value>) -> Result<(), Refused> {
        let named = match claims.get("aud").or_else(|| claims.get("client_id")) {
            None => return Err(refused(&ErrorKind::MissingRequiredClaim("aud".into()))),
            Some(Value::Array(all)) => all.iter().any(|one| *one == self.audience),
            Some(one) => *one == self.audience,
        };
        if named { Ok(()) } else { Err(refused(&ErrorKind::InvalidAudience)) }
    }
}

/// A claim as text: a list's texts with blanks between.
fn text(claim: &Value) -> String {
    match claim {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

#[async_trait]
impl Authenticate for Jwt {
    async fn tenant(&self, request: &Parts, access: Access) -> Result<Tenant, Refused> {
        let token = bearer(request)?;
        let header = decode_header(token).map_err(|error| refused(error.kind()))?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(Refused::Invalid("the token is not signed by RS256 or ES256".into()));
        }
        let key = self.key(header.kid.as_deref()).await?;
        let signs = !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption));
        let key = DecodingKey::from_jwk(&key).ok().filter(|_| signs);
        let key =
            key.ok_or_else(|| Refused::Invalid("the token's key is of no use here".into()))?;

        let mut validation = Validation::new(header.alg);
        validation.set_issuer(&[&self.issuer]);
        // Some tokens name it elsewhere.
        validation.validate_aud = false;
        validation.set_required_spec_claims(&["exp", "iss"]);
        validation.validate_nbf = true;
        validation.leeway = LEEWAY;
        let token = decode::<BTreeMap<String, Value>>(token, &key, &validation)
            .map_err(|error| refused(error.kind()))?;
        let claims = token.claims;
        self.is_for_us(&claims)?;
        if let Some(scopes) = &self.scopes {
            // RFC 9068, 4; providers that are older than it say `JWT` or nothing.
            let is_known = |kind: &String| {
                ["jwt", "at+jwt", "application/at+jwt"].contains(&&*kind.to_ascii_lowercase())
            };
            if !header.typ.as_ref().is_none_or(is_known) {
                return Err(Refused::Forbidden("the token is no access token; send one".into()));
            }
            scopes.check(&|name| claims.get(name).map(text), access)?;
        }
        let claim = &self.tenant_claim;
        let named = claims.get(claim).and_then(Value::as_str).ok_or_else(|| {
            Refused::Forbidden(format!("the token has no claim `{claim}` with a text"))
        })?;
        Tenant::named(named).map_err(|error| Refused::Forbidden(error.to_string()))
    }
}

fn refused(kind: &ErrorKind) -> Refused {
    let why = match kind {
        ErrorKind::ExpiredSignature => "the token has expired",
        ErrorKind::ImmatureSignature => "the token is not valid yet",
        ErrorKind::InvalidIssuer => "the token is of another issuer",
        ErrorKind::InvalidAudience => "the token is for another audience",
        ErrorKind::InvalidSignature => "the token's signature is wrong",
        ErrorKind::MissingRequiredClaim(_) => "the token lacks one of `exp`, `iss`, `aud`",
        _ => "the token cannot be read",
    };
    Refused::Invalid(why.into())
}

/// Keys are fetched over HTTPS, except from this machine.
fn secure(url: &str) -> Result<(), String> {
    let parsed = Url::parse(url).map_err(|error| format!("`{url}` is not a URL: {error}"))?;
    let host = parsed.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    let here = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    match parsed.scheme() {
        "https" => Ok(()),
        "http" if here => Ok(()),
        _ => Err(format!("`{url}` has to begin with `https://`")),
    }
}
