//! The table: calls as CloudTrail records them, and what IAM decides about for each.

use super::{Asked, ROLE};

/// A call, with `{0}`, `{1}` and `{2}` for names.
pub(crate) struct Call {
    source: &'static str,
    name: &'static str,
    parameters: &'static str,
    resources: &'static str,
    /// The actions, each on the ARNs it is decided about.
    asks: &'static [(&'static str, &'static [&'static str])],
}

const fn call(
    source: &'static str,
    name: &'static str,
    parameters: &'static str,
    asks: &'static [(&'static str, &'static [&'static str])],
) -> Call {
    Call { source, name, parameters, resources: "null", asks }
}

pub(crate) const CALLS: &[Call] = &[
    call(
        "s3",
        "GetObject",
        r#"{"bucketName":"{0}","key":"{1}/{2}"}"#,
        &[("s3:GetObject", &["arn:aws:s3:::{0}/{1}/{2}"])],
    ),
    call(
        "s3",
        "HeadObject",
        r#"{"bucketName":"{0}","key":"{1}"}"#,
        &[("s3:GetObject", &["arn:aws:s3:::{0}/{1}"])],
    ),
    call(
        "s3",
        "PutObject",
        r#"{"bucketName":"{0}","key":"{1}"}"#,
        &[("s3:PutObject", &["arn:aws:s3:::{0}/{1}"])],
    ),
    call(
        "s3",
        "ListObjects",
        r#"{"bucketName":"{0}","prefix":"{1}"}"#,
        &[("s3:ListBucket", &["arn:aws:s3:::{0}"])],
    ),
    call(
        "s3",
        "CopyObject",
        r#"{"bucketName":"{0}","key":"{1}","x-amz-copy-source":"{2}/from"}"#,
        &[
            ("s3:PutObject", &["arn:aws:s3:::{0}/{1}"]),
            ("s3:GetObject", &["arn:aws:s3:::{2}/from"]),
        ],
    ),
    call("s3", "ListBuckets", "null", &[("s3:ListAllMyBuckets", &["*"])]),
    call(
        "s3",
        "GetBucketEncryption",
        r#"{"bucketName":"{0}"}"#,
        &[("s3:GetEncryptionConfiguration", &["arn:aws:s3:::{0}"])],
    ),
    call(
        "dynamodb",
        "PutItem",
        r#"{"tableName":"{0}"}"#,
        &[("dynamodb:PutItem", &["arn:aws:dynamodb:eu-west-1:111122223333:table/{0}"])],
    ),
    call(
        "dynamodb",
        "Query",
        r#"{"tableName":"{0}","indexName":"{1}"}"#,
        &[(
            "dynamodb:Query",
            &[
                "arn:aws:dynamodb:eu-west-1:111122223333:table/{0}",
                "arn:aws:dynamodb:eu-west-1:111122223333:table/{0}/index/{1}",
            ],
        )],
    ),
    call("dynamodb", "ListTables", "{}", &[("dynamodb:ListTables", &["*"])]),
    call(
        "sqs",
        "SendMessageBatch",
        r#"{"queueUrl":"https://sqs.eu-west-1.amazonaws.com/111122223333/{0}"}"#,
        &[("sqs:SendMessage", &["arn:aws:sqs:eu-west-1:111122223333:{0}"])],
    ),
    call(
        "sqs",
        "DeleteQueue",
        r#"{"queueUrl":"https://sqs.eu-west-1.amazonaws.com/444455556666/{0}"}"#,
        &[("sqs:DeleteQueue", &["arn:aws:sqs:eu-west-1:444455556666:{0}"])],
    ),
    call(
        "sns",
        "Publish",
        r#"{"topicArn":"arn:aws:sns:eu-west-1:111122223333:{0}"}"#,
        &[("sns:Publish", &["arn:aws:sns:eu-west-1:111122223333:{0}"])],
    ),
    call(
        "lambda",
        "Invoke",
        r#"{"functionName":"{0}","qualifier":"live"}"#,
        &[("lambda:InvokeFunction", &["arn:aws:lambda:eu-west-1:111122223333:function:{0}:live"])],
    ),
    call(
        "lambda",
        "Invoke",
        r#"{"functionName":"444455556666:function:{0}"}"#,
        &[("lambda:InvokeFunction", &["arn:aws:lambda:eu-west-1:444455556666:function:{0}"])],
    ),
    call(
        "lambda",
        "CreateFunction20150331",
        r#"{"functionName":"{0}","role":"arn:aws:iam::111122223333:role/{1}"}"#,
        &[
            ("lambda:CreateFunction", &["arn:aws:lambda:eu-west-1:111122223333:function:{0}"]),
            ("iam:PassRole", &["arn:aws:iam::111122223333:role/{1}"]),
        ],
    ),
    call(
        "logs",
        "CreateLogStream",
        r#"{"logGroupName":"/a/{0}","logStreamName":"{1}"}"#,
        &[(
            "logs:CreateLogStream",
            &["arn:aws:logs:eu-west-1:111122223333:log-group:/a/{0}:log-stream:{1}"],
        )],
    ),
    call(
        "iam",
        "CreateUser",
        r#"{"userName":"{0}","path":"/team/"}"#,
        &[("iam:CreateUser", &["arn:aws:iam::111122223333:user/team/{0}"])],
    ),
    // The record does not tell the path, and the policy has to allow it.
    call(
        "iam",
        "GetRole",
        r#"{"roleName":"{0}"}"#,
        &[(
            "iam:GetRole",
            &["arn:aws:iam::111122223333:role/{0}", "arn:aws:iam::111122223333:role/some/path/{0}"],
        )],
    ),
    call(
        "iam",
        "AttachRolePolicy",
        r#"{"roleName":"{0}","policyArn":"arn:aws:iam::aws:policy/{1}"}"#,
        &[("iam:AttachRolePolicy", &["arn:aws:iam::111122223333:role/{0}"])],
    ),
    call(
        "sts",
        "AssumeRole",
        r#"{"roleArn":"arn:aws:iam::444455556666:role/{0}","roleSessionName":"s"}"#,
        &[("sts:AssumeRole", &["arn:aws:iam::444455556666:role/{0}"])],
    ),
    // It needs no permission.
    call("sts", "GetCallerIdentity", "null", &[]),
    call(
        "ec2",
        "DescribeInstances",
        r#"{"instancesSet":{"items":[{"instanceId":"{0}"}]}}"#,
        &[("ec2:DescribeInstances", &["*"])],
    ),
    call(
        "ec2",
        "TerminateInstances",
        r#"{"instancesSet":{"items":[{"instanceId":"{0}"},{"instanceId":"{1}"}]}}"#,
        &[(
            "ec2:TerminateInstances",
            &[
                "arn:aws:ec2:eu-west-1:111122223333:instance/{0}",
                "arn:aws:ec2:eu-west-1:111122223333:instance/{1}",
            ],
        )],
    ),
    // What is made has no name yet: every instance and volume has to be allowed.
    call(
        "ec2",
        "RunInstances",
        r#"{"instancesSet":{"items":[{"imageId":"{0}"}]},"subnetId":"{1}"}"#,
        &[(
            "ec2:RunInstances",
            &[
                "arn:aws:ec2:eu-west-1::image/{0}",
                "arn:aws:ec2:eu-west-1:111122223333:subnet/{1}",
                "arn:aws:ec2:eu-west-1:111122223333:instance/i-0",
                "arn:aws:ec2:eu-west-1:111122223333:network-interface/eni-0",
            ],
        )],
    ),
    Call {
        source: "kms",
        name: "Decrypt",
        parameters: r#"{"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}"#,
        resources: r#"[{"ARN":"arn:aws:kms:eu-west-1:111122223333:key/{0}","accountId":"111122223333"}]"#,
        asks: &[("kms:Decrypt", &["arn:aws:kms:eu-west-1:111122223333:key/{0}"])],
    },
    call(
        "secretsmanager",
        "GetSecretValue",
        r#"{"secretId":"{0}/{1}"}"#,
        &[(
            "secretsmanager:GetSecretValue",
            &["arn:aws:secretsmanager:eu-west-1:111122223333:secret:{0}/{1}-a1B2c3"],
        )],
    ),
    call(
        "ssm",
        "GetParameter",
        r#"{"name":"/{0}/{1}","withDecryption":true}"#,
        &[("ssm:GetParameter", &["arn:aws:ssm:eu-west-1:111122223333:parameter/{0}/{1}"])],
    ),
    call(
        "monitoring",
        "PutMetricAlarm",
        r#"{"alarmName":"{0}"}"#,
        &[("cloudwatch:PutMetricAlarm", &["arn:aws:cloudwatch:eu-west-1:111122223333:alarm:{0}"])],
    ),
    // What parameters ask for, by AWS's rules: the pages that say so are beside the rows of the library's tables.
    call(
        "ec2",
        "CreateVolume",
        r#"{"size":"8","tagSpecificationSet":{"items":[{"resourceType":"volume","tags":[{"key":"a","value":"{0}"}]}]}}"#,
        &[
            ("ec2:CreateVolume", &["arn:aws:ec2:eu-west-1:111122223333:volume/vol-0"]),
            ("ec2:CreateTags", &["arn:aws:ec2:eu-west-1:111122223333:volume/vol-0"]),
        ],
    ),
    call(
        "iam",
        "CreateRole",
        r#"{"roleName":"{0}","path":"/","tags":[{"key":"a","value":"b"}]}"#,
        &[
            ("iam:CreateRole", &["arn:aws:iam::111122223333:role/{0}"]),
            ("iam:TagRole", &["arn:aws:iam::111122223333:role/{0}"]),
        ],
    ),
    call(
        "lambda",
        "CreateFunction20150331",
        r#"{"functionName":"{0}","role":"arn:aws:iam::111122223333:role/{1}","tags":{"team":"a"}}"#,
        &[
            ("lambda:CreateFunction", &["arn:aws:lambda:eu-west-1:111122223333:function:{0}"]),
            ("lambda:TagResource", &["arn:aws:lambda:eu-west-1:111122223333:function:{0}"]),
            ("iam:PassRole", &["arn:aws:iam::111122223333:role/{1}"]),
        ],
    ),
    call(
        "kms",
        "CreateKey",
        r#"{"tags":[{"tagKey":"a","tagValue":"b"}]}"#,
        &[
            ("kms:CreateKey", &["*"]),
            ("kms:TagResource", &["arn:aws:kms:eu-west-1:111122223333:key/new"]),
        ],
    ),
    call(
        "sqs",
        "CreateQueue",
        r#"{"queueName":"{0}","tags":{"team":"a"}}"#,
        &[
            ("sqs:CreateQueue", &["arn:aws:sqs:eu-west-1:111122223333:{0}"]),
            ("sqs:TagQueue", &["arn:aws:sqs:eu-west-1:111122223333:{0}"]),
        ],
    ),
    call(
        "dynamodb",
        "CreateTable",
        r#"{"tableName":"{0}","tags":[{"key":"a","value":"b"}]}"#,
        &[
            ("dynamodb:CreateTable", &["arn:aws:dynamodb:eu-west-1:111122223333:table/{0}"]),
            ("dynamodb:TagResource", &["arn:aws:dynamodb:eu-west-1:111122223333:table/{0}"]),
        ],
    ),
    call(
        "sts",
        "AssumeRole",
        r#"{"roleArn":"arn:aws:iam::444455556666:role/{0}","tags":[{"key":"a","value":"b"}]}"#,
        &[
            ("sts:AssumeRole", &["arn:aws:iam::444455556666:role/{0}"]),
            ("sts:TagSession", &["arn:aws:iam::444455556666:role/{0}"]),
        ],
    ),
    call(
        "s3",
        "GetObject",
        r#"{"bucketName":"{0}","key":"{1}","versionId":"v"}"#,
        &[("s3:GetObjectVersion", &["arn:aws:s3:::{0}/{1}"])],
    ),
    call(
        "s3",
        "DeleteObject",
        r#"{"bucketName":"{0}","key":"{1}","versionId":"v","x-amz-bypass-governance-retention":"true"}"#,
        &[
            ("s3:DeleteObjectVersion", &["arn:aws:s3:::{0}/{1}"]),
            ("s3:BypassGovernanceRetention", &["arn:aws:s3:::{0}/{1}"]),
        ],
    ),
    call(
        "s3",
        "PutObject",
        r#"{"bucketName":"{0}","key":"{1}","x-amz-acl":"public-read","x-amz-tagging":"a=b","x-amz-object-lock-mode":"GOVERNANCE","x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:eu-west-1:444455556666:key/11111111-2222-3333-4444-555555555555"}"#,
        &[
            ("s3:PutObject", &["arn:aws:s3:::{0}/{1}"]),
            ("s3:PutObjectAcl", &["arn:aws:s3:::{0}/{1}"]),
            ("s3:PutObjectTagging", &["arn:aws:s3:::{0}/{1}"]),
            ("s3:PutObjectRetention", &["arn:aws:s3:::{0}/{1}"]),
            (
                "kms:GenerateDataKey",
                &["arn:aws:kms:eu-west-1:444455556666:key/11111111-2222-3333-4444-555555555555"],
            ),
        ],
    ),
    call(
        "s3",
        "CopyObject",
        r#"{"bucketName":"{0}","key":"{1}","x-amz-copy-source":"{2}/from?versionId=v","x-amz-grant-read":"id=1"}"#,
        &[
            ("s3:PutObject", &["arn:aws:s3:::{0}/{1}"]),
            ("s3:PutObjectAcl", &["arn:aws:s3:::{0}/{1}"]),
            ("s3:GetObjectVersion", &["arn:aws:s3:::{2}/from"]),
        ],
    ),
    call(
        "s3",
        "CreateBucket",
        r#"{"bucketName":"{0}","x-amz-acl":"public-read","x-amz-bucket-object-lock-enabled":"true"}"#,
        &[
            ("s3:CreateBucket", &["arn:aws:s3:::{0}"]),
            ("s3:PutBucketAcl", &["arn:aws:s3:::{0}"]),
            ("s3:PutBucketObjectLockConfiguration", &["arn:aws:s3:::{0}"]),
            ("s3:PutBucketVersioning", &["arn:aws:s3:::{0}"]),
        ],
    ),
    call(
        "wafv2",
        "PutLoggingConfiguration",
        r#"{"loggingConfiguration":{"resourceArn":"arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/{0}/id","logDestinationConfigs":["arn:aws:s3:::aws-waf-logs-{1}"]}}"#,
        &[
            (
                "wafv2:PutLoggingConfiguration",
                &["arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/{0}/id"],
            ),
            ("logs:CreateLogDelivery", &["*"]),
            ("logs:GetLogDelivery", &["*"]),
            ("logs:UpdateLogDelivery", &["*"]),
            ("logs:DeleteLogDelivery", &["*"]),
            ("logs:ListLogDeliveries", &["*"]),
            ("s3:GetBucketPolicy", &["arn:aws:s3:::aws-waf-logs-{1}"]),
            ("s3:PutBucketPolicy", &["arn:aws:s3:::aws-waf-logs-{1}"]),
        ],
    ),
    call(
        "iam",
        "AddRoleToInstanceProfile",
        r#"{"instanceProfileName":"{0}","roleName":"{1}"}"#,
        &[
            ("iam:AddRoleToInstanceProfile", &["arn:aws:iam::111122223333:instance-profile/{0}"]),
            ("iam:PassRole", &["arn:aws:iam::111122223333:role/{1}"]),
        ],
    ),
    call(
        "redshift",
        "CreateCluster",
        r#"{"clusterIdentifier":"{0}","iamRoles":["arn:aws:iam::111122223333:role/{1}"]}"#,
        &[
            ("redshift:CreateCluster", &["arn:aws:redshift:eu-west-1:111122223333:cluster:{0}"]),
            ("iam:PassRole", &["arn:aws:iam::111122223333:role/{1}"]),
        ],
    ),
    // Names under other parameters, and another account's.
    call(
        "ec2",
        "CreateTags",
        r#"{"resourcesSet":{"items":[{"resourceId":"i-0{0}"},{"resourceId":"vol-0{1}"}]},"tagSet":{"items":[{"key":"a","value":"b"}]}}"#,
        &[(
            "ec2:CreateTags",
            &[
                "arn:aws:ec2:eu-west-1:111122223333:instance/i-0{0}",
                "arn:aws:ec2:eu-west-1:111122223333:volume/vol-0{1}",
            ],
        )],
    ),
    call(
        "ssm",
        "GetParameters",
        r#"{"names":["/{0}/a","{1}"]}"#,
        &[(
            "ssm:GetParameters",
            &[
                "arn:aws:ssm:eu-west-1:111122223333:parameter/{0}/a",
                "arn:aws:ssm:eu-west-1:111122223333:parameter/{1}",
            ],
        )],
    ),
    call(
        "ssm",
        "GetParametersByPath",
        r#"{"path":"/{0}/a"}"#,
        &[("ssm:GetParametersByPath", &["arn:aws:ssm:eu-west-1:111122223333:parameter/{0}/a"])],
    ),
    call(
        "ecs",
        "UpdateService",
        r#"{"cluster":"{0}","service":"{1}","taskDefinition":"{2}:3"}"#,
        &[("ecs:UpdateService", &["arn:aws:ecs:eu-west-1:111122223333:service/{0}/{1}"])],
    ),
    call(
        "ecs",
        "CreateService",
        r#"{"cluster":"{0}","serviceName":"{1}","taskDefinition":"{2}"}"#,
        &[("ecs:CreateService", &["arn:aws:ecs:eu-west-1:111122223333:service/{0}/{1}"])],
    ),
    call(
        "ecs",
        "RunTask",
        r#"{"taskDefinition":"{0}:3"}"#,
        &[("ecs:RunTask", &["arn:aws:ecs:eu-west-1:111122223333:task-definition/{0}:3"])],
    ),
    call(
        "cloudformation",
        "DeleteStack",
        r#"{"stackName":"{0}"}"#,
        &[(
            "cloudformation:DeleteStack",
            &["arn:aws:cloudformation:eu-west-1:111122223333:stack/{0}/11111111-2222"],
        )],
    ),
    call(
        "bedrock",
        "InvokeModel",
        r#"{"modelId":"anthropic.claude-v2:1"}"#,
        &[(
            "bedrock:InvokeModel",
            &["arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-v2:1"],
        )],
    ),
    call(
        "bedrock",
        "Converse",
        r#"{"modelId":"eu.anthropic.claude-x"}"#,
        &[(
            "bedrock:InvokeModel",
            &[
                "arn:aws:bedrock:eu-west-1:111122223333:inference-profile/eu.anthropic.claude-x",
                "arn:aws:bedrock:eu-central-1::foundation-model/anthropic.claude-x",
            ],
        )],
    ),
    call(
        "ecr",
        "DescribeImages",
        r#"{"registryId":"444455556666","repositoryName":"{0}"}"#,
        &[("ecr:DescribeImages", &["arn:aws:ecr:eu-west-1:444455556666:repository/{0}"])],
    ),
    call(
        "glue",
        "GetDatabase",
        r#"{"catalogId":"444455556666","name":"{0}"}"#,
        &[(
            "glue:GetDatabase",
            &[
                "arn:aws:glue:eu-west-1:444455556666:catalog",
                "arn:aws:glue:eu-west-1:444455556666:database/{0}",
            ],
        )],
    ),
    call(
        "apigateway",
        "CreateRoute",
        r#"{"apiId":"{0}","routeKey":"GET /a"}"#,
        &[("apigateway:POST", &["arn:aws:apigateway:eu-west-1::/apis/{0}/routes"])],
    ),
    call(
        "apigateway",
        "DeleteStage",
        r#"{"apiId":"{0}","stageName":"{1}"}"#,
        &[("apigateway:DELETE", &["arn:aws:apigateway:eu-west-1::/apis/{0}/stages/{1}"])],
    ),
    call(
        "apigateway",
        "DeleteStage",
        r#"{"restApiId":"{0}","stageName":"{1}"}"#,
        &[("apigateway:DELETE", &["arn:aws:apigateway:eu-west-1::/restapis/{0}/stages/{1}"])],
    ),
    call(
        "apigateway",
        "CreateApi",
        r#"{"name":"{0}","protocolType":"HTTP"}"#,
        &[("apigateway:POST", &["arn:aws:apigateway:eu-west-1::/apis"])],
    ),
    call(
        "states",
        "StartExecution",
        r#"{"stateMachineArn":"arn:aws:states:eu-west-1:111122223333:stateMachine:{0}"}"#,
        &[("states:StartExecution", &["arn:aws:states:eu-west-1:111122223333:stateMachine:{0}"])],
    ),
];

