//! What session policies may not have beside what no policy may.

use super::Fault;
use crate::document::Statement;

/// An incomplete ARN: AWS STS answers `MalformedPolicyDocument`, where an identity policy's would be completed.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
pub(super) fn check(statement: &Statement) -> Result<(), Fault> {
    let mut values = statement.resource.iter().flat_map(|clause| &clause.values);
    match values.find(|text| is_incomplete(text.as_str())) {
        None => Ok(()),
        Some(text) => Err(Fault {
            message: format!(
                "`{}` has fewer than six segments, which session policies do not take, add `*` for the others",
                text.as_str()
            ),
            span: text.span,
        }),
    }
}

fn is_incomplete(resource: &str) -> bool {
    resource != "*" && resource.splitn(6, ':').count() < 6
}

#[cfg(test)]
mod tests {
    use crate::{DocumentKind, check_syntax};

    #[test]
    fn incomplete_arns_are_for_identity_policies() {
        for (resource, complete) in [
            ("*", true),
            ("arn:aws:sqs:*:*:*", true),
            ("arn:aws:s3:::b", true),
            ("arn:aws:sqs", false),
            ("arn:aws:sqs:*", false),
            ("arn:aws:sqs:eu-west-1:111122223333", false),
            ("arn:aws:sqs:*:jobs", false),
        ] {
            for element in ["Resource", "NotResource"] {
                let text = format!(
                    r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","{element}":["*","{resource}"]}}}}"#
                );
                assert!(check_syntax(&text, DocumentKind::Identity).is_ok(), "{resource}");
                let refusal = check_syntax(&text, DocumentKind::Session).err();
                assert_eq!(refusal.is_none(), complete, "{resource}");
                if let Some(refusal) = refusal {
                    assert!(refusal.message.contains(resource), "{refusal}");
                    assert_eq!(refusal.position.offset as usize, text.rfind("\"arn").unwrap());
                }
            }
        }
    }
}
