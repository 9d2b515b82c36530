//! The policies and the request that are measured.

use policy::{Caller, Document, Policies, Policy, PolicyKind, Request};

const SERVICES: [&str; 10] =
    ["s3", "ec2", "iam", "kms", "sqs", "sns", "lambda", "dynamodb", "logs", "rds"];

pub(crate) fn texts(statements: usize) -> Vec<String> {
    let statement = |policy: usize, at: usize| {
        let service = SERVICES.get((policy + at) % SERVICES.len()).unwrap_or(&"s3");
        let condition = match at % 4 {
            0 => r#","Condition":{"StringEquals":{"aws:PrincipalTag/team":"red"}}"#,
            1 => r#","Condition":{"Bool":{"aws:SecureTransport":"true"}}"#,
            _ => "",
        };
        let effect = if at % 10 == 9 { "Deny" } else { "Allow" };
        format!(
            r#"{{"Sid":"S{at}","Effect":"{effect}","Action":["{service}:Get*","{service}:List*","{service}:Put{at}"],"Resource":["arn:aws:{service}:*:111122223333:thing-{at}/*","arn:aws:{service}:::thing-{policy}-{at}/*"]{condition}}}"#
        )
    };
    let policy = |policy: usize| {
        let statements: Vec<String> = (0..statements).map(|at| statement(policy, at)).collect();
        format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
    };
    (0..10).map(policy).collect()
}

pub(crate) fn compile(texts: &[String]) -> Policies {
    texts.iter().fold(Policies::new(), |policies, text| {
        let document = Document::parse(text).ok();
        let policy =
            document.and_then(|document| Policy::new("p", PolicyKind::Identity, &document).ok());
        policies.identity(policy.unwrap_or_else(|| unreachable!("the texts above are policies")))
    })
}

pub(crate) fn request() -> Request {
    Request::new(
        Caller::parse("arn:aws:iam::111122223333:user/ana"),
        "s3:GetObject",
        "arn:aws:s3:::thing-0-0/a/b.jpg",
    )
    .in_account("111122223333")
    .with("aws:PrincipalTag/team", "red")
    .with("aws:SecureTransport", "true")
    .with("aws:username", "ana")
}
