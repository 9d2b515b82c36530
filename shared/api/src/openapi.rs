//! The API's description of itself: the document, and two pages that show it. Their scripts are in
//! the program, so that no page asks the internet for anything it needs.

use std::sync::LazyLock;

use axum::{
    Json, Router,
    body::Bytes,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    response::IntoResponse,
    routing::get,
};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use crate::{
    problem::{FieldError, Problem},
    responses::{
        Conflict, Denied, Forbidden, InvalidFields, Malformed, NotFound, NotJson, TooLarge,
        TooMany, Unauthorized, Unavailable, Upstream,
    },
    state::Shared,
};

/// The OpenAPI document. `docs/schema/openapi.json` is a copy.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "InfraAudit",
        description = "Audits the security of AWS accounts. An error is a problem \
                       document (RFC 9457).",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers((url = "/", description = "Where this document comes from")),
    paths(
        crate::audits::start::start,
        crate::audits::status::status,
        crate::audits::list::list,
        crate::audits::findings::findings,
        crate::audits::access_keys::access_keys,
        crate::audits::cancel::cancel,
        crate::accounts::register::register,
        crate::accounts::list::list,
        crate::accounts::one::one,
        crate::accounts::change::change,
        crate::accounts::remove::remove,
        crate::accounts::verify::verify,
        crate::accounts::findings::findings,
        crate::accounts::diff::findings_diff,
        crate::accounts::diff::diff,
        crate::findings::everywhere::everywhere,
        crate::suppressions::list,
        crate::suppressions::suppress,
        crate::suppressions::unsuppress,
        crate::keys::list_users::list_users,
        crate::keys::credential_report::credential_report,
        crate::keys::job::job,
        crate::health::health
    ),
    components(
        schemas(Problem, FieldError),
        responses(
            Malformed, Unauthorized, Forbidden, NotFound, Conflict, TooLarge, NotJson,
            InvalidFields, TooMany, Denied, Upstream, Unavailable
        )
    ),
    modifiers(&Secured),
    tags(
        (name = "audits", description = "Ask for audits and read what they found."),
        (name = "accounts", description = "Register accounts, and prove that their roles are closed."),
        (name = "findings", description = "What is wrong now, and what has changed."),
        (name = "suppressions", description = "What is known and need not be told."),
        (name = "keys", description = "Which access keys are old."),
        (name = "service", description = "The service itself.")
    )
)]
pub(crate) struct Document;

struct Secured;

impl Modify for Secured {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "An API token, or a JWT of the operator's issuer. Not needed where only the same \
                 machine can reach the service.",
            ))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
}

static SWAGGER: LazyLock<Bytes> = LazyLock::new(|| {
    let page = aide::swagger::Swagger::new("openapi.json").with_title("InfraAudit API");
    page.html().into()
});

static REDOC: LazyLock<Bytes> = LazyLock::new(|| {
    let page = aide::redoc::Redoc::new("openapi.json").with_title("InfraAudit API");
    page.html().into()
});

pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/openapi.json", get(document))
        .route("/docs", get(|| async { page(&SWAGGER) }))
        .route("/redoc", get(|| async { page(&REDOC) }))
}

async fn document() -> impl IntoResponse {
    Json(Document::openapi())
}

fn page(html: &Bytes) -> impl IntoResponse + use<> {
    let kind = (CONTENT_TYPE, "text/html; charset=utf-8");
    ([kind, (CACHE_CONTROL, "public, max-age=3600")], html.clone())
}
