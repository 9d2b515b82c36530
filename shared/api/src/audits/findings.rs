use axum::{Json, extract::State};
use checks::PresentedFinding;
use domain::{Audit, Lang, Service, Severity, Verdict};
use serde::Serialize;
use store::{AuditResult, Filter, PageRequest};
use utoipa::{IntoParams, ToSchema};

use super::find;
use crate::{
    caller::Caller,
    fields::Fields,
    paging::{Paging, USUAL},
    problem::Problem,
    request::{Asked, Named},
    responses::{AnyRoute, NotFound, QueryParameters},
    state::Shared,
    values::{CHECKS, SERVICE, SEVERITY, check},
};

/// One page of findings.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Findings {
    /// The findings of this page.
    items: Vec<PresentedFinding>,
    /// Asks for the next page; null on the last.
    next_cursor: Option<String>,
}

impl Findings {
    /// One page of what an audit found; empty until it has a result.
    pub(super) async fn of(
        result: Option<&AuditResult>,
        filter: &Filter,
        page: PageRequest<'_>,
        lang: Lang,
    ) -> Result<Self, Problem> {
        let Some(result) = result else { return Ok(Self { items: Vec::new(), next_cursor: None }) };
        let page = result.findings(filter, page).await?;
        let items = page.items.iter().map(|finding| PresentedFinding::new(finding, lang)).collect();
        Ok(Self { items, next_cursor: page.next_cursor })
    }
}

/// Which findings are told.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "its fields are read one by one, to tell all that is wrong at once")]
pub(crate) struct FindingsQuery {
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// Maximum number of findings.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u16>,
    /// Only findings with this verdict.
    verdict: Option<Verdict>,
    /// Only findings that are at least so severe.
    severity: Option<Severity>,
    /// Only findings about this service.
    service: Option<Service>,
    /// Only findings of this check.
    check: Option<String>,
}

const FIELDS: [&str; 6] = ["cursor", "limit", "verdict", "severity", "service", "check"];

/// What of an audit's findings is asked for by verdict and severity.
pub(super) fn filter(fields: &mut Fields) -> Filter {
    let verdict = fields.text("verdict", "fail, unknown, manual, pass or not_applicable");
    let severity = fields.text("severity", SEVERITY);
    Filter { verdict, severity, ..Filter::default() }
}

/// Lists the findings of an audit, page by page, the worst first.
#[utoipa::path(
    get,
    path = "/api/audits/{audit_id}/findings",
    tag = "audits",
    security((), ("bearer" = [])),
    params(
        ("audit_id" = String, Path, format = Uuid, description = "The name `start` gave it."),
        FindingsQuery,
    ),
    responses(
        (status = 200, description = "A page; empty until the audit is evaluated.", body = Findings),
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
) -> Result<Json<Findings>, Problem> {
    let paging = Paging::of(&mut fields, USUAL);
    let mut filter = filter(&mut fields);
    filter.service = fields.text("service", &SERVICE);
    filter.check = fields.made("check", CHECKS, check);
    fields.done(&FIELDS).map_err(Problem::invalid)?;
    let audit: Audit = find(&shared, &tenant, name.audit()?).await?;
    let result = shared.store.result(&audit).await?;
    let lang = shared.settings.lang;
    Findings::of(result.as_ref(), &filter, paging.request(), lang).await.map(Json)
}
