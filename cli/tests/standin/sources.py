"""A function's event sources, with every setting that decides what is delivered how.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html has the defaults.
"""

import json

from moto.events.models import EventPattern, EventPatternParser

import asynchronous
import destinations
import pollers
import queues
import streams

# What Lambda does as the function's role.
ROLE_NEEDS = {
    "DynamoDB": ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
    "SQS": ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"),
}
SETTINGS = {
    "DynamoDB": {
        "Stream",
        "StartingPosition",
        "BatchSize",
        "MaximumBatchingWindowInSeconds",
        "FilterCriteria",
        "FunctionResponseTypes",
        "BisectBatchOnFunctionError",
        "MaximumRetryAttempts",
        "MaximumRecordAgeInSeconds",
        "DestinationConfig",
    },
    "SQS": {"Queue", "BatchSize", "MaximumBatchingWindowInSeconds", "FilterCriteria", "FunctionResponseTypes", "ScalingConfig"},
    "ScheduleV2": {
        "Description",
        "DeadLetterConfig",
        "FlexibleTimeWindow",
        "Input",
        "KmsKeyArn",
        "Name",
        "OmitName",
        "RetryPolicy",
        "RoleArn",
        "ScheduleExpression",
        "ScheduleExpressionTimezone",
        "State",
    },
}


def known(name: str, source: dict) -> dict:
    """A source's settings, when the stand-in plays all of them."""
    if unknown := set(source["Properties"]) - SETTINGS.get(source["Type"], set()):
        raise ValueError(f"the stand-in does not play {', '.join(sorted(unknown))} of the {source['Type']} event {name}")
    return source["Properties"]


def on_failure(settings: dict):
    """The ARN of a destination, or nothing; it has to be a queue."""
    arn = settings.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    if isinstance(arn, str) and ":sqs:" not in arn:
        raise ValueError(f"the stand-in sends to queues only, not to {arn}")
    return arn


def invoked(stand_in, place: dict, settings: dict) -> dict:
    """How a function takes asynchronous events."""
    config = settings.get("EventInvokeConfig", {})
    return place | {
        "age": int(config.get("MaximumEventAgeInSeconds", 21600)),
        "retries": int(config.get("MaximumRetryAttempts", 2)),
        "on_failure": on_failure(config),
    }


def mapping(place: dict, name: str, source: dict, timeout: int) -> dict:
    """A stream or queue as an event source of a function, when AWS would make it one."""
    settings, kind = known(name, source), source["Type"]
    patterns = [EventPatternParser(one["Pattern"]).parse() for one in settings.get("FilterCriteria", {}).get("Filters", [])]
    made = place | {
        "name": f"{place['function']} {name}",
        "type": kind,
        "arn": settings["Stream" if kind == "DynamoDB" else "Queue"],
        "batch": int(settings.get("BatchSize", 100 if kind == "DynamoDB" else 10)),
        "window": int(settings.get("MaximumBatchingWindowInSeconds", 0)),
        "patterns": patterns,
        "wanted": _wanted(patterns),
        "partial": "ReportBatchItemFailures" in settings.get("FunctionResponseTypes", []),
    }
    for action in ROLE_NEEDS[kind]:
        if not destinations.allowed(place["role"], action, made["arn"]):
            raise ValueError(f"{place['role']} may not {action} on {made['arn']}, which {name} needs")
    if kind == "DynamoDB":
        return made | {
            "bisect": str(settings.get("BisectBatchOnFunctionError", False)).lower() == "true",
            "retries": int(settings.get("MaximumRetryAttempts", -1)),
            "age": int(settings.get("MaximumRecordAgeInSeconds", -1)),
            "on_failure": on_failure(settings),
        }
    queue = queues.find(made["arn"])
    if int(queue.visibility_timeout) < timeout:
        raise ValueError(f"queue visibility timeout: {queue.visibility_timeout} seconds is less than function timeout: {timeout} seconds")
    if made["batch"] > 10 and not made["window"]:
        raise ValueError(f"{name}: a batch of more than 10 messages needs a batching window")
    return made | {"concurrency": int(settings.get("ScalingConfig", {}).get("MaximumConcurrency", 1000))}


def schedule(place: dict, name: str, source: dict, target: dict) -> dict:
    """A schedule that invokes a function."""
    settings = known(name, source)
    retries = settings.get("RetryPolicy", {})
    return place | {
        "name": name,
        "arn": f"arn:aws:scheduler:{place['region']}:{place['account']}:schedule/default/{place['function']}{name}",
        "input": settings.get("Input"),
        "role": settings["RoleArn"],
        "target": target,
        "target_arn": f"arn:aws:lambda:{place['region']}:{place['account']}:function:{place['function']}",
        "retries": int(retries.get("MaximumRetryAttempts", 185)),
        "age": int(retries.get("MaximumEventAgeInSeconds", 86400)),
        "dead_letters": settings.get("DeadLetterConfig", {}).get("Arn"),
        "expression": settings["ScheduleExpression"],
        "timezone": settings.get("ScheduleExpressionTimezone", "UTC"),
    }


def connect(stand_in, made: dict):
    """Starts to deliver from one stream or queue, for as long as the stand-in runs."""
    {"DynamoDB": streams, "SQS": pollers}[made["type"]].connect(stand_in, made)


def fire(stand_in, made: dict, at: str | None) -> dict:
    """Lets a schedule's time come."""
    return asynchronous.fire(stand_in, made, at)


def _wanted(patterns: list):
    """Whether any of the filters takes an event; without filters all are taken."""
    compiled = [EventPattern(json.dumps(one), one) for one in patterns]

    def wanted(event) -> bool:
        if not compiled:
            return True
        flat = EventPattern._flatten_dict(event)
        return any(one._does_event_match(flat, one.get_pattern()) for one in compiled)

    return wanted
