//! The permissions that parameters ask for; every row says how that is known.

/// A parameter with which a call takes more than its own action.
#[derive(Debug)]
pub struct Asked {
    /// The actions of the calls.
    pub of: &'static [&'static str],
    /// The one call of them, where it is not every call with that action.
    pub only: Option<&'static str>,
    /// The parameter; with `*` at its end, every parameter that begins so.
    pub parameter: &'static str,
    /// The value that asks for nothing.
    pub except: Option<&'static str>,
    /// What it takes.
    pub actions: &'static [&'static str],
    /// On what.
    pub on: On,
    /// Where that is documented.
    pub documented: &'static str,
}

/// What a permission that a parameter asks for is taken on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// What the call names.
    Own,
    /// Everything: the action works on no resource.
    Everything,
    /// The KMS key that the parameter names.
    Key,
    /// What the parameter names, where it is an ARN of that service.
    Arn(&'static str),
    /// The bucket that the parameter names.
    Bucket,
    /// Everything, where the parameter is an ARN of that service.
    Destination(&'static str),
}

/// Which action decides about the tags of what a call makes, where it is not the service's usual one.
#[derive(Debug)]
pub struct Tagging {
    /// The service.
    pub service: &'static str,
    /// The action that makes it; nothing for every action.
    pub action: Option<&'static str>,
    /// The action that tags; nothing where none is taken.
    pub takes: Option<&'static str>,
    /// Where that is documented.
    pub documented: &'static str,
}

/// What a record does not tell of what its call took.
#[derive(Debug)]
pub struct NotTold {
    /// The action of the call.
    pub action: &'static str,
    /// The one call of it, where it is not every call with that action.
    pub only: Option<&'static str>,
    /// The parameter that asks for it; nothing where every call may.
    pub parameter: Option<&'static str>,
    /// What the parameter's value begins with.
    pub starts: Option<&'static str>,
    /// A parameter and its value that rule it out.
    pub unless: Option<(&'static str, &'static str)>,
    /// What is not told.
    pub why: &'static str,
}

const S3_PUT: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html";
const S3_CREATE: &str = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html";
const S3_KMS: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html";
const S3_PARTS: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html";
const S3_LOCK: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html";
const EBS: &str =
    "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html";
const RDS: &str =
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.Keys.html";
const SECRETS: &str =
    "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html";
const SSM_KMS: &str =
    "https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html";
const FLOW_LOGS: &str =
    "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html";
const DELIVERY: &str =
    "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-vended-logs-permissions.html";

const fn asked(
    of: &'static [&'static str],
    parameter: &'static str,
    actions: &'static [&'static str],
    on: On,
    documented: &'static str,
) -> Asked {
    Asked { of, only: None, parameter, except: None, actions, on, documented }
}

const PUT: &[&str] = &["s3:PutObject"];
const MAKES_BUCKET: &[&str] = &["s3:CreateBucket"];
const MAKES_VOLUMES: &[&str] = &[
    "ec2:CopyImage",
    "ec2:CopySnapshot",
    "ec2:CreateVolume",
    "ec2:ImportSnapshot",
    "ec2:RunInstances",
];
const MAKES_DATABASE: &[&str] = &[
    "rds:CopyDBClusterSnapshot",
    "rds:CopyDBSnapshot",
    "rds:CreateDBCluster",
    "rds:CreateDBInstance",
    "rds:RestoreDBClusterFromSnapshot",
    "rds:RestoreDBInstanceFromDBSnapshot",
];
const SECRET: &[&str] = &["secretsmanager:CreateSecret", "secretsmanager:UpdateSecret"];
const DELIVERIES: &[&str] = &[
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:UpdateLogDelivery",
];
/// Calls that have a service's logs delivered. The parameter is the ARN that they go to.
const DELIVERS: &[&str] =
    &["route53resolver:CreateResolverQueryLogConfig", "wafv2:PutLoggingConfiguration"];
const FIREWALL: &[&str] = &["network-firewall:UpdateLoggingConfiguration"];
const FIREWALL_LOGS: &str =
    "https://docs.aws.amazon.com/network-firewall/latest/developerguide/firewall-logging.html";

