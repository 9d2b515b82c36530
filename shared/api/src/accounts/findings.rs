use axum::{Json, extract::State};
use domain::{AuditId, Lifecycle, Severity, Tenant};
use store::{AuditResult, TrackedFilter};
use utoipa::IntoParams;

use super::audited;
use crate::{
    caller::Caller,
    findings::{TrackedEntry, TrackedPage, states},
    paging::{Paging, USUAL},
    problem::Problem,
    request::{Asked, Named},
    responses::{AnyRoute, NotFound, QueryParameters},
    state::Shared,
    values::SEVERITY,
};

/// Which findings are listed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "its fields are read one by one, to tell all that is wrong at once")]
pub(crate) struct AccountFindingsQuery {
    /// Only findings in these states, separated by commas; by default new, open and reopened.
    #[param(style = Form, explode = false)]
    state: Option<Vec<Lifecycle>>,
    /// Only findings of this or a higher severity.
    severity: Option<Severity>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Maximum number of findings; a page may have fewer and still not be the last.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u16>,
}

const FIELDS: [&str; 4] = ["state", "severity", "cursor", "limit"];

/// Lists the tracked findings of an account.
#[utoipa::path(
    get,
    path = "/api/accounts/{account_id}/findings",
    tag = "findings",
    security((), ("bearer" = [])),
    params(
        ("account_id" = String, Path, description = "The account's 12 digits."),
        AccountFindingsQuery,
    ),
    responses(
        (status = 200, description = "A page of findings.", body = TrackedPage),
        AnyRoute,
        QueryParameters,
        (status = 404, response = NotFound),
    ),
)]
pub(crate) async fn findings(
    Caller(tenant): Caller,
    State(shared): State<Shared>,
    name: Named,
    Asked(mut fields): Asked,
) -> Result<Json<TrackedPage>, Problem> {
    let states = states(&mut fields);
    let severity: Option<Severity> = fields.text("severity", SEVERITY);
    let paging = Paging::of(&mut fields, USUAL);
    fields.done(&FIELDS).map_err(Problem::invalid)?;
    let id = name.account()?;
    let account = audited(&shared, &tenant, &id).await?;
    let filter = TrackedFilter { states, severity };
    let page = shared.store.tracked_page(&tenant, &id, &filter, paging.request()).await?;
    let lang = shared.settings.lang;
    let mut page = TrackedPage::of(page, |tracked| TrackedEntry::new(tracked, lang));
    let items = page.items_mut();
    if let Some(last) = account.and_then(|account| account.last_audit)
        && items.iter().any(TrackedEntry::is_active)
        && let Some(result) = last_result(&shared, &tenant, last).await?
    {
        seen_again(items, &result).await?;
    }
    Ok(Json(page))
}

async fn last_result(
    shared: &Shared,
    tenant: &Tenant,
    id: AuditId,
) -> Result<Option<AuditResult>, Problem> {
    match shared.store.audit(tenant, id).await? {
        Some(audit) => Ok(shared.store.result(&audit).await?),
        None => Ok(None),
    }
}

/// A tracked finding is written only when it changes; that it is still there is told by the last result.
async fn seen_again(items: &mut [TrackedEntry], result: &AuditResult) -> Result<(), Problem> {
    let active = items.iter().filter(|tracked| tracked.is_active());
    let active: Vec<_> = active.map(|tracked| *tracked.fingerprint()).collect();
    let failing = result.failing(&active).await?;
    for tracked in items.iter_mut().filter(|tracked| tracked.is_active()) {
        if failing.contains(tracked.fingerprint()) {
            tracked.seen_at(result.head().finished_at);
        }
    }
    Ok(())
}
