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


def needs(call) -> list:
    """The IAM actions that `call` needs, each with the ARN it is checked on, where the stand-in can tell, else nothing."""
    if call.service == "dynamodb":
        return _of_tables(call)
    return [(action(call), resource(call))]


def _of_tables(call) -> list:
    """DynamoDB's actions on their tables: a batch or a transaction may need several."""
    if call.operation in ("TransactWriteItems", "TransactGetItems"):
        parts = [next(iter(part.items()), ("", {})) for part in call.params.get("TransactItems") or [{}]]
        return sorted({(f"dynamodb:{PARTS.get(kind, 'Unknown')}", _table(call, part.get("TableName"))) for kind, part in parts})
    if call.operation in ("BatchGetItem", "BatchWriteItem"):
        return [(action(call), _table(call, name)) for name in call.params.get("RequestItems") or [""]]
    if "StreamArn" in call.params or "ShardIterator" in call.params:
        return [(action(call), (call.params.get("StreamArn") or call.params["ShardIterator"]).split("|")[0])]
    index = call.params.get("IndexName")
    return [(action(call), _table(call, call.params.get("TableName")) + (f"/index/{index}" if index else ""))]


def _table(call, name) -> str:
    if not isinstance(name, str) or name.startswith("arn:"):
        return name or ""
    return f"arn:aws:dynamodb:{call.region}:{call.account}:table/{name}"


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
    if call.service == "sqs" and call.params.get("QueueUrl"):
        account, name = call.params["QueueUrl"].rsplit("/", 2)[-2:]
        return f"arn:aws:sqs:{call.region}:{account}:{name}"
    if call.service == "sqs" and call.params.get("SourceArn"):
        return call.params["SourceArn"]
    if call.service == "sns":
        return call.params.get("TopicArn") or call.params.get("TargetArn") or ""
    if call.service == "lambda" and (name := call.params.get("FunctionName")):
        return name if name.startswith("arn:") else f"arn:aws:lambda:{call.region}:{call.account}:function:{name}"
    if call.service == "scheduler" and (name := call.params.get("Name")):
        return f"arn:aws:scheduler:{call.region}:{call.account}:schedule/{call.params.get('groupName', 'default')}/{name}"
    return ""
