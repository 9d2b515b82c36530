//! Where calls and actions have different names; every row says how that is known.

/// A service whose records name it otherwise than its actions do.
#[derive(Debug)]
pub struct Service {
    /// What `eventSource` has before `.amazonaws.com`.
    pub source: &'static str,
    /// The prefixes of its actions, the likeliest first.
    pub prefixes: &'static [&'static str],
    /// Where that is documented.
    pub documented: &'static str,
}

/// A call that has no action of its own name.
#[derive(Debug)]
pub struct Row {
    /// The prefix of the service's actions.
    pub service: &'static str,
    /// What `eventName` has.
    pub call: &'static str,
    /// The actions it takes on what it names.
    pub actions: &'static [&'static str],
    /// The actions it takes on what it copies.
    pub copied: &'static [&'static str],
    /// Where that is documented.
    pub documented: &'static str,
}

const S3: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html";
const LAMBDA: &str = "https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html";
const LAMBDA_API: &str = "https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html";
const CLOUDFRONT: &str = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/logging_using_cloudtrail.html";
const CLOUDFRONT_TAGS: &str = "https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateDistributionWithTags.html";
const KMS: &str = "https://docs.aws.amazon.com/kms/latest/APIReference/API_ReEncrypt.html";
const SQS: &str = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html";
const SNS: &str = "https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html";
const BEDROCK: &str =
    "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html";
const BEDROCK_STREAM: &str =
    "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html";
const ANALYZER: &str = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsiamaccessanalyzer.html";
const API_GATEWAY_2: &str =
    "https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html";
const BUDGETS: &str =
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html";

/// The services whose records name them otherwise.
pub static SERVICES: &[Service] = &[
    Service {
        source: "monitoring",
        prefixes: &["cloudwatch"],
        documented: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/logging_cw_api_calls.html",
    },
    Service {
        source: "email",
        prefixes: &["ses"],
        documented: "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html",
    },
    Service {
        source: "tagging",
        prefixes: &["tag"],
        documented: "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonresourcegrouptaggingapi.html",
    },
    Service {
        source: "autoscaling",
        prefixes: &["autoscaling", "application-autoscaling", "autoscaling-plans"],
        documented: "https://docs.aws.amazon.com/autoscaling/application/userguide/logging-using-cloudtrail.html",
    },
    Service {
        source: "amazonmq",
        prefixes: &["mq"],
        documented: "https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/security-logging-monitoring-cloudtrail.html",
    },
    Service {
        source: "cloudcontrolapi",
        prefixes: &["cloudformation"],
        documented: "https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/security.html",
    },
];

/// The services that put the date of their API into the names of calls, and where that is documented.
pub(super) static DATED: &[(&str, &str)] = &[("lambda", LAMBDA), ("cloudfront", CLOUDFRONT)];

/// Calls that need no permission, so that granting them would be for nothing, and where that is
/// documented.
pub(super) static FREE: &[(&str, &str, &str)] = &[(
    "sts",
    "GetCallerIdentity",
    "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html",
)];

/// Calls whose actions depend on what is in them, with why.
pub(super) static OPEN: &[(&str, &str, &str)] = &[
    ("dynamodb", "ExecuteStatement", PARTIQL),
    ("dynamodb", "BatchExecuteStatement", PARTIQL),
    ("dynamodb", "ExecuteTransaction", PARTIQL),
    ("dynamodb", "TransactGetItems", ITEMS),
    ("dynamodb", "TransactWriteItems", ITEMS),
];

const PARTIQL: &str = "it takes dynamodb:PartiQLSelect, PartiQLInsert, PartiQLUpdate or PartiQLDelete by its statements, which the record does not tell";
const ITEMS: &str = "it takes dynamodb:GetItem, PutItem, UpdateItem, DeleteItem or ConditionCheckItem by its items, which the record does not tell apart";

const fn row(
    service: &'static str,
    call: &'static str,
    actions: &'static [&'static str],
    documented: &'static str,
) -> Row {
    Row { service, call, actions, copied: &[], documented }
}

