use axum::http::StatusCode;
use domain::keys::Failure;

use crate::problem::Problem;

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let (status, kind, title) = match &failure {
            Failure::Denied { .. } | Failure::Refused { denied: true, .. } => {
                (StatusCode::FORBIDDEN, "urn:infraaudit:problem:denied", "AWS denies it")
            }
            Failure::Throttled { .. } => {
                let kind = "urn:infraaudit:problem:throttled";
                (StatusCode::SERVICE_UNAVAILABLE, kind, "AWS asks to slow down")
            }
            Failure::NotPresent => {
                let kind = "urn:infraaudit:problem:report-not-present";
                (StatusCode::SERVICE_UNAVAILABLE, kind, "There is no credential report")
            }
            Failure::Expired => {
                let kind = "urn:infraaudit:problem:report-expired";
                (StatusCode::SERVICE_UNAVAILABLE, kind, "The credential report has expired")
            }
            Failure::InProgress => {
                let kind = "urn:infraaudit:problem:report-in-progress";
                (StatusCode::SERVICE_UNAVAILABLE, kind, "The credential report is being made")
            }
            Failure::LimitExceeded => {
                let kind = "urn:infraaudit:problem:limit-exceeded";
                (StatusCode::SERVICE_UNAVAILABLE, kind, "IAM makes no credential report for now")
            }
            Failure::Unusable { .. } => {
                let kind = "urn:infraaudit:problem:report-unusable";
                (StatusCode::BAD_GATEWAY, kind, "The credential report cannot be used")
            }
            Failure::Refused { .. }
            | Failure::Timeout { .. }
            | Failure::Failed { .. }
            | Failure::Stopped { .. } => {
                let kind = "urn:infraaudit:problem:no-answer";
                (StatusCode::SERVICE_UNAVAILABLE, kind, "AWS gives no answer now")
            }
        };
        Self::because(status, kind, title, failure.to_string(), failure.retry_after())
    }
}
