"""SQS's messages, answered here and not by moto, whose queues hold them.

What moto 5.2.5 does differently: it needs 7 ms for a message, knows one speed of time, and answers a receipt handle's owner by
searching all. Queues are made and described by moto; the query protocol is moto's too.
"""

import copy
import hashlib
import json
import re
import threading
import time
import uuid

from moto.sqs.models import Message, Queue, sqs_backends

import chaos
import clock
import moves
from values import Refused

CHANGED = threading.Condition(threading.RLock())
LARGEST = 1024 * 1024
CODES = {
    "QueueDoesNotExist": "AWS.SimpleQueueService.NonExistentQueue",
    "TooManyEntriesInBatchRequest": "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
    "EmptyBatchRequest": "AWS.SimpleQueueService.EmptyBatchRequest",
    "BatchEntryIdsNotDistinct": "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
    "BatchRequestTooLong": "AWS.SimpleQueueService.BatchRequestTooLong",
}
ALLOWED = re.compile("[\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")


def install():
    """Wakes receivers when moto itself puts a message into a queue, as a topic's subscription does."""
    add = Queue.add_message

    def add_message(self, message):
        with CHANGED:
            add(self, message)
            CHANGED.notify_all()

    Queue.add_message = add_message


def find(url: str) -> Queue:
    """A queue by its URL or ARN."""
    account, name = (url.split(":")[4], url.split(":")[5]) if url.startswith("arn:") else url.rstrip("/").rsplit("/", 2)[-2:]
    region = url.split(":")[3] if url.startswith("arn:") else None
    for place, backend in list(sqs_backends[account].items()):
        if region in (None, place) and name in backend.queues:
            return backend.queues[name]
    raise Refused("QueueDoesNotExist", "The specified queue does not exist.")


def send(queue: Queue, body: str, attributes=None, delay=None) -> Message:
    """Puts a message into a queue."""
    if not body:
        raise Refused("MissingParameter", "The request must contain the parameter MessageBody.")
    if len(body.encode()) > LARGEST:
        raise Refused("InvalidParameterValue", f"One or more parameters are invalid. Reason: Message must be shorter than {LARGEST} bytes.")
    if not ALLOWED.fullmatch(body):
        raise Refused("InvalidMessageContents", "The message contains characters outside the allowed set.")
    if delay is not None and not 0 <= int(delay) <= 900:
        raise Refused("InvalidParameterValue", f"Value {delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.")
    message = Message(str(uuid.uuid4()), body)
    message.message_attributes = attributes or {}
    message.mark_sent()
    seconds = clock.wait(queue.account_id, queue.delay_seconds if delay is None else int(delay))
    _hold(message, seconds + chaos.delay(queue.account_id, f"delay {queue.name}"))
    queue.add_message(message)
    return message


def _hold(message: Message, seconds: float):
    message.delayed_until = (time.time() + seconds) * 1000 if seconds else 0.0


def again(queue: Queue, message: Message, seconds: float):
    """Puts the same message into its queue once more, as if this receive had not been: standard queues deliver at least once."""
    twin = copy.copy(message)
    twin.approximate_receive_count -= 1
    twin.receipt_handle, twin._old_receipt_handles = None, []
    twin.visible_at = 0.0
    _hold(twin, seconds)
    queue.add_message(twin)


def receive(queue: Queue, most: int, visibility=None, wait: float = 0) -> list:
    """Takes up to so many visible messages, each held back from others for a while."""
    until = time.monotonic() + wait
    seconds = clock.wait(queue.account_id, queue.visibility_timeout if visibility is None else visibility)
    with CHANGED:
        while not (taken := _take(queue, most, seconds)) and (left := until - time.monotonic()) > 0:
            CHANGED.wait(min(left, 0.1))
    return taken


def _take(queue, most, seconds) -> list:
    now, taken = time.time() * 1000, []
    visible = [one for one in queue._messages if one.visible_at <= now and one.delayed_until <= now]
    if chaos.SET[queue.account_id]["reorder"]:
        chaos.dice(queue.account_id, f"order {queue.name}").shuffle(visible)
    for message in visible:
        queue.pending_messages.discard(message)
        allowed = int((queue.redrive_policy or {}).get("maxReceiveCount", 0))
        if queue.dead_letter_queue is not None and allowed and message.approximate_receive_count >= allowed:
            queue._messages.remove(message)
            message.came_from = queue
            queue.dead_letter_queue.add_message(message)
            continue
        message.mark_received()
        message.visible_at = now + seconds * 1000
        queue.pending_messages.add(message)
        taken.append(message)
        if len(taken) == most:
            break
    return taken


def delete(queue: Queue, handle: str):
    """Deletes the message that was received with a handle, if it is still there."""
    with CHANGED:
        for message in queue._messages:
            if message.had_receipt_handle(handle):
                queue._messages.remove(message)
                queue.pending_messages.discard(message)
                return
    if not re.fullmatch(r"[\w+/=-]{40,}", handle):
        raise Refused("ReceiptHandleIsInvalid", f'The input receipt handle "{handle}" is not a valid receipt handle.')


