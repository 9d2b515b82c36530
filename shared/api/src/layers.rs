//! What surrounds every route: a name for the request, its line in the log, and a net for panics.

use std::time::Instant;

use axum::{
    Router,
    body::Body,
    extract::{MatchedPath, Request},
    http::{
        HeaderName, HeaderValue, Response, header::CACHE_CONTROL, header::X_CONTENT_TYPE_OPTIONS,
    },
    middleware::{self, Next},
    response::IntoResponse,
};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;
use uuid::Uuid;

use crate::problem::Problem;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(crate) fn around(routes: Router) -> Router {
    routes.layer(CatchPanicLayer::custom(panicked)).layer(middleware::from_fn(name_and_log))
}

/// Names the request in the log and in the answer, by the caller's own name for it if that is one.
async fn name_and_log(mut request: Request, next: Next) -> Response<Body> {
    let given = request.headers().get(&REQUEST_ID).filter(|name| is_name(name)).cloned();
    let name = given.or_else(|| HeaderValue::from_str(&Uuid::now_v7().to_string()).ok());
    if let Some(name) = &name {
        request.headers_mut().insert(REQUEST_ID, name.clone());
    }
    // The route and not the path: what callers put into a path or query may be anything.
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str);
    // Health is asked every few seconds.
    let healthy = route == "/health";
    let span = tracing::info_span!(
        "request",
        request_id = name.as_ref().and_then(|name| name.to_str().ok()),
        method = %request.method(),
        route,
    );
    let begun = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = response.status();
    span.in_scope(|| {
        if healthy && status.is_success() {
            tracing::debug!(status = status.as_u16(), milliseconds, "answered");
        } else {
            tracing::info!(status = status.as_u16(), milliseconds, "answered");
        }
    });
    let headers = response.headers_mut();
    headers.extend(name.map(|name| (REQUEST_ID, name)));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// A name that can stand in a log as it is.
fn is_name(value: &HeaderValue) -> bool {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:=;".contains(byte);
    (1..=128).contains(&value.len()) && value.as_bytes().iter().all(allowed)
}

#[expect(clippy::needless_pass_by_value, reason = "the layer's signature")]
fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response<Body> {
    let message = panic.downcast_ref::<String>().map(String::as_str);
    let message = message.or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(message = message.unwrap_or("no message"), "panicked");
    Problem::internal().into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tower::ServiceExt;

    async fn boom() -> &'static str {
        panic!("secret of the house")
    }

    #[tokio::test]
    async fn a_panic_is_answered_without_its_message() {
        let router = around(Router::new().route("/", get(boom)));
        let request = Request::builder().uri("/").body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        assert!(response.headers().contains_key(REQUEST_ID));
        let body = axum::body::to_bytes(response.into_body(), 9_999).await.unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("secret"));
    }

    #[test]
    fn a_request_id_can_stand_in_a_log() {
        for right in ["a", "Root=1-67891233-abcdef012345678912345678", "0192-a.b:c"] {
            assert!(is_name(&HeaderValue::from_static(right)), "{right}");
        }
        let long = HeaderValue::from_str(&"x".repeat(129)).unwrap();
        for wrong in [&HeaderValue::from_static(""), &HeaderValue::from_static("a b\"{"), &long] {
            assert!(!is_name(wrong), "{wrong:?}");
        }
    }
}