/// Parameters with which calls take more than their own actions.
pub static BY_PARAMETER: &[Asked] = &[
    asked(PUT, "x-amz-acl", &["s3:PutObjectAcl"], On::Own, S3_PUT),
    asked(PUT, "x-amz-grant-*", &["s3:PutObjectAcl"], On::Own, S3_PUT),
    asked(PUT, "x-amz-tagging", &["s3:PutObjectTagging"], On::Own, S3_PUT),
    asked(PUT, "x-amz-object-lock-mode", &["s3:PutObjectRetention"], On::Own, S3_LOCK),
    asked(PUT, "x-amz-object-lock-legal-hold", &["s3:PutObjectLegalHold"], On::Own, S3_LOCK),
    asked(
        &["s3:DeleteObject", "s3:PutObjectRetention"],
        "x-amz-bypass-governance-retention",
        &["s3:BypassGovernanceRetention"],
        On::Own,
        S3_LOCK,
    ),
    asked(
        PUT,
        "x-amz-server-side-encryption-aws-kms-key-id",
        &["kms:GenerateDataKey"],
        On::Key,
        S3_KMS,
    ),
    Asked {
        of: PUT,
        only: Some("CreateMultipartUpload"),
        parameter: "x-amz-server-side-encryption-aws-kms-key-id",
        except: None,
        actions: &["kms:Decrypt"],
        on: On::Key,
        documented: S3_PARTS,
    },
    Asked {
        of: MAKES_BUCKET,
        only: None,
        parameter: "x-amz-acl",
        except: Some("private"),
        actions: &["s3:PutBucketAcl"],
        on: On::Own,
        documented: S3_CREATE,
    },
    asked(MAKES_BUCKET, "x-amz-grant-*", &["s3:PutBucketAcl"], On::Own, S3_CREATE),
    Asked {
        of: MAKES_BUCKET,
        only: None,
        parameter: "x-amz-bucket-object-lock-enabled",
        except: Some("false"),
        actions: &["s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"],
        on: On::Own,
        documented: S3_CREATE,
    },
    asked(
        MAKES_BUCKET,
        "x-amz-object-ownership",
        &["s3:PutBucketOwnershipControls"],
        On::Own,
        S3_CREATE,
    ),
    asked(
        MAKES_VOLUMES,
        "kmsKeyId",
        &[
            "kms:CreateGrant",
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ],
        On::Key,
        EBS,
    ),
    asked(MAKES_DATABASE, "kmsKeyId", &["kms:CreateGrant", "kms:DescribeKey"], On::Key, RDS),
    asked(SECRET, "kmsKeyId", &["kms:Decrypt", "kms:GenerateDataKey"], On::Key, SECRETS),
    asked(&["ssm:PutParameter"], "keyId", &["kms:Encrypt"], On::Key, SSM_KMS),
    Asked {
        of: &["ec2:CreateFlowLogs"],
        only: None,
        parameter: "logDestinationType",
        except: Some("cloud-watch-logs"),
        actions: &["logs:CreateLogDelivery", "logs:DeleteLogDelivery"],
        on: On::Everything,
        documented: FLOW_LOGS,
    },
    asked(DELIVERS, "*", DELIVERIES, On::Destination("s3"), DELIVERY),
    asked(DELIVERS, "*", DELIVERIES, On::Destination("logs"), DELIVERY),
    asked(DELIVERS, "*", DELIVERIES, On::Destination("firehose"), DELIVERY),
    asked(DELIVERS, "*", &["s3:GetBucketPolicy", "s3:PutBucketPolicy"], On::Arn("s3"), DELIVERY),
    asked(
        DELIVERS,
        "*",
        &["logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:PutResourcePolicy"],
        On::Destination("logs"),
        DELIVERY,
    ),
    asked(FIREWALL, "logDestinationType", DELIVERIES, On::Everything, FIREWALL_LOGS),
    asked(
        FIREWALL,
        "bucketName",
        &["s3:GetBucketPolicy", "s3:PutBucketPolicy"],
        On::Bucket,
        FIREWALL_LOGS,
    ),
    asked(
        FIREWALL,
        "logGroup",
        &["logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:PutResourcePolicy"],
        On::Everything,
        FIREWALL_LOGS,
    ),
];

const fn tagging(
    service: &'static str,
    action: Option<&'static str>,
    takes: &'static str,
    documented: &'static str,
) -> Tagging {
    Tagging { service, action, takes: Some(takes), documented }
}

const IAM: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html";
const STS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html";

