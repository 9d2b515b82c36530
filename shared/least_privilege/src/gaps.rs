//! What CloudTrail does not record unless it is told to.

/// Calls of a service that are data events.
#[derive(Debug)]
pub struct DataEvents {
    /// What `eventSource` has.
    pub source: &'static str,
    /// The service's prefix of actions.
    pub prefix: &'static str,
    /// Which calls, in words.
    pub calls: &'static str,
}

const fn row(source: &'static str, prefix: &'static str, calls: &'static str) -> DataEvents {
    DataEvents { source, prefix, calls }
}

/// The services whose everyday calls are data events: a trail has them only where it selects them,
/// and the event history has none.
///
/// Source: CloudTrail User Guide, *Logging data events*, the table of data events; of it the services
/// that a policy is likely to name.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html>
pub static DATA_EVENTS: &[DataEvents] = &[
    row("s3.amazonaws.com", "s3", "objects (GetObject, PutObject, DeleteObject, ListObjects)"),
    row("lambda.amazonaws.com", "lambda", "Invoke"),
    row("dynamodb.amazonaws.com", "dynamodb", "items (GetItem, PutItem, Query, Scan)"),
    row("sqs.amazonaws.com", "sqs", "messages (SendMessage, ReceiveMessage, DeleteMessage)"),
    row("sns.amazonaws.com", "sns", "Publish, PublishBatch"),
    row("kinesis.amazonaws.com", "kinesis", "records of streams"),
    row("bedrock.amazonaws.com", "bedrock", "agents, flows and knowledge bases"),
    row("monitoring.amazonaws.com", "cloudwatch", "metrics (GetMetricData, PutMetricData)"),
    row("appconfig.amazonaws.com", "appconfig", "configuration (GetLatestConfiguration)"),
    row("cassandra.amazonaws.com", "cassandra", "rows of Amazon Keyspaces"),
    row("cognito-identity.amazonaws.com", "cognito-identity", "identity pools"),
    row("rdsdata.amazonaws.com", "rds-data", "statements of the RDS Data API"),
    row("s3express.amazonaws.com", "s3express", "objects of directory buckets"),
    row("sagemaker.amazonaws.com", "sagemaker", "endpoints and feature stores"),
    row("states.amazonaws.com", "states", "activities of Step Functions"),
    row("swf.amazonaws.com", "swf", "domains of SWF"),
    row("timestream.amazonaws.com", "timestream", "tables and queries"),
    row("verifiedpermissions.amazonaws.com", "verifiedpermissions", "IsAuthorized"),
    row("xray.amazonaws.com", "xray", "traces"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use policy::facts::Facts;

    #[test]
    fn every_service_is_one_of_iam() {
        let facts = Facts::bundled().unwrap();
        for row in DATA_EVENTS {
            assert!(facts.service(row.prefix).is_some(), "{}", row.prefix);
            assert!(row.source.ends_with(".amazonaws.com"), "{}", row.source);
        }
    }
}
