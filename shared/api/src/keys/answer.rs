//! The answer to a question: the keys, or the job that goes on with it.

use std::time::Duration;

use axum::{
    Json,
    http::{
        HeaderValue, StatusCode,
        header::{LOCATION, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
};
use domain::{
    AccountId, Job, JobId, RegisteredAccount, Tenant,
    keys::{Method, Partial, Reading},
};
use jiff::Timestamp;
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    asked::Wanted,
    job::{KeysJob, LOOK_AGAIN},
};
use crate::{
    paging::whole, problem::Problem, rate::Costly, request::no_account, settings::Keys,
    state::Shared,
};

/// What to do about an answer that is too long: IAM's quota is 5,000 users with two keys each.
pub(super) const TOO_LONG: &str = "there are more keys than an answer holds; ask for older ones alone, with more `hours`, \
                                   or leave `include` out";

/// When there may be room for another job.
const ROOM: Duration = Duration::from_secs(30);

pub(super) async fn answer(
    shared: &Shared,
    tenant: Tenant,
    method: Method,
    wanted: Wanted,
) -> Result<Response, Problem> {
    let begun = Instant::now();
    let keys = shared.settings.keys.as_ref().ok_or_else(Problem::internal)?;
    let account = account(shared, keys, &tenant, wanted.account_id).await?;
    shared.spend(&tenant, Costly::Keys).await?;
    let from = Partial::new(method, wanted.ask, Timestamp::now());
    if wanted.wait.is_zero() {
        return put_off(shared, keys, tenant, account, &from).await;
    }
    match keys.reader.read(account.as_ref(), from, begun + wanted.wait).await {
        Ok(Reading::Done(answer)) => Ok(whole(answer, TOO_LONG)?.into_response()),
        Ok(Reading::Unfinished(partial)) => put_off(shared, keys, tenant, account, &partial).await,
        Err(failure) => {
            tracing::warn!(%tenant, code = failure.code(), "no old access keys: {failure}");
            Err(failure.into())
        }
    }
}

/// The registered account that is asked for, if it may be read; nothing for the service's own.
async fn account(
    shared: &Shared,
    keys: &Keys,
    tenant: &Tenant,
    id: Option<AccountId>,
) -> Result<Option<RegisteredAccount>, Problem> {
    let Some(id) = id else {
        return if keys.own_account.is_open_to(tenant) {
            Ok(None)
        } else {
            let why = "the service's own account is its operator's alone; name one of yours with \
                       `account_id`";
            Err(Problem::forbidden(why))
        };
    };
    let account = shared.store.account(tenant, &id).await?;
    let account = account.ok_or_else(|| no_account(id.as_str()))?;
    match account.why_closed() {
        None => Ok(Some(account)),
        Some(why) => Err(Problem::conflict(why)),
    }
}

/// Writes down what is left to read as a job, and tells where it is.
async fn put_off(
    shared: &Shared,
    keys: &Keys,
    tenant: Tenant,
    account: Option<RegisteredAccount>,
    partial: &Partial,
) -> Result<Response, Problem> {
    let most = keys.waiting_jobs;
    if shared.store.waiting_jobs(&tenant, most).await? >= most {
        let detail = format!("{most} jobs wait or run; wait until some have ended");
        return Err(Problem::too_many(detail, ROOM));
    }
    let account = account.map(|account| account.account_id);
    let job = Job::new(tenant, JobId(Uuid::now_v7()), account, partial);
    let job = shared.store.create_job(job, partial).await?;
    tracing::info!(job = %job.id, tenant = %job.tenant, "job written down");
    (keys.started)(job.step());
    let location = format!("/v1/iam/old-access-keys/jobs/{}", job.id);
    let headers = [(LOCATION, location)];
    let later = [(RETRY_AFTER, HeaderValue::from(LOOK_AGAIN))];
    Ok((StatusCode::ACCEPTED, headers, later, Json(KeysJob::of(job, None))).into_response())
}
