use axum::{
    Json,
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
};
use domain::{AccountId, Audit, AuditId, AuditState, Finding, Progress, Receipt, Summary};
use jiff::Timestamp;
use serde::Serialize;
use store::{Filter, PageRequest};
use utoipa::ToSchema;

use crate::{Problem, Shared, caller::Caller};

mod query;

/// Where an audit stands, and what it found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditStatus {
    /// Its name: a `UUIDv7`.
    #[schema(value_type = String, format = Uuid)]
    audit_id: AuditId,
    /// Where it stands.
    status: AuditState,
    /// The account.
    #[schema(value_type = String, pattern = "^[0-9]{12}$")]
    account_id: AccountId,
    /// The checks it runs; empty means all.
    checks: Vec<String>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// How far it is.
    progress: Progress,
    /// How each region and service ended; empty until the audit has.
    receipt: Vec<Receipt>,
    /// The findings, counted; null until they are judged.
    summary: Option<Summary>,
    /// One page of the findings, the worst first; empty until they are judged.
    findings: Findings,
    /// Why the audit failed.
    error: Option<String>,
}

/// One page of findings.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Findings {
    /// The findings of this page.
    items: Vec<Finding>,
    /// Asks for the next page; null on the last.
    next_cursor: Option<String>,
}

/// Tells where an audit stands, and what it found, page by page.
#[utoipa::path(
    get,
    path = "/api/audit/status/{audit_id}",
    tag = "audits",
    security((), ("bearer" = [])),
    params(
        ("audit_id" = String, Path, format = Uuid, description = "The name `start` gave it."),
        query::StatusQuery,
    ),
    responses(
        (status = 200, description = "The audit as it is now.", body = AuditStatus),
        (status = 400, response = crate::docs::Malformed),
        (status = 401, response = crate::docs::Unauthorized),
        (status = 403, response = crate::docs::Forbidden),
        (status = 404, response = crate::docs::NotFound),
        (status = 422, response = crate::docs::InvalidFields),
        (status = 429, response = crate::docs::TooMany),
        (status = 503, response = crate::docs::Unavailable),
    ),
)]
pub(crate) async fn status(
    Caller(tenant): Caller,
    State(shared): State<Shared>,
    id: Result<Path<String>, PathRejection>,
    query: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Result<Json<AuditStatus>, Problem> {
    let Path(id) = id.map_err(|_| Problem::malformed("the path is not UTF-8"))?;
    let Query(query) = query.map_err(|_| Problem::malformed("the query cannot be read"))?;
    let query = query::Page::of(query)?;
    let shown: String = id.chars().take(80).collect();
    let missing = || {
        Problem::not_found(format!(
            "there is no audit `{shown}`; `start` tells the names of audits"
        ))
    };
    let id: AuditId = id.parse().map_err(|_| missing())?;
    let audit = shared.store.audit(&tenant, id).await?.ok_or_else(missing)?;
    let filter = Filter { verdict: query.verdict, severity: query.severity };
    let request = PageRequest { cursor: query.cursor.as_deref(), limit: query.limit };
    let page = shared.store.findings(&tenant, id, filter, request).await?;
    let findings = Findings { items: page.items, next_cursor: page.next_cursor };
    Ok(Json(AuditStatus::of(audit, findings)))
}

impl AuditStatus {
    fn of(audit: Audit, findings: Findings) -> Self {
        Self {
            audit_id: audit.id,
            status: audit.state,
            account_id: audit.order.account_id,
            checks: audit.order.checks,
            created_at: audit.created_at,
            updated_at: audit.updated_at,
            progress: audit.progress,
            receipt: audit.receipt,
            summary: audit.summary,
            findings,
            error: audit.error,
        }
    }
}
