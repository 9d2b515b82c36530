"""Event sources: what is written to the table's stream or sent to a queue reaches its function as Lambda delivers it.

Filters, batch sizes, partial batch failures and the number of attempts are the template's. A batch that fails to the
end is told in `failures`; bisecting it and sending it to a destination are not done here.
"""

import json
import threading
import time

from moto.dynamodb.models import dynamodb_backends
from moto.events.models import EventPattern
from moto.sqs.models import sqs_backends

import dynamo
import seed

PAUSE = 0.02


def connect(stand_in, source: dict):
    """Starts to deliver from one source, for as long as the stand-in runs."""
    deliver = {"DynamoDB": _stream, "SQS": _queue}[source["type"]]
    threading.Thread(target=deliver, args=(stand_in, source), daemon=True).start()


def _stream(stand_in, source):
    """The one shard of a table's stream: in order, and a failed batch again from its lowest failure."""
    _, _, _, region, account, rest = source["arn"].split(":", 5)
    table = dynamodb_backends[account][region].tables[rest.split("/")[1]]
    shard, read = table.stream_shard, 0
    while True:
        with dynamo.LOCK:
            raw = [json.loads(json.dumps(one.to_json(), default=_epoch)) for one in shard.items[read : read + source["batch"]]]
        read += len(raw)
        records = [one | {"eventSourceARN": source["arn"], "awsRegion": region} for one in raw]
        records = [one for one in records if _wanted(source, one)]
        attempts = 0
        while records:
            failed = _invoke(stand_in, source, records)
            start = next((at for at, one in enumerate(records) if one["dynamodb"]["SequenceNumber"] in failed), len(records))
            records = records[start:]
            attempts += 1
            if records and attempts > source["retries"]:
                stand_in.failures[source["account"]].append(f"gave up on {len(records)} records of {source['arn']}")
                break
            time.sleep(PAUSE if not records else 10 * PAUSE)
        if not raw:
            time.sleep(PAUSE)


def _queue(stand_in, source):
    """A queue: what was handled is deleted, the rest comes again when it becomes visible."""
    _, _, _, region, account, name = source["arn"].split(":")
    sqs = seed.Account(stand_in.endpoint, account).client("sqs", region)
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    waiting = sqs_backends[account][region].queues[name]
    while True:
        if not waiting.messages:
            time.sleep(PAUSE)
            continue
        taken = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=min(source["batch"], 10), AttributeNames=["All"])
        messages = taken.get("Messages", [])
        if not messages:
            continue
        failed = _invoke(stand_in, source, [_message(source["arn"], region, one) for one in messages], "messageId")
        for one in messages:
            if one["MessageId"] in failed:
                sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"], VisibilityTimeout=1)
            else:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])


def _invoke(stand_in, source, records, name="SequenceNumber") -> set:
    """Gives a batch to the function and answers the names of the records that failed."""
    everything = {one["dynamodb"][name] if "dynamodb" in one else one[name] for one in records}
    try:
        answer = stand_in.runtime.invoke(source["function"], {"Records": records})
    except Exception as failure:  # the function failed as a whole
        stand_in.failures[source["account"]].append(str(failure))
        return everything
    if not source["partial"] or not isinstance(answer, dict):
        return set()
    return {one["itemIdentifier"] for one in answer.get("batchItemFailures", [])}


def _wanted(source, record) -> bool:
    return not source["patterns"] or any(EventPattern(None, one).matches_event(record) for one in source["patterns"])


def _message(arn, region, one):
    return {
        "messageId": one["MessageId"],
        "receiptHandle": one["ReceiptHandle"],
        "body": one["Body"],
        "attributes": one.get("Attributes", {}),
        "messageAttributes": {},
        "md5OfBody": one["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": region,
    }


def _epoch(moment):
    return moment.timestamp()
