"""Asynchronous invocations and EventBridge Scheduler, which makes them.

Lambda takes an event at once and tries a function that fails again: after one minute, then after two. What it gives up goes to the
function's destination, with the event in `requestPayload`. A schedule's own retries and dead-letter queue are for an event that
Lambda would not take.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
"""

import datetime
import json
import threading
import time
import uuid

import chaos
import clock
import destinations
import queues
from runtime import Busy, Failed
from wire import Call

# Seconds before the second attempt and before each after it.
PAUSES = (60, 120)
DAY = 86400


def invoke(stand_in, function: dict, event):
    """Takes an event for a function; what becomes of it is decided later."""
    times = 2 if chaos.strikes(function["account"], "async_duplicate", f"async {function['function']}") else 1
    for _ in range(times):
        threading.Thread(target=_attempts, args=(stand_in, function, event), daemon=True).start()


def _attempts(stand_in, function, event):
    account, began, tried = function["account"], time.monotonic(), 0
    time.sleep(chaos.delay(account, f"async {function['function']}"))
    while True:
        left = began + clock.wait(account, function["age"]) - time.monotonic()
        if left <= 0:
            return _give_up(stand_in, function, event, "EventAgeExceeded", tried, None)
        tried += 1
        try:
            stand_in.runtime.invoke(account, function["function"], event, left)
            return None
        except Busy:
            return _give_up(stand_in, function, event, "EventAgeExceeded", tried - 1, None)
        except Failed as failed:
            stand_in.runtime.failures[account].append(f"{function['function']}, asynchronously: {failed}")
            if tried > function["retries"]:
                return _give_up(stand_in, function, event, "RetriesExhausted", tried, failed.told)
        time.sleep(clock.wait(account, PAUSES[min(tried, len(PAUSES)) - 1]))


def _give_up(stand_in, function, event, condition, tried, error):
    body = destinations.request(function, condition, tried) | {"requestPayload": event}
    if error is not None:
        body |= {"responseContext": destinations.ANSWER, "responsePayload": error}
    destinations.send(stand_in, function, body)


def fire(stand_in, schedule: dict, at: str | None = None) -> dict:
    """Lets a schedule's time come; answers the event that it sends."""
    at = at or datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    execution = str(uuid.uuid4())
    said = {"scheduled-time": at, "schedule-arn": schedule["arn"], "execution-id": execution, "attempt-number": "1"}
    text = schedule["input"]
    if text is None:
        text = json.dumps(
            {
                "version": "0",
                "id": execution,
                "detail-type": "Scheduled Event",
                "source": "aws.scheduler",
                "account": schedule["account"],
                "time": at,
                "region": schedule["region"],
                "resources": [schedule["arn"]],
                "detail": "{}",
            }
        )
    for name, value in said.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    event = json.loads(text)
    threading.Thread(target=_schedule, args=(stand_in, schedule, text, event, at, execution), daemon=True).start()
    return event


def _schedule(stand_in, schedule, text, event, at, execution):
    """Hands the event to Lambda, as the schedule's role; a refusal is tried again."""
    account, began, tried = schedule["account"], time.monotonic(), 0
    while refused := _refused(stand_in, schedule):
        late = time.monotonic() - began > clock.wait(account, schedule["age"])
        if tried >= schedule["retries"] or late:
            break
        tried += 1
        time.sleep(clock.wait(account, min(2**tried, 300)))
    if not refused:
        return invoke(stand_in, schedule["target"], event)
    said = f"schedule {schedule['name']}: {refused}"
    stand_in.runtime.failures[account].append(said)
    if not schedule["dead_letters"] or not destinations.allowed(schedule["role"], "sqs:SendMessage", schedule["dead_letters"]):
        return None
    told = {
        "ERROR_CODE": refused.split(":")[0],
        "ERROR_MESSAGE": refused,
        "EXECUTION_ID": execution,
        "EXHAUSTED_RETRY_CONDITION": "MaximumEventAgeInSeconds" if late else "MaximumRetryAttempts",
        "IS_PAYLOAD_TRUNCATED": "false",
        "RETRY_ATTEMPTS": str(tried),
        "SCHEDULED_TIME": at,
        "SCHEDULE_ARN": schedule["arn"],
        "TARGET_ARN": schedule["target_arn"],
    }
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in told.items()}
    queues.send(queues.find(schedule["dead_letters"]), text, attributes)


def _refused(stand_in, schedule) -> str:
    """Why Lambda does not take the event, or nothing: the role may not, or a fault is set for `lambda:Invoke`."""
    if not destinations.allowed(schedule["role"], "lambda:InvokeFunction", schedule["target_arn"]):
        return f"AccessDeniedException: {schedule['role']} may not invoke {schedule['target_arn']}"
    call = Call("POST", "/", "lambda", "lambda", "Invoke", "rest-json", schedule["region"], account=schedule["account"])
    call.caller = destinations.identity.Principal(schedule["account"], schedule["role"], "")
    struck = stand_in.faults.strike(call, {})
    return f"{json.loads(struck[2])['__type']}: injected" if struck else ""
