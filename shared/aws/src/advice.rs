//! What to do about an error code that says something of the caller and not of what was asked.

/// What to do about AWS's error code and words, where they say what is wrong with the caller's credentials, clock,
/// region or session; nothing for any other.
///
/// Source: *Common errors*, IAM API Reference; *Errors* of `AssumeRole`, STS API Reference; *Troubleshooting AWS
/// Signature Version 4 errors* and *Managing AWS STS in an AWS Region*, IAM User Guide.
#[must_use]
pub fn advice(code: &str, message: &str) -> Option<&'static str> {
    // A signature is of a moment: these words come with several codes.
    let of_the_clock =
        ["Signature expired", "Signature not yet current", "is now earlier than", "RequestTime"];
    let is_skewed =
        matches!(code, "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture");
    if is_skewed || of_the_clock.iter().any(|words| message.contains(words)) {
        return Some(
            "this machine's clock is wrong by more than AWS accepts: set it, by NTP for instance",
        );
    }
    Some(match code {
        "Throttling" | "ThrottlingException" | "RequestLimitExceeded" => {
            "wait a minute and try again"
        }
        "ExpiredToken" | "ExpiredTokenException" => {
            "the caller's own credentials have expired: sign in again"
        }
        "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "AuthFailure"
        | "InvalidAccessKeyId" => {
            "AWS does not know the caller's access key in this region: check the profile; in a region that has to be \
             opted in to, enable it in the caller's account, and take credentials from a regional endpoint of STS \
             (`AWS_STS_REGIONAL_ENDPOINTS=regional`)"
        }
        "SignatureDoesNotMatch" | "InvalidSignatureException" | "IncompleteSignature" => {
            "the secret access key is not the one of this access key: check it for characters that are missing or \
             quoted, and a proxy for changed headers"
        }
        "PackedPolicyTooLarge" | "PackedPolicyTooLargeException" => {
            "the session policy and the session's tags are too large together, as AWS packs them: audit fewer checks at \
             once (`--check`), or pass fewer session tags"
        }
        "RegionDisabledException" => {
            "STS is switched off in this region: choose one that the account has enabled"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cause_has_its_own_advice() {
        for (code, message, sign) in [
            (
                "SignatureDoesNotMatch",
                "Signature expired: 20261201T000000Z is now earlier than 2026",
                "clock",
            ),
            ("InvalidSignatureException", "Signature not yet current: 2027", "clock"),
            ("RequestExpired", "Request has expired.", "clock"),
            ("RequestTimeTooSkewed", "The difference is too large.", "clock"),
            (
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match",
                "secret access key",
            ),
            (
                "InvalidClientTokenId",
                "The security token included in the request is invalid.",
                "opted in",
            ),
            (
                "AuthFailure",
                "AWS was not able to validate the provided access credentials",
                "opted in",
            ),
            ("PackedPolicyTooLarge", "Serialized token too large", "session policy"),
            ("ExpiredToken", "The security token is expired", "sign in again"),
        ] {
            let told = advice(code, message).unwrap();
            assert!(told.contains(sign), "{code}: {told}");
        }
        assert_eq!(advice("AccessDenied", "no"), None);
    }
}
