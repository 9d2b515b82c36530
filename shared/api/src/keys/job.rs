use axum::{
    Json,
    extract::State,
    http::header::{HeaderValue, RETRY_AFTER},
    response::{IntoResponse, Response},
};
use domain::{
    AccountId, Job, JobId, JobState,
    keys::{Method, OldAccessKeys},
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    caller::Caller,
    problem::Problem,
    request::{Named, no_job},
    responses::{AnyRoute, NamedResource},
    state::Shared,
};

/// After how many seconds it is worth looking at a job.
pub(super) const LOOK_AGAIN: u64 = 2;

/// A question about old access keys that took longer than its request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeysJob {
    /// Its name: a `UUIDv7`.
    #[schema(value_type = String, format = Uuid)]
    job_id: JobId,
    /// Where it stands.
    status: JobStatus,
    /// The account; null for the service's own.
    #[schema(value_type = Option<String>, pattern = "^[0-9]{12}$")]
    account_id: Option<AccountId>,
    /// How the keys are read: `live` or `report`.
    #[schema(value_type = String)]
    way: Method,
    /// Lists keys that are older than this many hours.
    hours: u32,
    /// When it was asked: ages count to it.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// What the request would have been answered; null until it is done.
    answer: Option<OldAccessKeys>,
    /// The problem that the request would have been answered with; null unless it failed.
    error: Option<Problem>,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum JobStatus {
    /// It waits for a worker or is worked on.
    Running,
    /// It has its answer.
    Done,
    /// It ended without one.
    Failed,
}

impl KeysJob {
    pub(super) fn of(job: Job, answer: Option<OldAccessKeys>) -> Self {
        Self {
            job_id: job.id,
            status: match job.state {
                JobState::Queued | JobState::Running => JobStatus::Running,
                JobState::Done => JobStatus::Done,
                JobState::Failed => JobStatus::Failed,
            },
            account_id: job.account,
            way: job.way,
            hours: job.ask.hours.get(),
            created_at: job.created_at,
            updated_at: job.updated_at,
            answer,
            error: job.failure.map(Problem::from),
        }
    }
}

/// Returns the status of a job, and its answer once it has one. A job is kept for a day.
#[utoipa::path(
    get,
    path = "/v1/iam/old-access-keys/jobs/{job_id}",
    tag = "keys",
    security((), ("bearer" = [])),
    params(("job_id" = String, Path, format = Uuid, description = "The name that the 202 gave it.")),
    responses(
        (status = 200, description = "The job as it is now; while it runs, `retry-after` tells when \
                                      to look again.", body = KeysJob),
        AnyRoute,
        NamedResource,
    ),
)]
pub(crate) async fn job(
    Caller(tenant): Caller,
    State(shared): State<Shared>,
    name: Named,
) -> Result<Response, Problem> {
    let id = name.job()?;
    let missing = || no_job(&id.to_string());
    let job = shared.store.job(&tenant, id).await?.ok_or_else(missing)?;
    let answer = shared.store.job_answer(&job).await?;
    if job.state == JobState::Done && answer.is_none() {
        // Deleted with its account.
        return Err(missing());
    }
    let waits = !job.state.is_final();
    let mut response = Json(KeysJob::of(job, answer)).into_response();
    if waits {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(LOOK_AGAIN));
    }
    Ok(response)
}
