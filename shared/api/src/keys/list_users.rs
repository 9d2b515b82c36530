use axum::{extract::State, response::Response};
use domain::keys::{Method, OldAccessKeys};

use super::{
    answer::answer,
    asked::{self, KeysQuery, KeysRequest},
    job::KeysJob,
};
use crate::{
    caller::Caller,
    problem::Problem,
    request::AskedOrSent,
    responses::{AnyRoute, Conflict, Denied, JsonBody, NotFound},
    state::Shared,
};

/// Lists the old access keys of an account, read from IAM now: every user and every key.
///
/// The parameters may also come as a JSON body, each in one of the two. An answer is whole: what is denied,
/// throttled or fails is told as a problem. What takes longer than `wait_seconds` goes on as a job.
#[utoipa::path(
    get,
    path = "/v1/iam/old-access-keys/list-users",
    tag = "keys",
    security((), ("bearer" = [])),
    params(KeysQuery),
    request_body(content = Option<KeysRequest>, content_type = "application/json",
                 description = "The same parameters, in place of the query."),
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
    ),
)]
pub(crate) async fn list_users(
    Caller(tenant): Caller,
    State(shared): State<Shared>,
    asked: AskedOrSent,
) -> Result<Response, Problem> {
    let wanted = asked::wanted(asked.fields(&asked::NUMBERS)?)?;
    answer(&shared, tenant, Method::Live, wanted).await
}
