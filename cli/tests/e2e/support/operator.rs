//! What an operator does by hand: the calls of the `aws` commands in `docs/deploy.md`.

use serde_json::{Value, json};

use super::{Functions, StandIn};

/// The operator of a deployment, as the root user of its account.
pub(crate) struct Operator<'a> {
    account: &'a str,
    functions: &'a Functions,
}

impl<'a> Operator<'a> {
    pub(crate) fn of(account: &'a str, functions: &'a Functions) -> Self {
        Self { account, functions }
    }

    /// Makes calls of some operations fail with an error of AWS.
    pub(crate) fn refuse(&self, operations: &[&str], code: &str) {
        let rule = json!({
            "account": self.account, "operations": operations, "status": 403, "code": code,
        });
        StandIn::shared().post("fail", &rule);
    }

    /// Ends what `refuse` began.
    pub(crate) fn mend(&self) {
        StandIn::shared().post("reset", &json!({"account": self.account}));
    }

    /// `aws dynamodb put-item`.
    pub(crate) fn put(&self, item: &Value) {
        let body = json!({"TableName": self.functions.table(), "Item": item});
        self.call("dynamodb", "DynamoDB_20120810.PutItem", &body);
    }

    /// `aws sqs send-message`.
    pub(crate) fn send(&self, queue: &str, message: &str) {
        let body = json!({"QueueUrl": self.functions.queue(queue), "MessageBody": message});
        self.call("sqs", "AmazonSQS.SendMessage", &body);
    }

    /// `aws sqs receive-message`, ten at most, which others may receive at once too.
    pub(crate) fn look(&self, queue: &str) -> Vec<Value> {
        let body = json!({
            "QueueUrl": self.functions.queue(queue), "MaxNumberOfMessages": 10,
            "VisibilityTimeout": 0, "MessageSystemAttributeNames": ["All"],
        });
        let answer = self.call("sqs", "AmazonSQS.ReceiveMessage", &body);
        answer["Messages"].as_array().cloned().unwrap_or_default()
    }

    /// `aws sqs start-message-move-task`, with the queue's ARN by `aws sqs get-queue-attributes`.
    pub(crate) fn send_back(&self, queue: &str) {
        let url = self.functions.queue(queue);
        let body = json!({"QueueUrl": url, "AttributeNames": ["QueueArn"]});
        let told = self.call("sqs", "AmazonSQS.GetQueueAttributes", &body);
        let body = json!({"SourceArn": told["Attributes"]["QueueArn"]});
        let answer = self.call("sqs", "AmazonSQS.StartMessageMoveTask", &body);
        assert!(answer["TaskHandle"].is_string(), "{answer}");
    }

    /// `aws lambda invoke`: the error that the function ended with, if it did, and what it answered.
    pub(crate) fn invoke(&self, function: &str, payload: &Value) -> (Option<String>, Value) {
        let url =
            format!("{}/2015-03-31/functions/{function}/invocations", StandIn::shared().endpoint);
        let request = ureq::post(url).header("Authorization", self.signed("lambda"));
        let mut answer = request.send_json(payload).expect("the stand-in answers");
        let failed = answer.headers().get("X-Amz-Function-Error");
        let failed = failed.map(|how| how.to_str().expect("text").to_owned());
        (failed, answer.body_mut().read_json().expect("JSON"))
    }

    fn call(&self, service: &str, target: &str, body: &Value) -> Value {
        let request = ureq::post(&StandIn::shared().endpoint)
            .header("Authorization", self.signed(service))
            .header("X-Amz-Target", target)
            .content_type("application/x-amz-json-1.0");
        let mut answer = request.send(body.to_string()).expect("the stand-in answers");
        answer.body_mut().read_json().expect("JSON")
    }

    /// The stand-in looks at whose key it is, not at the signature.
    fn signed(&self, service: &str) -> String {
        let scope = format!("AKIAROOT{}/20260101/us-east-1/{service}/aws4_request", self.account);
        format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0")
    }
}
