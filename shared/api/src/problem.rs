use std::time::Duration;

use axum::{
    Json,
    http::{
        HeaderValue, Method, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use domain::AuditId;
use serde::Serialize;
use utoipa::ToSchema;

mod causes;

/// What went wrong with a request: a problem document of RFC 9457.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem, for programs.
    #[serde(rename = "type")]
    #[schema(example = "urn:infraaudit:problem:invalid-fields")]
    kind: &'static str,
    /// Names the kind of problem, for people.
    title: &'static str,
    /// The HTTP status.
    #[serde(serialize_with = "status_number")]
    #[schema(value_type = u16, minimum = 400, maximum = 599)]
    status: StatusCode,
    /// What is wrong with this request, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// Everything that is wrong with the request's fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// The audit that is in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Uuid)]
    audit_id: Option<AuditId>,
    /// In whole seconds.
    #[serde(skip)]
    retry_after: Option<u64>,
}

/// What is wrong with one field of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The field, and the place in it: `checks[2]`. Empty for the body as a whole.
    pub field: String,
    /// What is wrong with its value.
    pub problem: String,
    /// What would be accepted.
    pub accepted: String,
}

/// A text of a caller, cut to a length that can be repeated to them.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
fn status_number<S: serde::Serializer>(status: &StatusCode, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u16(status.as_u16())
}

impl Problem {
    fn new(status: StatusCode, kind: &'static str, title: &'static str) -> Self {
        let errors = Vec::new();
        Self { kind, title, status, detail: None, errors, audit_id: None, retry_after: None }
    }

    fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    fn retry_after(self, wait: Duration) -> Self {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        Self { retry_after: Some(seconds), ..self }
    }

    /// 400: the request is not JSON, or not HTTP as it should be.
    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        let kind = "urn:infraaudit:problem:malformed";
        Self::new(StatusCode::BAD_REQUEST, kind, "The request cannot be read").detail(detail)
    }

    /// 404.
    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        let kind = "urn:infraaudit:problem:not-found";
        Self::new(StatusCode::NOT_FOUND, kind, "There is no such thing").detail(detail)
    }

    /// 403: the caller is known and may not do this.
    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        let kind = "urn:infraaudit:problem:forbidden";
        Self::new(StatusCode::FORBIDDEN, kind, "The caller may not do this").detail(detail)
    }

    /// What somebody else's answer leads to; with when to ask again, where that may help.
    pub(crate) fn because(
        status: StatusCode,
        kind: &'static str,
        title: &'static str,
        detail: String,
        again: Option<Duration>,
    ) -> Self {
        let problem = Self::new(status, kind, title).detail(detail);
        match again {
            Some(wait) => problem.retry_after(wait),
            None => problem,
        }
    }

    /// 405; axum adds the header `Allow`.
    pub(crate) fn method_not_allowed(method: &Method) -> Self {
        let kind = "urn:infraaudit:problem:method-not-allowed";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, kind, "The method is not allowed here")
            .detail(format!("`{method}` is not among the methods in the header `allow`"))
    }

    /// 409: what is there does not allow it.
    pub(crate) fn conflict(detail: impl Into<String>) -> Self {
        let kind = "urn:infraaudit:problem:conflict";
        Self::new(StatusCode::CONFLICT, kind, "What is there does not allow it").detail(detail)
    }

    /// Names the audit that is in the way.
    pub(crate) fn of_audit(self, id: AuditId) -> Self {
        Self { audit_id: Some(id), ..self }
    }

    /// 422: there is more to answer than an answer can hold.
    pub(crate) fn too_long(advice: &str) -> Self {
        let kind = "urn:infraaudit:problem:answer-too-long";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, kind, "The answer is too long").detail(advice)
    }

    /// 409: as much is there as a tenant may have.
    pub(crate) fn quota(detail: impl Into<String>) -> Self {
        let kind = "urn:infraaudit:problem:quota";
        Self::new(StatusCode::CONFLICT, kind, "A quota is used up").detail(detail)
    }

    /// 413.
    pub(crate) fn too_large(most: usize) -> Self {
        let kind = "urn:infraaudit:problem:too-large";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, kind, "The body is too large")
            .detail(format!("send at most {most} bytes"))
    }

    /// 415.
    pub(crate) fn not_json() -> Self {
        let kind = "urn:infraaudit:problem:not-json";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, kind, "The body is not declared as JSON")
            .detail("send the header `content-type: application/json`")
    }

    /// 422: well-formed, but not acceptable; tells all that is wrong at once.
    pub(crate) fn invalid(errors: Vec<FieldError>) -> Self {
        let kind = "urn:infraaudit:problem:invalid-fields";
        let problem =
            Self::new(StatusCode::UNPROCESSABLE_ENTITY, kind, "Fields of the request are invalid");
        Self { errors, ..problem.detail("correct what `errors` lists and send it again") }
    }

    /// 422: a cursor that no page gave out.
    pub(crate) fn cursor(cursor: &str) -> Self {
        let problem = format!("`{}` is not a cursor of this list", shown(cursor));
        let accepted = "the `next_cursor` of the page before, or none for the first page";
        Self::field("cursor", problem, accepted)
    }

    /// 422 for one field.
    pub(crate) fn field(field: &str, problem: impl Into<String>, accepted: &str) -> Self {
        let (field, accepted) = (field.to_owned(), accepted.to_owned());
        Self::invalid(vec![FieldError { field, problem: problem.into(), accepted }])
    }

    /// 429.
    pub(crate) fn too_many(detail: impl Into<String>, wait: Duration) -> Self {
        let kind = "urn:infraaudit:problem:too-many";
        Self::new(StatusCode::TOO_MANY_REQUESTS, kind, "Too much was asked for")
            .detail(detail)
            .retry_after(wait)
    }

    /// 500: says nothing of what went wrong; the log does.
    pub(crate) fn internal() -> Self {
        let kind = "urn:infraaudit:problem:internal";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, kind, "Something went wrong here")
            .detail("report it with the header `x-request-id` of this answer")
    }

    /// 503.
    pub(crate) fn unavailable() -> Self {
        let kind = "urn:infraaudit:problem:unavailable";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, kind, "The service cannot answer now")
            .detail("send the same request again after the time in the header `retry-after`")
            .retry_after(Duration::from_secs(5))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let kind = (CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        let (status, retry_after) = (self.status, self.retry_after);
        let mut response = (status, [kind], Json(self)).into_response();
        let headers = response.headers_mut();
        headers.extend(retry_after.map(|seconds| (RETRY_AFTER, HeaderValue::from(seconds))));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