fn filled(template: &str, names: &[String]) -> String {
    let mut text = template.to_owned();
    for (at, name) in names.iter().enumerate() {
        text = text.replace(&format!("{{{at}}}"), name);
    }
    text
}

fn record(source: &str, name: &str, parameters: &str, resources: &str, more: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.09","userIdentity":{{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/orders/s","accountId":"111122223333","sessionContext":{{"sessionIssuer":{{"type":"Role","arn":"{ROLE}"}}}}}},"eventTime":"2026-11-01T00:00:00Z","eventSource":"{source}.amazonaws.com","eventName":"{name}","awsRegion":"eu-west-1","requestParameters":{parameters},"resources":{resources},"recipientAccountId":"111122223333"{more}}}"#
    )
}

/// A record of a call, and what it asks.
pub(crate) fn event(call: &Call, names: &[String]) -> (String, Vec<Asked>) {
    let (parameters, resources) = (filled(call.parameters, names), filled(call.resources, names));
    let record = record(call.source, call.name, &parameters, &resources, "");
    let asks = call.asks.iter().flat_map(|(action, arns)| {
        arns.iter().map(|arn| Asked { action: (*action).into(), resource: filled(arn, names) })
    });
    (record, asks.collect())
}

/// The record of the first call of the table with that action.
pub(crate) fn asked_of(action: &str, names: &[&str]) -> (String, Vec<Asked>) {
    let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    names.push("x".to_owned());
    let call = CALLS
        .iter()
        .find(|call| call.asks.first().is_some_and(|(first, _)| *first == action))
        .unwrap();
    event(call, &names)
}

pub(crate) fn without_permission() -> String {
    record("signin", "ConsoleLogin", "null", "null", r#","eventType":"AwsConsoleSignIn""#)
}

pub(crate) fn denied() -> String {
    record("iam", "CreateAccessKey", "null", "null", r#","errorCode":"AccessDenied""#)
}
