use aws_smithy_runtime_api::{
    client::{orchestrator::HttpResponse, result::ConnectorError},
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;

use crate::Asked;

/// An answer: a status and XML or JSON; or nothing, for the connection broke.
pub type Said = Option<(u16, String)>;

/// An answer of 200.
#[must_use]
pub fn ok(text: impl Into<String>) -> Said {
    Some((200, text.into()))
}

/// An answer of IAM, which wraps its result.
#[must_use]
pub fn iam(operation: &str, result: &str) -> Said {
    ok(format!(
        "<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>"
    ))
}

/// An error in the form of S3.
#[must_use]
pub fn no(status: u16, code: &str) -> Said {
    Some((status, format!("<Error><Code>{code}</Code><Message>no</Message></Error>")))
}

/// An error in the form of STS, IAM and S3 Control.
#[must_use]
pub fn error(status: u16, code: &str, message: &str) -> Said {
    let error = format!("<Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>");
    Some((status, format!("<ErrorResponse><Error>{error}</Error></ErrorResponse>")))
}

/// An error in the form of the service that is asked.
#[must_use]
pub fn refused(asked: &Asked, status: u16, code: &str) -> Said {
    match asked.service.as_str() {
        "ec2" => {
            let error = format!("<Error><Code>{code}</Code><Message>no</Message></Error>");
            Some((status, format!("<Response><Errors>{error}</Errors></Response>")))
        }
        "s3" if !asked.url.contains("s3-control") => no(status, code),
        "s3" | "iam" | "sts" => error(status, code, "no"),
        _ => Some((status, format!(r#"{{"__type": "{code}", "message": "no"}}"#))),
    }
}

/// A denial in the form and the words of the service that is asked.
#[must_use]
pub fn denied(asked: &Asked) -> Said {
    match asked.service.as_str() {
        "ec2" => refused(asked, 403, "UnauthorizedOperation"),
        "s3" | "iam" | "sts" => refused(asked, 403, "AccessDenied"),
        _ => refused(asked, 400, "AccessDeniedException"),
    }
}

/// How the service that is asked asks to slow down.
#[must_use]
pub fn throttled(asked: &Asked) -> Said {
    match asked.service.as_str() {
        "ec2" => refused(asked, 503, "RequestLimitExceeded"),
        "s3" => refused(asked, 503, "SlowDown"),
        "iam" | "sts" => refused(asked, 400, "Throttling"),
        "guardduty" => refused(asked, 429, "TooManyRequestsException"),
        _ => refused(asked, 400, "ThrottlingException"),
    }
}

pub(crate) fn response(said: Said) -> Result<HttpResponse, ConnectorError> {
    let Some((status, text)) = said else {
        return Err(ConnectorError::io("connection reset".into()));
    };
    let region = text.split("<Region>").nth(1).and_then(|rest| rest.split('<').next());
    let region = region.map(ToOwned::to_owned);
    let status =
        StatusCode::try_from(status).map_err(|wrong| ConnectorError::user(wrong.into()))?;
    let mut response = HttpResponse::new(status, SdkBody::from(text));
    // S3 tells it in a header as well.
    if let Some(region) = region {
        response.headers_mut().insert("x-amz-bucket-region", region);
    }
    Ok(response)
}