/// The services whose tags at creation are decided by an action of another name.
pub static TAGGING: &[Tagging] = &[
    tagging("iam", Some("CreateInstanceProfile"), "TagInstanceProfile", IAM),
    tagging("iam", Some("CreateOpenIDConnectProvider"), "TagOpenIDConnectProvider", IAM),
    tagging("iam", Some("CreatePolicy"), "TagPolicy", IAM),
    tagging("iam", Some("CreateRole"), "TagRole", IAM),
    tagging("iam", Some("CreateSAMLProvider"), "TagSAMLProvider", IAM),
    tagging("iam", Some("CreateUser"), "TagUser", IAM),
    tagging("iam", Some("CreateVirtualMFADevice"), "TagMFADevice", IAM),
    tagging("iam", Some("UploadServerCertificate"), "TagServerCertificate", IAM),
    tagging("sts", None, "TagSession", STS),
    tagging(
        "sqs",
        None,
        "TagQueue",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html",
    ),
    tagging(
        "acm",
        None,
        "AddTagsToCertificate",
        "https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html",
    ),
    tagging(
        "acm-pca",
        None,
        "TagCertificateAuthority",
        "https://docs.aws.amazon.com/privateca/latest/APIReference/API_CreateCertificateAuthority.html",
    ),
    tagging(
        "autoscaling",
        None,
        "CreateOrUpdateTags",
        "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html",
    ),
    tagging(
        "firehose",
        None,
        "TagDeliveryStream",
        "https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html",
    ),
    tagging(
        "resource-groups",
        None,
        "Tag",
        "https://docs.aws.amazon.com/ARG/latest/APIReference/API_CreateGroup.html",
    ),
    tagging(
        "kinesis",
        Some("CreateStream"),
        "AddTagsToStream",
        "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html",
    ),
];

/// The actions that are taken in the place of others where a version of an object is named.
pub static VERSIONS: &[(&str, &str)] = &[
    ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    ("s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"),
    ("s3:GetObject", "s3:GetObjectVersion"),
    ("s3:GetObjectAcl", "s3:GetObjectVersionAcl"),
    ("s3:GetObjectAttributes", "s3:GetObjectVersionAttributes"),
    ("s3:GetObjectTagging", "s3:GetObjectVersionTagging"),
    ("s3:GetObjectTorrent", "s3:GetObjectVersionTorrent"),
    ("s3:PutObjectAcl", "s3:PutObjectVersionAcl"),
    ("s3:PutObjectTagging", "s3:PutObjectVersionTagging"),
];

const fn not_told(
    action: &'static str,
    parameter: Option<&'static str>,
    starts: Option<&'static str>,
    why: &'static str,
) -> NotTold {
    NotTold { action, only: None, parameter, starts, unless: None, why }
}

const PROFILE: &str =
    "it takes iam:PassRole on the role in the instance profile, which the record does not name";
const TEMPLATE: &str =
    "what its launch template asks for (tags, a role, a key of KMS) is not in the record";
const ALIAS: &str = "it takes permissions on a key of KMS, whose alias does not tell which it is";

/// What records do not tell of what their calls took.
pub static NOT_TOLD: &[NotTold] = &[
    not_told("ec2:RunInstances", Some("iamInstanceProfile"), None, PROFILE),
    not_told("ec2:AssociateIamInstanceProfile", None, None, PROFILE),
    not_told("ec2:ReplaceIamInstanceProfileAssociation", None, None, PROFILE),
    not_told("autoscaling:CreateLaunchConfiguration", Some("iamInstanceProfile"), None, PROFILE),
    not_told("ec2:RunInstances", Some("launchTemplate"), None, TEMPLATE),
    not_told("ec2:CreateFleet", Some("launchTemplateConfigs"), None, TEMPLATE),
    not_told("autoscaling:CreateAutoScalingGroup", Some("launchTemplate"), None, TEMPLATE),
    NotTold {
        only: Some("DeleteObjects"),
        ..not_told(
            "s3:DeleteObject",
            None,
            None,
            "whether versions were deleted, which takes s3:DeleteObjectVersion, is not in the record",
        )
    },
    NotTold {
        only: Some("CopyObject"),
        unless: Some(("x-amz-tagging-directive", "REPLACE")),
        ..not_told(
            "s3:PutObject",
            None,
            None,
            "whether the object has tags that are copied, which takes s3:GetObjectTagging and s3:PutObjectTagging, is \
             not in the record",
        )
    },
    not_told(
        "s3:PutObject",
        Some("x-amz-server-side-encryption-aws-kms-key-id"),
        Some("alias/"),
        ALIAS,
    ),
    not_told("ec2:CreateVolume", Some("kmsKeyId"), Some("alias/"), ALIAS),
    not_told("ec2:RunInstances", Some("kmsKeyId"), Some("alias/"), ALIAS),
    not_told("rds:CreateDBInstance", Some("kmsKeyId"), Some("alias/"), ALIAS),
    not_told("rds:CreateDBCluster", Some("kmsKeyId"), Some("alias/"), ALIAS),
    not_told("secretsmanager:CreateSecret", Some("kmsKeyId"), Some("alias/"), ALIAS),
    not_told("ssm:PutParameter", Some("keyId"), Some("alias/"), ALIAS),
    not_told(
        "apigateway:POST",
        Some("tags"),
        None,
        "it takes apigateway:PUT or POST on /tags/ and the ARN of what it makes, which the record does not name",
    ),
];
