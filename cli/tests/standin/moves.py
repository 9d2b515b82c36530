"""Dead letters sent back: SQS's message move tasks.

A task takes messages out of a dead-letter queue and sends each to the queue it came from, or all to one queue. Each becomes a new message,
with another id and no receives. One that was sent straight to the dead-letter queue has come from nowhere, and ends the task. Messages
that some receiver holds back are moved once they are visible again.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/troubleshooting-dlq-redrive.html
"""

import threading
import time
import uuid
from collections import defaultdict

from moto.sqs.models import sqs_backends

import queues
from values import Refused

TASKS = defaultdict(list)
# How many tasks AWS tells of a queue.
TOLD = 10


def start(given: dict) -> dict:
    """Begins to empty a dead-letter queue."""
    source = _queue(given["SourceArn"])
    destination = _queue(given["DestinationArn"]) if given.get("DestinationArn") else None
    if not _is_dead_letter_queue(source):
        raise Refused("InvalidParameterValue", "Source queue must be configured as a Dead Letter Queue.")
    with queues.CHANGED:
        if any(one["Status"] == "RUNNING" for one in TASKS[source.queue_arn]):
            raise Refused("InvalidParameterValue", "There is already a task running. Only one active task is allowed for a source queue arn at a given time.")
        task = {
            "TaskHandle": str(uuid.uuid4()),
            "Status": "RUNNING",
            "SourceArn": source.queue_arn,
            "ApproximateNumberOfMessagesMoved": 0,
            "ApproximateNumberOfMessagesToMove": len(source._messages),
            "StartedTimestamp": int(time.time() * 1000),
        }
        if destination is not None:
            task["DestinationArn"] = destination.queue_arn
        TASKS[source.queue_arn].append(task)
    threading.Thread(target=_move, args=(task, source, destination), daemon=True).start()
    return {"TaskHandle": task["TaskHandle"]}


def listed(given: dict) -> dict:
    """What became of the tasks of a queue, the newest first."""
    most = given.get("MaxResults", 1)
    if not 1 <= most <= TOLD:
        raise Refused("InvalidParameterValue", f"Value {most} for parameter MaxResults is invalid. Reason: Must be between 1 and {TOLD}, if provided.")
    tasks = TASKS[_queue(given["SourceArn"]).queue_arn][::-1][:most]
    # Only a running task can be named, to be cancelled.
    return {"Results": [{name: value for name, value in one.items() if name != "TaskHandle" or one["Status"] == "RUNNING"} for one in tasks]}


def _queue(arn: str):
    try:
        return queues.find(arn)
    except (IndexError, Refused):
        raise Refused("ResourceNotFoundException", "The resource that you specified for the SourceArn parameter doesn't exist.") from None


def _is_dead_letter_queue(queue) -> bool:
    others = sqs_backends[queue.account_id][queue.region].queues.values()
    return any(one.dead_letter_queue is queue for one in list(others))


def _move(task: dict, source, destination):
    for message in list(source._messages):
        with queues.CHANGED:
            while message in source._messages and message.visible_at > time.time() * 1000:
                queues.CHANGED.wait(0.1)
            if message not in source._messages:
                continue  # its receiver has deleted it
            came_from = getattr(message, "came_from", None)
            if destination is None and came_from is None:
                task |= {"Status": "FAILED", "FailureReason": "CouldNotDetermineMessageSource"}
                return
            source._messages.remove(message)
            queues.send(destination or came_from, message.body, message.message_attributes)
            task["ApproximateNumberOfMessagesMoved"] += 1
    task["Status"] = "COMPLETED"


OPERATIONS = {"ListMessageMoveTasks": listed, "StartMessageMoveTask": start}