def change_visibility(queue: Queue, handle: str, seconds):
    """Lets a message that is held back come earlier or later."""
    if not 0 <= int(seconds) <= 43200:
        raise Refused("InvalidParameterValue", f"Value {seconds} for parameter VisibilityTimeout is invalid. Reason: Must be between 0 and 43200.")
    with CHANGED:
        message = next((one for one in queue._messages if one.had_receipt_handle(handle)), None)
        if message is None:
            raise Refused("ReceiptHandleIsInvalid", f'The input receipt handle "{handle}" is not a valid receipt handle.')
        message.visible_at = (time.time() + clock.wait(queue.account_id, seconds)) * 1000
        CHANGED.notify_all()


def system_attributes(message: Message) -> dict:
    """What SQS tells of a message."""
    came_from = getattr(message, "came_from", None)
    return {
        "ApproximateReceiveCount": str(message.approximate_receive_count),
        "SentTimestamp": str(message.sent_timestamp),
        "SenderId": message.sender_id,
        "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
        **({"DeadLetterQueueSourceArn": came_from.queue_arn} if came_from else {}),
    }


def answer(call):
    """The answer to a call about messages, or nothing when it is moto's to answer."""
    operation = OPERATIONS.get(call.operation)
    if call.protocol != "json" or (operation is None and call.operation not in moves.OPERATIONS):
        return None
    try:
        if operation is None:
            return _json(200, moves.OPERATIONS[call.operation](call.params))
        with CHANGED:
            queue = find(call.params["QueueUrl"])
        if queue.fifo_queue:
            return None
        return _json(200, operation(queue, call.params))
    except Refused as refused:
        code = f"{CODES.get(refused.code, refused.code)};Sender"
        return _json(400, {"__type": f"com.amazonaws.sqs#{refused.code}", "message": refused.message}, ("x-amzn-query-error", code))


def _json(status: int, body: dict, *headers):
    return status, [("Content-Type", "application/x-amz-json-1.0"), *headers], json.dumps(body).encode()


def _send(queue, given) -> dict:
    message = send(queue, given.get("MessageBody", ""), given.get("MessageAttributes"), given.get("DelaySeconds"))
    told = {"MessageId": message.id, "MD5OfMessageBody": _md5(message)}
    return told | ({"MD5OfMessageAttributes": message.attribute_md5} if message.message_attributes else {})


def _md5(message) -> str:
    return hashlib.md5(message.body.encode()).hexdigest()


def _receive(queue, given) -> dict:
    most = given.get("MaxNumberOfMessages", 1)
    if not 1 <= most <= 10:
        raise Refused("InvalidParameterValue", f"Value {most} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.")
    wait = given.get("WaitTimeSeconds", queue.receive_message_wait_time_seconds or 0)
    wanted = given.get("AttributeNames", []) + given.get("MessageSystemAttributeNames", [])
    names = given.get("MessageAttributeNames", [])
    found = []
    for one in receive(queue, most, given.get("VisibilityTimeout"), float(wait)):
        told = {"MessageId": one.id, "ReceiptHandle": one.receipt_handle, "MD5OfBody": _md5(one), "Body": one.body}
        system = system_attributes(one)
        if chosen := {name: value for name, value in system.items() if name in wanted or "All" in wanted}:
            told["Attributes"] = chosen
        if chosen := {name: value for name, value in one.message_attributes.items() if name in names or {"All", ".*"} & set(names)}:
            told["MessageAttributes"] = chosen
        found.append(told)
    return {"Messages": found} if found else {}


def _delete(queue, given) -> dict:
    delete(queue, given["ReceiptHandle"])
    return {}


def _change(queue, given) -> dict:
    change_visibility(queue, given["ReceiptHandle"], given["VisibilityTimeout"])
    return {}


def _batch(one):
    """Up to ten entries, each of which may fail alone."""

    def batch(queue, given):
        entries = given.get("Entries") or []
        ids = [entry.get("Id", "") for entry in entries]
        if not entries:
            raise Refused("EmptyBatchRequest", "There should be at least one entry in the request.")
        if len(entries) > 10:
            raise Refused("TooManyEntriesInBatchRequest", f"Maximum number of entries per request are 10. You have sent {len(entries)}.")
        if len(set(ids)) != len(ids):
            raise Refused("BatchEntryIdsNotDistinct", f"Id {next(name for name in ids if ids.count(name) > 1)} repeated.")
        if not all(re.fullmatch(r"[\w-]{1,80}", name, re.ASCII) for name in ids):
            raise Refused("InvalidBatchEntryId", "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.")
        if sum(len(entry.get("MessageBody", "").encode()) for entry in entries) > LARGEST:
            raise Refused("BatchRequestTooLong", f"Batch requests cannot be longer than {LARGEST} bytes.")
        done, failed = [], []
        for entry in entries:
            try:
                done.append({"Id": entry["Id"]} | one(queue, entry))
            except Refused as refused:
                failed.append({"Id": entry["Id"], "SenderFault": True, "Code": refused.code, "Message": refused.message})
        return {"Successful": done, "Failed": failed}

    return batch


OPERATIONS = {
    "ChangeMessageVisibility": _change,
    "ChangeMessageVisibilityBatch": _batch(_change),
    "DeleteMessage": _delete,
    "DeleteMessageBatch": _batch(_delete),
    "ReceiveMessage": _receive,
    "SendMessage": _send,
    "SendMessageBatch": _batch(_send),
}
