use axum::{extract::State, response::Response};
use domain::keys::{Method, OldAccessKeys};

use super::{
    answer::answer,
    asked::{self, KeysRequest},
    job::KeysJob,
};
use crate::{
    caller::Caller,
    problem::Problem,
    request::Sent,
    responses::{AnyRoute, Conflict, Denied, JsonBody, NotFound, Upstream},
    state::Shared,
};

/// Lists the old access keys of an account from IAM's credential report, for accounts with many users.
///
/// A report is up to four hours old (`generated_time`, `stale_seconds`) and has no ids of keys; `include` with
/// `key_id` asks for them user by user. While IAM makes it, the request waits, and goes on as a job after
/// `wait_seconds`.
#[utoipa::path(
    post,
    path = "/v1/iam/old-access-keys/credential-report",
    tag = "keys",
    security((), ("bearer" = [])),
    request_body(content = KeysRequest, content_type = "application/json"),
    responses(
        (status = 200, description = "The old keys, the oldest first.", body = OldAccessKeys),
        (status = 202, description = "The reading goes on as a job.", body = KeysJob,
         headers(("location" = String, description = "Where the job is."),
                 ("retry-after" = u64, description = "When to look, in seconds."))),
        AnyRoute,
        JsonBody,
        (status = 403, response = Denied),
        (status = 404, response = NotFound),
        (status = 409, response = Conflict),
        (status = 502, response = Upstream),
    ),
)]
pub(crate) async fn credential_report(
    Caller(tenant): Caller,
    State(shared): State<Shared>,
    sent: Sent,
) -> Result<Response, Problem> {
    let wanted = asked::wanted(sent.fields()?)?;
    answer(&shared, tenant, Method::Report, wanted).await
}
