"""Where events go that a function could not take in: an SQS queue, in the documents that AWS describes.

The role that sends has to be allowed to: Lambda sends as the function, EventBridge Scheduler as the schedule's role.
https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
"""

import datetime
import json
import uuid

import identity
import queues


def now() -> str:
    """The time as Lambda writes it."""
    return moment(datetime.datetime.now(datetime.timezone.utc).timestamp())


def moment(seconds: float) -> str:
    """A time as Lambda writes it."""
    at = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def allowed(role_arn: str, action: str, resource: str) -> bool:
    """Whether a role's own policies allow an action."""
    role = identity.role(role_arn)
    return role is not None and not identity.Principal("", role_arn, "", identity=role).refusal(action, resource)


def send(stand_in, mapping: dict, body: dict):
    """Sends a document to the mapping's destination; where the function's role may not, the event is lost and that is told."""
    arn = mapping.get("on_failure")
    stand_in.runtime.failures[mapping["account"]].append(f"{mapping['function']} gave up: {json.dumps(body['requestContext'])}")
    if not arn:
        return
    if not allowed(mapping["role"], "sqs:SendMessage", arn):
        stand_in.runtime.failures[mapping["account"]].append(f"{mapping['role']} may not send to {arn}")
        return
    queues.send(queues.find(arn), json.dumps(body))


def request(mapping: dict, condition: str, invoked: int) -> dict:
    """The part that all documents share."""
    function = f"arn:aws:lambda:{mapping['region']}:{mapping['account']}:function:{mapping['function']}"
    asked = {"requestId": str(uuid.uuid4()), "functionArn": function, "condition": condition, "approximateInvokeCount": invoked}
    return {"version": "1.0", "timestamp": now(), "requestContext": asked}


ANSWER = {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