const fn s3(call: &'static str, actions: &'static [&'static str]) -> Row {
    row("s3", call, actions, S3)
}

/// What the calls of API Gateway begin with, and the methods of HTTP that are their actions. `TABLE` has those that do
/// not keep to it.
///
/// Source: the API references of Amazon API Gateway, versions 1 and 2, each call's request syntax.
pub(super) static VERBS: &[(&str, &str)] = &[
    ("Create", "POST"),
    ("Delete", "DELETE"),
    ("Export", "GET"),
    ("Flush", "DELETE"),
    ("Generate", "POST"),
    ("Get", "GET"),
    ("Import", "POST"),
    ("Put", "PUT"),
    ("Reimport", "PUT"),
    ("Reset", "DELETE"),
    ("Test", "POST"),
    ("Update", "PATCH"),
];

/// The calls that have other actions than one of their own name.
pub static TABLE: &[Row] = &[
    Row {
        service: "s3",
        call: "CopyObject",
        actions: &["s3:PutObject"],
        copied: &["s3:GetObject"],
        documented: S3,
    },
    Row {
        service: "s3",
        call: "UploadPartCopy",
        actions: &["s3:PutObject"],
        copied: &["s3:GetObject"],
        documented: S3,
    },
    s3("HeadObject", &["s3:GetObject"]),
    s3("SelectObjectContent", &["s3:GetObject"]),
    s3("CreateMultipartUpload", &["s3:PutObject"]),
    s3("InitiateMultipartUpload", &["s3:PutObject"]),
    s3("UploadPart", &["s3:PutObject"]),
    s3("CompleteMultipartUpload", &["s3:PutObject"]),
    s3("PostObject", &["s3:PutObject"]),
    s3("ListParts", &["s3:ListMultipartUploadParts"]),
    s3("DeleteObjects", &["s3:DeleteObject"]),
    s3("HeadBucket", &["s3:ListBucket"]),
    s3("ListObjects", &["s3:ListBucket"]),
    s3("ListObjectsV2", &["s3:ListBucket"]),
    s3("ListObjectVersions", &["s3:ListBucketVersions"]),
    s3("ListMultipartUploads", &["s3:ListBucketMultipartUploads"]),
    s3("ListBuckets", &["s3:ListAllMyBuckets"]),
    s3("GetBucketEncryption", &["s3:GetEncryptionConfiguration"]),
    s3("PutBucketEncryption", &["s3:PutEncryptionConfiguration"]),
    s3("DeleteBucketEncryption", &["s3:PutEncryptionConfiguration"]),
    s3("GetBucketLifecycle", &["s3:GetLifecycleConfiguration"]),
    s3("GetBucketLifecycleConfiguration", &["s3:GetLifecycleConfiguration"]),
    s3("PutBucketLifecycle", &["s3:PutLifecycleConfiguration"]),
    s3("PutBucketLifecycleConfiguration", &["s3:PutLifecycleConfiguration"]),
    s3("DeleteBucketLifecycle", &["s3:PutLifecycleConfiguration"]),
    s3("GetBucketReplication", &["s3:GetReplicationConfiguration"]),
    s3("PutBucketReplication", &["s3:PutReplicationConfiguration"]),
    s3("DeleteBucketReplication", &["s3:PutReplicationConfiguration"]),
    s3("DeleteBucketCors", &["s3:PutBucketCORS"]),
    s3("DeleteBucketTagging", &["s3:PutBucketTagging"]),
    s3("GetPublicAccessBlock", &["s3:GetBucketPublicAccessBlock"]),
    s3("PutPublicAccessBlock", &["s3:PutBucketPublicAccessBlock"]),
    s3("DeletePublicAccessBlock", &["s3:PutBucketPublicAccessBlock"]),
    s3("DeleteBucketPublicAccessBlock", &["s3:PutBucketPublicAccessBlock"]),
    s3("DeleteAccountPublicAccessBlock", &["s3:PutAccountPublicAccessBlock"]),
    s3("DeleteBucketOwnershipControls", &["s3:PutBucketOwnershipControls"]),
    s3("GetBucketAnalyticsConfiguration", &["s3:GetAnalyticsConfiguration"]),
    s3("ListBucketAnalyticsConfigurations", &["s3:GetAnalyticsConfiguration"]),
    s3("PutBucketAnalyticsConfiguration", &["s3:PutAnalyticsConfiguration"]),
    s3("DeleteBucketAnalyticsConfiguration", &["s3:PutAnalyticsConfiguration"]),
    s3("GetBucketIntelligentTieringConfiguration", &["s3:GetIntelligentTieringConfiguration"]),
    s3("ListBucketIntelligentTieringConfigurations", &["s3:GetIntelligentTieringConfiguration"]),
    s3("PutBucketIntelligentTieringConfiguration", &["s3:PutIntelligentTieringConfiguration"]),
    s3("DeleteBucketIntelligentTieringConfiguration", &["s3:PutIntelligentTieringConfiguration"]),
    s3("GetBucketInventoryConfiguration", &["s3:GetInventoryConfiguration"]),
    s3("ListBucketInventoryConfigurations", &["s3:GetInventoryConfiguration"]),
    s3("PutBucketInventoryConfiguration", &["s3:PutInventoryConfiguration"]),
    s3("DeleteBucketInventoryConfiguration", &["s3:PutInventoryConfiguration"]),
    s3("GetBucketMetricsConfiguration", &["s3:GetMetricsConfiguration"]),
    s3("ListBucketMetricsConfigurations", &["s3:GetMetricsConfiguration"]),
    s3("PutBucketMetricsConfiguration", &["s3:PutMetricsConfiguration"]),
    s3("DeleteBucketMetricsConfiguration", &["s3:PutMetricsConfiguration"]),
    s3("GetBucketAccelerateConfiguration", &["s3:GetAccelerateConfiguration"]),
    s3("PutBucketAccelerateConfiguration", &["s3:PutAccelerateConfiguration"]),
    s3("GetBucketNotificationConfiguration", &["s3:GetBucketNotification"]),
    s3("PutBucketNotificationConfiguration", &["s3:PutBucketNotification"]),
    s3("GetObjectLockConfiguration", &["s3:GetBucketObjectLockConfiguration"]),
    s3("PutObjectLockConfiguration", &["s3:PutBucketObjectLockConfiguration"]),
    row("lambda", "Invoke", &["lambda:InvokeFunction"], LAMBDA_API),
    row("lambda", "InvokeWithResponseStream", &["lambda:InvokeFunction"], LAMBDA_API),
    row(
        "lambda",
        "GetLayerVersionByArn",
        &["lambda:GetLayerVersion"],
        "https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersionByArn.html",
    ),
    row(
        "cloudfront",
        "CreateDistributionWithTags",
        &["cloudfront:CreateDistribution", "cloudfront:TagResource"],
        CLOUDFRONT_TAGS,
    ),
    row("kms", "ReEncrypt", &["kms:ReEncryptFrom", "kms:ReEncryptTo"], KMS),
    row("sqs", "SendMessageBatch", &["sqs:SendMessage"], SQS),
    row("sqs", "DeleteMessageBatch", &["sqs:DeleteMessage"], SQS),
    row("sqs", "ChangeMessageVisibilityBatch", &["sqs:ChangeMessageVisibility"], SQS),
    row("sns", "PublishBatch", &["sns:Publish"], SNS),
    row("bedrock", "Converse", &["bedrock:InvokeModel"], BEDROCK),
    row("bedrock", "ConverseStream", &["bedrock:InvokeModelWithResponseStream"], BEDROCK_STREAM),
    row("access-analyzer", "GetFindingV2", &["access-analyzer:GetFinding"], ANALYZER),
    row("access-analyzer", "ListFindingsV2", &["access-analyzer:ListFindings"], ANALYZER),
    row("apigateway", "ImportApi", &["apigateway:PUT"], API_GATEWAY_2),
    s3("GetObjectAttributes", &["s3:GetObject", "s3:GetObjectAttributes"]),
    row("budgets", "CreateBudget", &["budgets:ModifyBudget"], BUDGETS),
    row("budgets", "UpdateBudget", &["budgets:ModifyBudget"], BUDGETS),
    row("budgets", "DeleteBudget", &["budgets:ModifyBudget"], BUDGETS),
    row("budgets", "DescribeBudget", &["budgets:ViewBudget"], BUDGETS),
    row("budgets", "DescribeBudgets", &["budgets:ViewBudget"], BUDGETS),
];
