use aws::reason;
use aws_smithy_runtime_api::{
    client::{orchestrator::HttpResponse, result::SdkError},
    http::StatusCode,
};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// Error codes by which AWS asks to slow down.
///
/// Source: *Retry behavior*, AWS SDKs and Tools Reference Guide, "throttling error codes".
const THROTTLING: &[&str] = &[
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
];

/// Error codes by which AWS says that a permission is missing.
const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AllAccessDisabled",
    "AuthorizationError",
    "Client.UnauthorizedOperation",
    "NotAuthorized",
    "UnauthorizedAccess",
    "UnauthorizedOperation",
];

/// The words of a call that AWS did not answer within its time, in [`domain::Cause::Failed`].
pub const NO_ANSWER: &str = "no answer in time";

/// What went wrong with one request.
#[derive(Debug)]
pub(crate) struct ApiError {
    pub(crate) kind: Kind,
    /// AWS's error code; empty where the service did not answer.
    pub(crate) code: String,
    /// One sentence for people.
    pub(crate) text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// AWS refuses for want of permission; asking again changes nothing.
    Denied,
    /// AWS asks to slow down.
    Throttled,
    /// It may work the next time: a broken connection, a time-out, an answer of 5xx or one that
    /// cannot be read.
    Transient,
    /// Anything else AWS says.
    Other,
}

impl ApiError {
    /// Reads an SDK error by its code and status, which all protocols have.
    pub(crate) fn new<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let status = error.raw_response().map(HttpResponse::status);
        let code = error.code().unwrap_or_default().to_owned();
        match error {
            SdkError::ServiceError(_) => {
                let words = error.message().unwrap_or("no reason given");
                let named = if code.is_empty() { "an unnamed error" } else { code.as_str() };
                Self { kind: kind(&code, status), text: format!("AWS said {named}: {words}"), code }
            }
            SdkError::ConstructionFailure(_) => {
                Self { kind: Kind::Other, code, text: format!("not sent: {}", reason(error)) }
            }
            SdkError::TimeoutError(_) => {
                Self { kind: Kind::Transient, code, text: NO_ANSWER.into() }
            }
            SdkError::ResponseError(_) => {
                let text = format!("an answer that cannot be read: {}", reason(error));
                Self { kind: kind("", status), text, code }
            }
            _ => Self {
                kind: Kind::Transient,
                code,
                text: format!("the connection failed: {}", reason(error)),
            },
        }
    }
}

fn kind(code: &str, status: Option<StatusCode>) -> Kind {
    let status = status.map_or(0, StatusCode::as_u16);
    if THROTTLING.contains(&code) || status == 429 {
        Kind::Throttled
    } else if DENIED.contains(&code) {
        Kind::Denied
    } else if status >= 500 || status == 408 || (200..300).contains(&status) {
        Kind::Transient
    } else {
        Kind::Other
    }
}
