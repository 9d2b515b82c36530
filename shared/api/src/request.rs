//! What a request holds: its path, its query, its body, each told as a problem where it cannot be read.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE, request::Parts},
};
use domain::{AccountId, AuditId, JobId};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    fields::Fields,
    problem::{Problem, shown},
    state::Shared,
};

/// The one name in a request's path.
pub(crate) struct Named(String);

impl FromRequestParts<Shared> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, shared).await;
        let Path(name) = path.map_err(|_| Problem::malformed("the path is not UTF-8"))?;
        Ok(Self(name))
    }
}

impl Named {
    /// The name as an account, which may not be there.
    pub(crate) fn account(&self) -> Result<AccountId, Problem> {
        self.0.parse().map_err(|_| no_account(&self.0))
    }

    /// The name as an audit, which may not be there.
    pub(crate) fn audit(&self) -> Result<AuditId, Problem> {
        self.0.parse().map_err(|_| no_audit(&self.0))
    }

    /// The name as a job, which may not be there.
    pub(crate) fn job(&self) -> Result<JobId, Problem> {
        self.0.parse().map_err(|_| no_job(&self.0))
    }

    /// The name as a suppression, which may not be there.
    pub(crate) fn suppression(&self) -> Result<Uuid, Problem> {
        self.0.parse().map_err(|_| no_suppression(&self.0))
    }
}

/// 404: not among the caller's accounts.
pub(crate) fn no_account(name: &str) -> Problem {
    Problem::not_found(format!(
        "account `{}` is not registered; onboard it with `POST /api/accounts`, and have its owner create \
         the role that the answer tells",
        shown(name)
    ))
}

/// 409: the account is deleted, and is neither changed nor audited.
pub(crate) fn deleted_account(id: &AccountId) -> Problem {
    Problem::conflict(format!("account `{id}` is deleted; register it anew to have it audited"))
}

/// 404: not among the caller's audits.
pub(crate) fn no_audit(name: &str) -> Problem {
    let name = shown(name);
    Problem::not_found(format!("there is no audit `{name}`; `GET /api/audits` lists the audits"))
}

/// 404: not among the caller's jobs.
pub(crate) fn no_job(name: &str) -> Problem {
    let name = shown(name);
    Problem::not_found(format!("there is no job `{name}`; a job is kept for a day, ask again"))
}

/// 404: not among the caller's suppressions.
pub(crate) fn no_suppression(name: &str) -> Problem {
    let name = shown(name);
    Problem::not_found(format!(
        "there is no suppression `{name}`; `GET /api/suppressions` lists the suppressions"
    ))
}

/// The parameters of a request's query.
pub(crate) struct Asked(pub(crate) Fields);

impl FromRequestParts<Shared> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Problem> {
        let query = Query::<Vec<(String, String)>>::from_request_parts(parts, shared).await;
        let Query(query) = query.map_err(|_| Problem::malformed("the query cannot be read"))?;
        Ok(Self(Fields::of_query(query)))
    }
}

/// The JSON that a request sends.
pub(crate) struct Sent {
    bytes: Bytes,
}

impl FromRequest<Shared> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, shared: &Shared) -> Result<Self, Problem> {
        let is_json = is_json(request.headers());
        let bytes = body(request, shared).await?;
        if is_json { Ok(Self { bytes }) } else { Err(Problem::not_json()) }
    }
}

async fn body(request: Request, shared: &Shared) -> Result<Bytes, Problem> {
    let most = shared.settings.limits.body_bytes;
    let bytes = Bytes::from_request(request, shared).await;
    bytes.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(most),
        _ => Problem::malformed("the body broke off; send it again"),
    })
}

/// The parameters of a request's query, and the JSON that it sends, if it sends any.
pub(crate) struct AskedOrSent {
    asked: Fields,
    sent: Option<Sent>,
}

impl FromRequest<Shared> for AskedOrSent {
    type Rejection = Problem;

    async fn from_request(request: Request, shared: &Shared) -> Result<Self, Problem> {
        let (mut parts, body_of) = request.into_parts();
        let Asked(asked) = Asked::from_request_parts(&mut parts, shared).await?;
        let is_json = is_json(&parts.headers);
        let bytes = body(Request::from_parts(parts, body_of), shared).await?;
        let sent = if bytes.is_empty() { None } else { Some(Sent { bytes }) };
        if sent.is_some() && !is_json { Err(Problem::not_json()) } else { Ok(Self { asked, sent }) }
    }
}

impl AskedOrSent {
    /// The fields of both; `numbers` are read as such where the query has them.
    pub(crate) fn fields(self, numbers: &[&str]) -> Result<Fields, Problem> {
        let asked = self.asked.numbers(numbers);
        match self.sent {
            None => Ok(asked),
            Some(sent) => Ok(asked.and(sent.fields()?)),
        }
    }
}

impl Sent {
    /// The body's fields.
    pub(crate) fn fields(&self) -> Result<Fields, Problem> {
        if self.bytes.is_empty() {
            return Err(Problem::malformed("the body is empty; send a JSON object"));
        }
        let body: Value = serde_json::from_slice(&self.bytes)
            .map_err(|error| Problem::malformed(format!("the body is not JSON: {error}")))?;
        Ok(Fields::of_body(body))
    }

    /// The body as it came.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}
