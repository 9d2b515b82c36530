"""From an API operation to the IAM action that allows it, where their names differ."""

# Signing names that differ from IAM's service prefix.
PREFIXES = {"monitoring": "cloudwatch", "events": "events", "email": "ses", "es": "es"}

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html: each page names its permission.
S3 = {
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteObjects": "DeleteObject",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketAnalyticsConfiguration": "GetAnalyticsConfiguration",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketIntelligentTieringConfiguration": "GetIntelligentTieringConfiguration",
    "GetBucketInventoryConfiguration": "GetInventoryConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketMetricsConfiguration": "GetMetricsConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "UploadPart": "PutObject",
}
S3_CONTROL = {
    "DeletePublicAccessBlock": "PutAccountPublicAccessBlock",
    "GetPublicAccessBlock": "GetAccountPublicAccessBlock",
    "PutPublicAccessBlock": "PutAccountPublicAccessBlock",
}
OTHERS = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "sns:PublishBatch": "sns:Publish",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:SendMessageBatch": "sqs:SendMessage",
}
# A DynamoDB transaction has no action of its own: it needs those of its parts.
PARTS = {
    "ConditionCheck": "ConditionCheckItem",
    "Delete": "DeleteItem",
    "Get": "GetItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
}


def actions(call) -> list:
    """The IAM actions that `call` needs: one, or those of a transaction's parts."""
    if call.service == "dynamodb" and call.operation in ("TransactWriteItems", "TransactGetItems"):
        parts = call.params.get("TransactItems", [])
        return sorted({f"dynamodb:{PARTS.get(next(iter(part), ''), 'Unknown')}" for part in parts})
    return [action(call)]


def action(call) -> str:
    """The IAM action named after `call`, for example `s3:GetEncryptionConfiguration`."""
    table = {"s3": S3, "s3control": S3_CONTROL}.get(call.api, {})
    full = f"{PREFIXES.get(call.service, call.service)}:{table.get(call.operation, call.operation)}"
    return OTHERS.get(full, full)


def resource(call) -> str:
    """The ARN the action is checked on, where the stand-in can tell, else nothing."""
    if call.operation == "AssumeRole":
        return call.params.get("RoleArn", "")
    if call.api == "s3" and call.params.get("Bucket"):
        key = call.params.get("Key")
        return f"arn:aws:s3:::{call.params['Bucket']}" + (f"/{key}" if key else "")
    return ""
