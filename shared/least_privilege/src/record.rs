//! A record of CloudTrail, as far as it matters here.
//!
//! Fields: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::text::Text;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Record<'a> {
    #[serde(borrow, default)]
    event_source: Option<Text<'a>>,
    #[serde(borrow, default)]
    event_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    event_time: Option<Text<'a>>,
    #[serde(borrow, default)]
    event_type: Option<Text<'a>>,
    #[serde(borrow, default)]
    event_category: Option<Text<'a>>,
    #[serde(borrow, default)]
    aws_region: Option<Text<'a>>,
    #[serde(borrow, default)]
    recipient_account_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    error_code: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(crate) user_identity: Option<Identity<'a>>,
    #[serde(borrow, default)]
    pub(crate) request_parameters: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) resources: Option<&'a RawValue>,
    /// What `aws cloudtrail lookup-events` prints: the record as text.
    #[serde(borrow, default, rename = "CloudTrailEvent")]
    pub(crate) inner: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Identity<'a> {
    #[serde(borrow, default)]
    arn: Option<Text<'a>>,
    #[serde(borrow, default)]
    account_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    session_context: Option<Session<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session<'a> {
    #[serde(borrow, default)]
    session_issuer: Option<Issuer<'a>>,
}

#[derive(Debug, Deserialize)]
struct Issuer<'a> {
    #[serde(borrow, default)]
    arn: Option<Text<'a>>,
}

fn or_empty<'r>(text: Option<&'r Text<'_>>) -> &'r str {
    text.map_or("", |text| &text.0)
}

impl Record<'_> {
    /// The service that was called, `s3.amazonaws.com`.
    pub(crate) fn source(&self) -> &str {
        or_empty(self.event_source.as_ref())
    }

    /// The call, `GetObject`.
    pub(crate) fn name(&self) -> &str {
        or_empty(self.event_name.as_ref())
    }

    /// When, `2026-11-01T10:00:00Z`.
    pub(crate) fn time(&self) -> &str {
        or_empty(self.event_time.as_ref())
    }

    /// `AwsApiCall`, `AwsConsoleSignIn`, …
    pub(crate) fn kind(&self) -> &str {
        or_empty(self.event_type.as_ref())
    }

    /// `Management`, `Data`, `NetworkActivity` or `Insight`; old records have none.
    pub(crate) fn category(&self) -> &str {
        or_empty(self.event_category.as_ref())
    }

    /// Whether it is an insight: what CloudTrail makes of many calls.
    ///
    /// Source: *CloudTrail Insights record fields*, AWS CloudTrail User Guide.
    pub(crate) fn is_insight(&self) -> bool {
        self.kind() == "AwsCloudTrailInsight" || self.category() == "Insight"
    }

    pub(crate) fn region(&self) -> &str {
        or_empty(self.aws_region.as_ref())
    }

    /// The account whose resources were asked for.
    pub(crate) fn account(&self) -> &str {
        let recipient = or_empty(self.recipient_account_id.as_ref());
        let own = self.user_identity.as_ref().and_then(|identity| identity.account_id.as_ref());
        if recipient.is_empty() { or_empty(own) } else { recipient }
    }

    pub(crate) fn error(&self) -> &str {
        or_empty(self.error_code.as_ref())
    }

    /// Who asked, by ARN: the user, the session, the root user.
    pub(crate) fn caller(&self) -> &str {
        or_empty(self.user_identity.as_ref().and_then(|identity| identity.arn.as_ref()))
    }

    /// Whose permissions a session has: its role, or the user that asked for a federation token.
    pub(crate) fn issuer(&self) -> &str {
        let session = self.user_identity.as_ref().and_then(|who| who.session_context.as_ref());
        let issuer = session.and_then(|session| session.session_issuer.as_ref());
        or_empty(issuer.and_then(|issuer| issuer.arn.as_ref()))
    }
}

/// Whether AWS refused the call for want of permission.
///
/// Services name it differently; EC2 puts `Client.` before it. `DENIED` holds the codes of the
/// services' "common errors" pages.
pub(crate) fn is_denied(code: &str) -> bool {
    const DENIED: &[&str] = &[
        "AccessDenied",
        "AccessDeniedException",
        "AllAccessDisabled",
        "AuthFailure",
        "AuthorizationError",
        "AuthorizationErrorException",
        "AuthorizationException",
        "Forbidden",
        "ForbiddenException",
        "NotAuthorized",
        "NotAuthorizedException",
        "UnauthorizedAccess",
        "UnauthorizedException",
        "UnauthorizedOperation",
        "VpceAccessDenied",
    ];
    let code = code.strip_prefix("Client.").unwrap_or(code);
    DENIED.contains(&code)
        || code.ends_with("AccessDenied")
        || code.ends_with("AccessDeniedException")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_empty_and_null_is_nothing() {
        let record: Record<'_> = serde_json::from_str(
            r#"{"eventName": "a\"b", "userIdentity": {"arn": null, "sessionContext": {}}, "requestParameters": null, "x": [1]}"#,
        )
        .unwrap();
        assert_eq!((record.name(), record.source(), record.caller()), ("a\"b", "", ""));
        assert_eq!((record.issuer(), record.account(), record.error()), ("", "", ""));
    }

    #[test]
    fn refusals_have_many_names() {
        for code in ["AccessDenied", "Client.UnauthorizedOperation", "KMSAccessDeniedException"] {
            assert!(is_denied(code), "{code}");
        }
        for code in ["", "NoSuchBucket", "Client.DryRunOperation", "ThrottlingException"] {
            assert!(!is_denied(code), "{code}");
        }
    }
}
