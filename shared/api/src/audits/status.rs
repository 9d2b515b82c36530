use axum::{Json, extract::State};
use domain::{AuditSettings, OutdatedRole, Receipt, Severity, Verdict};
use serde::Serialize;
use store::PageRequest;
use utoipa::{IntoParams, ToSchema};

use super::{
    AuditEntry, find,
    findings::{Findings, filter},
};
use crate::{
    caller::Caller,
    paging::Paging,
    problem::Problem,
    request::{Asked, Named},
    responses::{AnyRoute, NotFound, QueryParameters},
    state::Shared,
};

/// Where an audit stands, and what it found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditStatus {
    #[serde(flatten)]
    audit: AuditEntry,
    /// How each region and service ended; empty until the audit has.
    receipt: Vec<Receipt>,
    /// The settings of its evaluation; null until it is evaluated.
    settings: Option<AuditSettings>,
    /// That the role's stack has to be updated, where AWS's answers show it: the unknown verdicts that it
    /// explains end with that.
    #[serde(skip_serializing_if = "Option::is_none")]
    outdated_role: Option<OutdatedRole>,
    /// One page of the findings, the worst first; empty until they are evaluated.
    findings: Findings,
}

/// Which findings are told.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "its fields are read one by one, to tell all that is wrong at once")]
pub(crate) struct StatusQuery {
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Maximum number of findings.
    #[param(minimum = 1, maximum = 1000, default = 1000)]
    limit: Option<u16>,
    /// Only findings with this verdict.
    verdict: Option<Verdict>,
    /// Only findings that are at least so severe.
    severity: Option<Severity>,
}

const FIELDS: [&str; 4] = ["cursor", "limit", "verdict", "severity"];

/// Returns the status of an audit, and its findings, page by page.
#[utoipa::path(
    get,
    path = "/api/audit/status/{audit_id}",
    tag = "audits",
    security((), ("bearer" = [])),
    params(
        ("audit_id" = String, Path, format = Uuid, description = "The name `start` gave it."),
        StatusQuery,
    ),
    responses(
        (status = 200, description = "The audit as it is now.", body = AuditStatus),
        AnyRoute,
        QueryParameters,
        (status = 404, response = NotFound),
    ),
)]
pub(crate) async fn status(
    Caller(tenant): Caller,
    State(shared): State<Shared>,
    name: Named,
    Asked(mut fields): Asked,
) -> Result<Json<AuditStatus>, Problem> {
    let paging = Paging::of(&mut fields, PageRequest::MAX);
    let filter = filter(&mut fields);
    fields.done(&FIELDS).map_err(Problem::invalid)?;
    let audit = find(&shared, &tenant, name.audit()?).await?;
    let result = shared.store.result(&audit).await?;
    let (page, lang) = (paging.request(), shared.settings.lang);
    let findings = Findings::of(result.as_ref(), &filter, page, lang).await?;
    let (receipt, settings, outdated_role) = match result.map(|result| result.head().clone()) {
        Some(head) => (head.receipt, Some(head.settings), head.outdated_role),
        None => (Vec::new(), None, None),
    };
    Ok(Json(AuditStatus { audit: audit.into(), receipt, settings, outdated_role, findings }))
}
