use std::net::IpAddr;

use async_trait::async_trait;
use axum::http::{
    header::{AUTHORIZATION, HOST},
    request::Parts,
    uri::Authority,
};
use domain::Tenant;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::access::Access;

/// A way to tell who calls.
#[async_trait]
pub trait Authenticate: Send + Sync {
    /// The tenant on whose behalf a request is made, if its caller may do so much; never taken from its path, query or
    /// body.
    ///
    /// # Errors
    ///
    /// The request is not let in, for the reason given.
    async fn tenant(&self, request: &Parts, access: Access) -> Result<Tenant, Refused>;
}

/// Why a request is not let in. The texts go to the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It does not say who calls.
    Missing,
    /// What it says is not valid, for this reason.
    Invalid(String),
    /// The caller is known and may not do this, for this reason.
    Forbidden(String),
    /// It cannot be decided now.
    Unavailable,
}

/// Lets everyone on this machine in as the tenant of the one-machine edition: for a service that
/// listens on loopback.
///
/// A request that names another host is refused: a web page could have its own name point here, and
/// then send requests from a browser on this machine.
#[derive(Clone, Copy, Debug)]
pub struct Open;

#[async_trait]
impl Authenticate for Open {
    async fn tenant(&self, request: &Parts, _: Access) -> Result<Tenant, Refused> {
        let host = request.headers.get(HOST).map(|host| host.to_str().unwrap_or_default());
        if host.is_none_or(is_here) {
            Ok(Tenant::local())
        } else {
            let why =
                "without a token the service answers only to `localhost` and loopback addresses";
            Err(Refused::Forbidden(why.into()))
        }
    }
}

/// Whether a `Host` header names this machine from within.
fn is_here(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host().trim_matches(['[', ']']);
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Lets in whoever has the one secret token, as the tenant of the one-machine edition.
#[derive(Clone)]
pub struct Token {
    hash: [u8; 32],
}

impl Token {
    /// The shortest token that is taken, in bytes.
    pub const MIN_BYTES: usize = 16;

    /// Lets in whoever has this token; nothing where it is too short to be a secret.
    #[must_use]
    pub fn new(token: &str) -> Option<Self> {
        (token.len() >= Self::MIN_BYTES).then(|| Self { hash: Sha256::digest(token).into() })
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

#[async_trait]
impl Authenticate for Token {
    async fn tenant(&self, request: &Parts, _: Access) -> Result<Tenant, Refused> {
        let token = bearer(request)?;
        // Hashes have one length, and comparing them takes one time.
        let hash: [u8; 32] = Sha256::digest(token).into();
        if bool::from(hash.ct_eq(&self.hash)) {
            Ok(Tenant::local())
        } else {
            Err(Refused::Invalid("the token is not the one of this service".into()))
        }
    }
}

/// The token of a request's `Authorization: Bearer …`.
///
/// # Errors
///
/// There is none.
pub fn bearer(request: &Parts) -> Result<&str, Refused> {
    let value = request.headers.get(AUTHORIZATION).ok_or(Refused::Missing)?;
    let refused = || Refused::Invalid("the header `authorization` takes `Bearer TOKEN`".into());
    let (scheme, token) =
        value.to_str().ok().and_then(|v| v.split_once(' ')).ok_or_else(refused)?;
    if !scheme.eq_ignore_ascii_case("bearer") || token.trim().is_empty() {
        return Err(refused());
    }
    Ok(token.trim())
}
