use axum::{Json, extract::State};
use domain::{AccountId, Lifecycle, Severity};
use store::TrackedFilter;
use utoipa::IntoParams;

use super::{TrackedEntry, TrackedPage, states, walk::Walk};
use crate::{
    caller::Caller,
    paging::{Paging, USUAL},
    problem::Problem,
    request::Asked,
    responses::{AnyRoute, QueryParameters},
    state::Shared,
    values::SEVERITY,
};

/// Which findings are listed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "its fields are read one by one, to tell all that is wrong at once")]
pub(crate) struct EverywhereQuery {
    /// Only findings in these states, separated by commas; by default new, open and reopened.
    #[param(style = Form, explode = false)]
    state: Option<Vec<Lifecycle>>,
    /// Only findings of this or a higher severity.
    severity: Option<Severity>,
    /// Only findings of this account, 12 digits.
    account: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Maximum number of findings; a page may have fewer and still not be the last.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u16>,
}

const FIELDS: [&str; 5] = ["state", "severity", "account", "cursor", "limit"];

/// Lists the tracked findings of all of the caller's registered accounts, account by account.
///
/// `last_seen` is that of the last change; in the findings of one account it is that of the last audit.
#[utoipa::path(
    get,
    path = "/api/findings",
    tag = "findings",
    security((), ("bearer" = [])),
    params(EverywhereQuery),
    responses(
        (status = 200, description = "A page of findings.", body = TrackedPage),
        AnyRoute,
        QueryParameters,
    ),
)]
pub(crate) async fn everywhere(
    Caller(tenant): Caller,
    State(shared): State<Shared>,
    Asked(mut fields): Asked,
) -> Result<Json<TrackedPage>, Problem> {
    let states = states(&mut fields);
    let severity: Option<Severity> = fields.text("severity", SEVERITY);
    let account: Option<AccountId> = fields.text("account", AccountId::ACCEPTED);
    let paging = Paging::of(&mut fields, USUAL);
    fields.done(&FIELDS).map_err(Problem::invalid)?;
    let walk = Walk::new(&shared.store, &tenant, account, paging.cursor.as_deref())?;
    let page = walk.page(&TrackedFilter { states, severity }, &paging).await?;
    let lang = shared.settings.lang;
    Ok(Json(TrackedPage::of(page, |tracked| TrackedEntry::new(tracked, lang))))
}
