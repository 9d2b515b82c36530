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
                // What is wrong with the caller is told with what to do; what is wrong with the question is not.
                let kind = kind(&code, status);
                let text = match aws::advice(&code, words).filter(|_| kind != Kind::Throttled) {
                    Some(advice) => format!("AWS said {named}: {words}; {advice}"),
                    None => format!("AWS said {named}: {words}"),
                };
                Self { kind, code, text }
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
    // The status alone tells it where the body has no code that can be read: an answer of a load balancer, or one that
    // was cut off. S3 slows callers down with 503, everybody else with 429.
    if THROTTLING.contains(&code) || status == 429 || (status == 503 && code.is_empty()) {
        Kind::Throttled
    } else if DENIED.contains(&code) {
        Kind::Denied
    } else if status >= 500 || status == 408 || (200..300).contains(&status) {
        Kind::Transient
    } else {
        Kind::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recorded::{Aws, Said, no, ok, read, target};
    use domain::{GLOBAL, Partition, ReceiptOutcome, Service};
    use inventory::{Facts, s3::PublicAccessBlock};
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn a_status_is_judged_by_itself_only_where_no_code_says_more() {
        let judged = |code, status| kind(code, Some(StatusCode::try_from(status).unwrap()));
        for (code, status, expected) in [
            ("", 503, Kind::Throttled),
            ("", 429, Kind::Throttled),
            ("SlowDown", 503, Kind::Throttled),
            ("Throttling", 400, Kind::Throttled),
            ("Unheard", 429, Kind::Throttled),
            ("ServiceUnavailable", 503, Kind::Transient),
            ("", 500, Kind::Transient),
            ("", 502, Kind::Transient),
            ("", 504, Kind::Transient),
            ("", 200, Kind::Transient),
            ("", 400, Kind::Other),
            ("", 403, Kind::Other),
            ("AccessDenied", 403, Kind::Denied),
        ] {
            assert_eq!(judged(code, status), expected, "`{code}` {status}");
        }
    }

    /// S3 Control's errors are wrapped; S3's form, HTML and nothing at all are codes that cannot be read.
    #[tokio::test]
    async fn throttling_without_a_readable_code_is_asked_again_as_throttling_is() {
        for body in ["", "<html>Slow Down</html>", "<Error><Code>SlowDown</Code></Error>"] {
            let attempts = AtomicU32::new(0);
            let aws = Aws::new(move |asked| -> Said {
                if !asked.url.contains("publicAccessBlock") {
                    return ok("<ListAllMyBucketsResult/>");
                }
                match attempts.fetch_add(1, Ordering::Relaxed) {
                    0..5 => Some((503, body.to_owned())),
                    _ => no_configuration(),
                }
            });
            let target = target(&aws, Partition::Aws, "us-east-1");
            let (facts, receipt) =
                read(&target, GLOBAL, Service::S3, [inventory::s3::EXPOSURE]).await;
            let Facts::S3(s3) = facts else { panic!("{facts:?}") };
            assert_eq!(s3.block_public, PublicAccessBlock::NONE.into(), "`{body}`");
            assert_eq!((receipt.outcome, receipt.calls), (ReceiptOutcome::Done, 7));
        }
    }

    fn no_configuration() -> Said {
        let (status, error) = no(404, "NoSuchPublicAccessBlockConfiguration")?;
        Some((status, format!("<ErrorResponse>{error}</ErrorResponse>")))
    }
}
