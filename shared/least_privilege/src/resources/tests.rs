use super::*;
use policy::facts::Facts;

const PLACE: Place<'static> =
    Place { partition: "aws", region: "eu-west-1", account: "111122223333" };

fn found(action: &str, parameters: &str, resources: &str) -> Vec<(String, bool)> {
    let plan = Plan::new(&Facts::bundled().unwrap(), action, "", false);
    let raw = |text: &str| serde_json::value::RawValue::from_string(text.to_owned()).unwrap();
    let (parameters, resources) = (raw(parameters), raw(resources));
    let read = |raw| Leaves::read(Some(raw)).unwrap();
    let found = plan.resources(PLACE, &read(&parameters), &read(&resources));
    found.into_iter().map(|found| (found.pattern, found.named)).collect()
}

#[track_caller]
fn is(action: &str, parameters: &str, resources: &str, expected: &[(&str, bool)]) {
    let expected: Vec<_> =
        expected.iter().map(|(arn, named)| ((*arn).to_owned(), *named)).collect();
    assert_eq!(found(action, parameters, resources), expected);
}

#[test]
fn what_a_record_does_not_name_is_every_resource_of_the_type_and_said_to_be() {
    is(
        "dynamodb:PutItem",
        "{}",
        "[]",
        &[("arn:aws:dynamodb:eu-west-1:111122223333:table/*", false)],
    );
    is("s3:GetObject", "{}", "[]", &[("*", false)]);
    is("s3:ListAllMyBuckets", r#"{"bucketName":"b"}"#, "[]", &[("*", true)]);
}

#[test]
fn an_objects_arn_is_no_buckets() {
    let resources = r#"[{"ARN":"arn:aws:s3:::b/k"},{"ARN":"arn:aws:s3:::b"}]"#;
    is("s3:ListBucket", r#"{"bucketName":"b"}"#, resources, &[("arn:aws:s3:::b", true)]);
    let streams = r#"[{"ARN":"arn:aws:dynamodb:eu-west-1:1:table/t"},{"ARN":"arn:aws:dynamodb:eu-west-1:1:table/t/stream/s"}]"#;
    is("dynamodb:PutItem", "{}", streams, &[("arn:aws:dynamodb:eu-west-1:1:table/t", true)]);
}

#[test]
fn names_that_mean_something_in_a_policy_are_written_out() {
    is(
        "s3:GetObject",
        r#"{"bucketName":"b","key":"a*?${x}"}"#,
        "[]",
        &[("arn:aws:s3:::b/a${*}${?}${$}{x}", true)],
    );
}

#[test]
fn services_with_ways_of_their_own() {
    let group = "arn:aws:logs:eu-west-1:111122223333:log-group:/g:*";
    is("logs:PutRetentionPolicy", r#"{"logGroupName":"/g"}"#, "[]", &[(group, true)]);
    is(
        "kms:Decrypt",
        r#"{"keyId":"alias/x"}"#,
        r#"[{"ARN":"arn:aws:kms:eu-west-1:1:key/k"}]"#,
        &[("arn:aws:kms:eu-west-1:1:key/k", true)],
    );
    is(
        "kms:Decrypt",
        r#"{"keyId":"alias/x"}"#,
        "[]",
        &[("arn:aws:kms:eu-west-1:111122223333:key/*", false)],
    );
    is(
        "lambda:InvokeFunction",
        r#"{"functionName":"f:live"}"#,
        "[]",
        &[("arn:aws:lambda:eu-west-1:111122223333:function:f:live", true)],
    );
    is(
        "lambda:InvokeFunction",
        r#"{"functionName":"arn:aws:lambda:us-east-1:444455556666:function:f","qualifier":"2"}"#,
        "[]",
        &[("arn:aws:lambda:us-east-1:444455556666:function:f:2", true)],
    );
}

#[test]
fn a_role_is_passed_by_calls_that_change_something_and_not_by_iam_itself() {
    let facts = Facts::bundled().unwrap();
    let json = r#"{"executionRoleArn":"arn:aws:iam::1:role/r","note":"arn:aws:iam::1:role/s","policyArn":"arn:aws:iam::1:policy/p"}"#;
    let raw = serde_json::value::RawValue::from_string(json.to_owned()).unwrap();
    let leaves = Leaves::read(Some(&raw)).unwrap();
    let passed = |action| -> Vec<String> {
        Plan::new(&facts, action, "", false).passed_roles(PLACE, &leaves)
    };
    assert_eq!(passed("ecs:RegisterTaskDefinition"), ["arn:aws:iam::1:role/r"]);
    assert_eq!(passed("ecs:DescribeTaskDefinition"), Vec::<String>::new());
    assert_eq!(passed("sts:AssumeRole"), Vec::<String>::new());
}

/// Every pattern that is made from the facts is of its own shape, at every width.
#[test]
fn every_resource_type_of_aws_has_a_shape_that_matches_itself() {
    let facts = Facts::bundled().unwrap();
    for service in facts.services() {
        for kind in service.resource_types() {
            let shape = Shape::new(service.prefix(), kind.arn());
            let any = shape.any(PLACE);
            if any.contains("**") {
                continue;
            }
            assert!(any.starts_with("arn:") || any.contains("arn:"), "{any}");
            assert!(shape.matches(&any), "{} does not match {any}", kind.arn());
        }
    }
}
