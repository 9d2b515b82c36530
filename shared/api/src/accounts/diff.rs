use axum::{Json, extract::State};
use domain::{AccountId, Audit, AuditId, Tenant};
use serde::Serialize;
use store::AuditResult;
use utoipa::{IntoParams, ToSchema};

use super::{
    audited,
    compare::difference,
    difference::{Change, Counts, Kind, counts, show},
};
use crate::{
    audits::find,
    caller::Caller,
    paging::{Paging, USUAL},
    problem::{Problem, shown},
    request::{Asked, Named, no_audit},
    responses::{AnyRoute, Conflict, NotFound, QueryParameters},
    state::Shared,
};

/// What is different between two audits of an account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Diff {
    /// The earlier audit.
    #[schema(value_type = String, format = Uuid)]
    from: AuditId,
    /// The later audit.
    #[schema(value_type = String, format = Uuid)]
    to: AuditId,
    /// How many findings differ, and how; every kind is listed, also with 0.
    #[schema(value_type = std::collections::BTreeMap<String, usize>)]
    counts: Counts,
    /// One page of the findings.
    changes: Changes,
}

/// One page of what is different.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Changes {
    /// The findings of this page: new ones, those whose severity changed, those that are not known any
    /// more, resolved ones, those that still fail; the worst of each first.
    items: Vec<Change>,
    /// Asks for the next page; null on the last.
    next_cursor: Option<String>,
}

/// Which audits are compared.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "its fields are read one by one, to tell all that is wrong at once")]
pub(crate) struct DiffQuery {
    /// The earlier audit.
    #[param(format = Uuid)]
    from: String,
    /// The later audit.
    #[param(format = Uuid)]
    to: String,
    /// Only findings with this change.
    change: Option<Kind>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Maximum number of findings.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u16>,
}

const FIELDS: [&str; 5] = ["from", "to", "change", "cursor", "limit"];
const AUDIT: &str = "the name of an audit, a UUID";
const KINDS: &str = "new, severity_changed, unknown_now, resolved or still_failing";

/// Compares what two audits of an account found, by fingerprint.
#[utoipa::path(
    get,
    path = "/api/accounts/{account_id}/diff",
    tag = "findings",
    security((), ("bearer" = [])),
    params(("account_id" = String, Path, description = "The account's 12 digits."), DiffQuery),
    responses(
        (status = 200, description = "What is different.", body = Diff),
        AnyRoute,
        QueryParameters,
        (status = 404, response = NotFound),
        (status = 409, response = Conflict),
    ),
)]
pub(crate) async fn diff(
    Caller(tenant): Caller,
    State(shared): State<Shared>,
    name: Named,
    Asked(mut fields): Asked,
) -> Result<Json<Diff>, Problem> {
    for field in ["from", "to"] {
        fields.need(field, AUDIT);
    }
    let from: Option<AuditId> = fields.text("from", AUDIT);
    let to: Option<AuditId> = fields.text("to", AUDIT);
    let kind = fields.made("change", KINDS, kind);
    let paging = Paging::of(&mut fields, USUAL);
    fields.done(&FIELDS).map_err(Problem::invalid)?;
    // Without one of them there was an error, and this is not reached.
    let (from, to) = from.zip(to).ok_or_else(Problem::internal)?;
    let gone_by = gone_by(paging.cursor.as_deref())?;
    let account = name.account()?;
    audited(&shared, &tenant, &account).await?;
    let (_, before) = result(&shared, &tenant, &account, from).await?;
    let (later, after) = result(&shared, &tenant, &account, to).await?;

    let changes = difference(&before, &after, &later.order).await?;
    let counts = counts(&changes);
    let wanted = changes.into_iter().filter(|change| kind.is_none_or(|kind| change.kind == kind));
    let mut wanted = wanted.skip(gone_by);
    let page: Vec<_> = wanted.by_ref().take(paging.limit.into()).collect();
    let next = gone_by.saturating_add(page.len());
    let next_cursor = wanted.next().map(|_| format!("{CURSOR}{next}"));
    let items = show(&page, &before, &after, shared.settings.lang).await?;
    Ok(Json(Diff { from, to, counts, changes: Changes { items, next_cursor } }))
}

/// The same under the path of the account's findings.
#[utoipa::path(
    get,
    path = "/api/accounts/{account_id}/findings/diff",
    tag = "findings",
    security((), ("bearer" = [])),
    params(("account_id" = String, Path, description = "The account's 12 digits."), DiffQuery),
    responses(
        (status = 200, description = "What is different.", body = Diff),
        AnyRoute,
        QueryParameters,
        (status = 404, response = NotFound),
        (status = 409, response = Conflict),
    ),
)]
pub(crate) async fn findings_diff(
    caller: Caller,
    shared: State<Shared>,
    name: Named,
    asked: Asked,
) -> Result<Json<Diff>, Problem> {
    diff(caller, shared, name, asked).await
}

/// What a cursor begins with; the number of changes gone by follows.
const CURSOR: &str = "d2-";

fn gone_by(cursor: Option<&str>) -> Result<usize, Problem> {
    let Some(cursor) = cursor else { return Ok(0) };
    let number = cursor.strip_prefix(CURSOR).and_then(|number| number.parse().ok());
    number.ok_or_else(|| Problem::cursor(cursor))
}

fn kind(text: &str) -> Result<Kind, String> {
    let found = Kind::ALL.into_iter().find(|kind| kind.name() == text);
    found.ok_or_else(|| format!("`{}` is not a kind of change", shown(text)))
}

/// An audit of the account, and its result.
async fn result(
    shared: &Shared,
    tenant: &Tenant,
    account: &AccountId,
    id: AuditId,
) -> Result<(Audit, AuditResult), Problem> {
    let audit = find(shared, tenant, id).await?;
    if audit.order.account_id != *account {
        return Err(no_audit(&id.to_string()));
    }
    let result = shared.store.result(&audit).await?.ok_or_else(|| {
        let detail = format!("audit `{id}` has no result: it is {}", audit.state);
        Problem::conflict(detail).of_audit(id)
    })?;
    Ok((audit, result))
}
