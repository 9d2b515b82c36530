//! The header `Idempotency-Key`: the same request sent twice asks for one audit.
//!
//! Source: *The Idempotency-Key HTTP Header Field*, an Internet-Draft of the IETF's httpapi group: one
//! string; used again with another request it is answered 422.

use axum::{extract::FromRequestParts, http::request::Parts};
use domain::Tenant;
use sha2::{Digest, Sha256};
use store::Idempotency;

use crate::{problem::Problem, state::Shared};

const NAME: &str = "idempotency-key";
const ACCEPTED: &str = "once, 1 to 255 visible characters, such as a UUID";

/// The caller's name for the request, if it has one.
pub(crate) struct Key(Option<String>);

impl FromRequestParts<Shared> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Problem> {
        let mut given = parts.headers.get_all(NAME).into_iter();
        let Some(value) = given.next() else { return Ok(Self(None)) };
        let wrong = |problem: &str| Problem::field(NAME, problem, ACCEPTED);
        if given.next().is_some() {
            return Err(wrong("it is given more than once"));
        }
        // The draft puts quotes around it; most clients do not.
        let text = value.to_str().map(str::trim).unwrap_or_default();
        let key = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text);
        let is_visible = key.bytes().all(|byte| byte.is_ascii_graphic());
        if (1..=255).contains(&key.len()) && is_visible {
            Ok(Self(Some(key.to_owned())))
        } else {
            Err(wrong("it is not a key"))
        }
    }
}

impl Key {
    /// The key and the body it came with. Both are hashed: they may hold anything.
    pub(super) fn of(self, body: &[u8]) -> Option<Idempotency> {
        let hash = |bytes: &[u8]| {
            let digits = Sha256::digest(bytes).into_iter().map(|byte| format!("{byte:02x}"));
            digits.collect::<String>()
        };
        self.0.map(|key| Idempotency { key: hash(key.as_bytes()), request: hash(body) })
    }
}

/// The answer to a key that came with another body before.
pub(super) fn reused(tenant: &Tenant) -> Problem {
    tracing::info!(%tenant, "an idempotency key came with another body");
    let problem = "it was used for another request in the last 24 hours";
    Problem::field(NAME, problem, "a new key for a new request, the same body for the same key")
}
