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
    AccountId, Job, JobId, RegisteredAccount, RegisteredState, Tenant,
    keys::{Method, Partial},
};
use jiff::Timestamp;
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    Keys, KeysRead, Until,
    asked::Wanted,
    job::{KeysJob, LOOK_AGAIN},
};
use crate::{problem::Problem, request::no_account, state::Shared};

/// When there may be room for another job.
const ROOM: Duration = Duration::from_secs(30);

pub(super) async fn answer(
    shared: &Shared,
    tenant: Tenant,
    way: Method,
    wanted: Wanted,
) -> Result<Response, Problem> {
    let begun = Instant::now();
    let keys = shared.settings.keys.as_ref().ok_or_else(Problem::internal)?;
    let account = account(shared, keys, &tenant, wanted.account_id).await?;
    let from = Partial::new(way, wanted.ask, Timestamp::now());
    if wanted.wait.is_zero() {
        return put_off(shared, keys, tenant, account, &from).await;
    }
    let until = Until { deadline: begun + wanted.wait, stop: &keys.stop };
    match keys.reader.read(account.as_ref(), from, until).await {
        Ok(KeysRead::Whole(answer)) => Ok(Json(answer).into_response()),
        Ok(KeysRead::Cut(partial)) => put_off(shared, keys, tenant, account, &partial).await,
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
    match closed(&account) {
        None => Ok(Some(account)),
        Some(why) => Err(Problem::conflict(why)),
    }
}

/// Why the role of an account must not be used; nothing where it is proven.
pub(super) fn closed(account: &RegisteredAccount) -> Option<String> {
    let id = &account.account_id;
    let prove = format!("prove it with `POST /api/accounts/{id}/verify`");
    match account.state {
        RegisteredState::Active => None,
        RegisteredState::Pending => {
            Some(format!("the role of account `{id}` is not proven yet; {prove}"))
        }
        RegisteredState::Suspended => {
            let why = account.reason.as_deref().unwrap_or("its role must not be used");
            Some(format!("account `{id}` is suspended: {why}; correct its role, then {prove}"))
        }
        RegisteredState::Deleted => {
            Some(format!("account `{id}` is deleted; register it anew to have it read"))
        }
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
