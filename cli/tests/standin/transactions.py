"""DynamoDB's transactions: all parts or none, each item once, and the same token the same transaction."""

import json
import time

import expressions
import meter
import tables
import writes
from values import Refused, invalid, normal, size

MOST = 100
LARGEST = 4 * 1024 * 1024
TOKEN_SECONDS = 600
TOKENS = {}
KINDS = ("ConditionCheck", "Delete", "Put", "Update")
# What a part's refusal is called among the reasons.
REASONS = {"ConditionalCheckFailedException": "ConditionalCheckFailed", "ValidationException": "ValidationError"}
# A part that is refused for what the item holds cancels the transaction; any other refusal is one of the request.
ITEM_MADE_INVALID = ("An operand in the update", "The provided expression refers", "The document path provided", "Item size to update")


def write(request) -> dict:
    """TransactWriteItems."""
    items = _listed(request)
    token, now = request.given.get("ClientRequestToken"), time.monotonic()
    content = json.dumps(items, sort_keys=True)
    known = TOKENS.get((request.account, request.region, token)) if token else None
    if known and now - known[0] < TOKEN_SECONDS:
        if known[1] != content:
            raise Refused("IdempotentParameterMismatchException", "The request uses the same client token as a previous, but non-identical request.")
        return {}
    _once(request, items)
    planned, reasons = [], []
    for item in items:
        ((kind, given),) = item.items()
        try:
            planned.append(writes.plan(request.part(given), kind))
            reasons.append({"Code": "None"})
        except Refused as refused:
            is_reason = refused.code == "ConditionalCheckFailedException" or refused.message.startswith(ITEM_MADE_INVALID)
            if not is_reason:
                raise
            reasons.append({"Code": REASONS[refused.code], "Message": refused.message} | refused.more)
    if sum(size(new) for _, _, _, new in planned if new) > LARGEST:
        raise invalid("Collection size of items in the transaction exceeded the 4 MB limit")
    if any(one["Code"] != "None" for one in reasons):
        for kept, _, old, _ in planned:
            meter.write(kept, old, old, 2)
        raise cancelled(reasons)
    for kept, key, old, new in planned:
        meter.write(kept, old, new, 2)
        kept.write(key, new)
    if token:
        TOKENS[request.account, request.region, token] = (now, content)
    return {}


def cancelled(reasons: list) -> Refused:
    """A transaction that did nothing, with the reason of each part."""
    codes = ", ".join(one["Code"] for one in reasons)
    said = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    return Refused("TransactionCanceledException", said, CancellationReasons=reasons)


def get(request) -> dict:
    """TransactGetItems."""
    responses = []
    for item in _listed(request):
        part = request.part(item["Get"])
        kept, paths = part.table(), part.scope.paths(item["Get"].get("ProjectionExpression"))
        part.scope.all_used()
        found = kept.read(kept.key({name: normal(value) for name, value in item["Get"]["Key"].items()}))
        meter.read(request.account, size(found or {}), True, 2)
        responses.append({} if found is None else {"Item": found if paths is None else expressions.project(found, paths)})
    return {"Responses": responses}


def _listed(request) -> list:
    items = request.given.get("TransactItems") or []
    if not 1 <= len(items) <= MOST:
        bound = f"less than or equal to {MOST}" if items else "greater than or equal to 1"
        raise invalid(f"1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length {bound}")
    return items


def _once(request, items: list):
    """Refuses a transaction that names an item twice, or a part that is not one operation."""
    places = set()
    for item in items:
        if len(item) != 1 or next(iter(item)) not in KINDS:
            raise invalid("TransactItems can only contain one of Check, Put, Update or Delete")
        ((kind, given),) = item.items()
        if kind == "ConditionCheck" and not given.get("ConditionExpression"):
            raise invalid("1 validation error detected: Value null at 'conditionExpression' failed to satisfy constraint: Member must not be null")
        kept = tables.find(request.account, request.region, given.get("TableName"))
        attributes = {name: normal(value) for name, value in given["Item" if kind == "Put" else "Key"].items()}
        place = (kept.table.name, kept.place(kept.check(attributes), kept.names) if kind == "Put" else kept.key(attributes))
        if place in places:
            raise invalid("Transaction request cannot include multiple operations on one item")
        places.add(place)
