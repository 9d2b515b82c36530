"""Writing items: what a write makes of an item, then the write itself."""

import expressions
import meter
import updates
from grammar import parse
from values import ITEM_LIMIT, Refused, invalid, normal, size


def plan(request, kind: str) -> tuple:
    """What a write does: the table, the place, the item there now and the one to put. Nothing is written yet."""
    given, scope, kept = request.given, request.scope, request.table()
    condition = scope.condition(given.get("ConditionExpression"))
    if kind == "Put":
        new = kept.check({name: normal(value) for name, value in given["Item"].items()})
        key = kept.place(new, kept.names)
    else:
        key = kept.key({name: normal(value) for name, value in given["Key"].items()})
        new = None
    actions = None
    if kind == "Update" and given.get("UpdateExpression") is not None:
        what = "UpdateExpression"
        actions = scope.bind(parse(what, given[what]), what)
        for _, path, _ in actions:
            if path[0] in kept.keys:
                raise invalid(f"One or more parameter values were invalid: Cannot update attribute {path[0]}. This attribute is part of the key")
    scope.all_used()
    if new is not None and size(new) > ITEM_LIMIT:
        raise invalid("Item size has exceeded the maximum allowed size")
    old = kept.read(key)
    if condition is not None and not expressions.holds(condition, old):
        meter.write(kept, old, old)
        more = {"Item": old} if old is not None and given.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" else {}
        raise Refused("ConditionalCheckFailedException", "The conditional request failed", **more)
    if kind == "Update":
        new = old if old is not None else {name: normal(value) for name, value in given["Key"].items()}
        new = kept.check(updates.updated(new, actions)) if actions else new
        if new is not old and size(new) > ITEM_LIMIT:
            raise invalid("Item size to update has exceeded the maximum allowed size")
    elif kind == "ConditionCheck":
        new = old
    return kept, key, old, new


def one(kind: str):
    """PutItem, UpdateItem or DeleteItem."""

    def write(request):
        wanted = request.given.get("ReturnValues", "NONE")
        if wanted not in (("NONE", "ALL_OLD") if kind != "Update" else ("NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW")):
            raise invalid(f"ReturnValues can only be {'ALL_OLD or NONE' if kind != 'Update' else 'one of its five values'}")
        kept, key, old, new = plan(request, kind)
        meter.write(kept, old, new)
        kept.write(key, new)
        shown = old if wanted.endswith("OLD") else new if wanted != "NONE" else None
        if shown is not None and wanted.startswith("UPDATED"):
            what = "UpdateExpression"
            actions = parse(what, request.given[what]) if request.given.get(what) else []
            shown = expressions.project(shown, [request.scope.path(path, what) for _, path, _ in actions])
        return {"Attributes": shown} if shown else {}

    return write


def batch(request) -> dict:
    """BatchWriteItem: puts and deletes without conditions, each on its own."""
    wanted = [(name, one) for name, writes in request.given["RequestItems"].items() for one in writes]
    if not 1 <= len(wanted) <= 25:
        raise invalid("Too many items requested for the BatchWriteItem call" if wanted else "The batch write request list must not be empty")
    planned, places = [], set()
    for name, one in wanted:
        ((kind, given),) = one.items()
        kept, key, _, new = plan(request.part({"TableName": name, **given}), {"PutRequest": "Put", "DeleteRequest": "Delete"}[kind])
        if (kept.table.name, key) in places:
            raise invalid("Provided list of item keys contains duplicates")
        places.add((kept.table.name, key))
        planned.append((kept, key, new))
    for kept, key, new in planned:
        meter.write(kept, kept.read(key), new)
        kept.write(key, new)
    return {"UnprocessedItems": {}}
