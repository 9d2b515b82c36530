//! Suppressions: problems that are known and need not be told, until a date.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header::LOCATION},
    response::IntoResponse,
};
use domain::Suppression;
use jiff::Timestamp;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::{
    caller::Caller,
    paging::{Paging, page},
    problem::Problem,
    request::{Asked, Named, Sent, no_account, no_suppression},
    responses::{AnyRoute, JsonBody, NamedResource, NotFound, QueryParameters},
    state::Shared,
};

mod body;

page! {
    /// One page of suppressions.
    Suppressions,
    /// The suppressions of this page, those that have expired lately included.
    Suppression
}

/// Which suppressions are told.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "its fields are read one by one, to tell all that is wrong at once")]
pub(crate) struct SuppressionsQuery {
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Maximum number of suppressions.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u16>,
}

/// Lists the caller's suppressions.
#[utoipa::path(
    get,
    path = "/api/suppressions",
    tag = "suppressions",
    security((), ("bearer" = [])),
    params(SuppressionsQuery),
    responses(
        (status = 200, description = "A page of suppressions.", body = Suppressions),
        AnyRoute,
        QueryParameters,
    ),
)]
pub(crate) async fn list(
    Caller(tenant): Caller,
    State(shared): State<Shared>,
    Asked(fields): Asked,
) -> Result<Json<Suppressions>, Problem> {
    let paging = Paging::alone(fields)?;
    let page = shared.store.suppressions(&tenant, paging.request()).await?;
    Ok(Json(Suppressions::of(page, |suppression| suppression)))
}

/// Keeps failing findings quiet until a date, from the next audit on. They stay in every result, marked.
#[utoipa::path(
    post,
    path = "/api/suppressions",
    tag = "suppressions",
    security((), ("bearer" = [])),
    request_body(content = body::SuppressRequest, content_type = "application/json"),
    responses(
        (status = 201, description = "The suppression is written down.", body = Suppression,
         headers(("location" = String, description = "What deletes it."))),
        AnyRoute,
        JsonBody,
        (status = 404, response = NotFound),
    ),
)]
pub(crate) async fn suppress(
    Caller(tenant): Caller,
    State(shared): State<Shared>,
    sent: Sent,
) -> Result<impl IntoResponse, Problem> {
    let mut suppression = body::suppression(sent.fields()?, Timestamp::now())?;
    if let (true, Some(account)) = (shared.settings.registration, &suppression.account_id)
        && shared.store.account(&tenant, account).await?.is_none()
    {
        return Err(no_account(account.as_str()));
    }
    let id = Uuid::now_v7();
    suppression.id = Some(id);
    shared.store.suppress(&tenant, id, &suppression).await?;
    tracing::info!(suppression = %id, %tenant, "suppression written");
    let location = [(LOCATION, format!("/api/suppressions/{id}"))];
    Ok((StatusCode::CREATED, location, Json(suppression)))
}

/// Deletes a suppression: from the next audit on, its findings can trigger alerts again.
#[utoipa::path(
    delete,
    path = "/api/suppressions/{suppression_id}",
    tag = "suppressions",
    security((), ("bearer" = [])),
    params(("suppression_id" = String, Path, format = Uuid, description = "Its name.")),
    responses(
        (status = 204, description = "It is gone."),
        AnyRoute,
        NamedResource,
    ),
)]
pub(crate) async fn unsuppress(
    Caller(tenant): Caller,
    State(shared): State<Shared>,
    name: Named,
) -> Result<StatusCode, Problem> {
    let id = name.suppression()?;
    if shared.store.unsuppress(&tenant, id).await? {
        tracing::info!(suppression = %id, %tenant, "suppression taken away");
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(no_suppression(&id.to_string()))
    }
}
