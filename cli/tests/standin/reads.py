"""Reading items: by key, in batches, by query and by scan, page by page."""

import bisect

import expressions
import meter
import tables
from rows import TOP
from values import comparable, invalid, normal, size

PAGE = 1024 * 1024
SELECTS = ("ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "COUNT", "SPECIFIC_ATTRIBUTES")
MISSED = "Query condition missed key schema element: {}"


def get(request) -> dict:
    """GetItem."""
    kept = request.table()
    key = kept.key({name: normal(value) for name, value in request.given["Key"].items()})
    paths = request.scope.paths(request.given.get("ProjectionExpression"))
    request.scope.all_used()
    consistent = request.given.get("ConsistentRead", False)
    item = kept.read(key, consistent)
    meter.read(request.account, size(item or {}), consistent)
    if item is None:
        return {}
    return {"Item": item if paths is None else expressions.project(item, paths)}


def batch_get(request) -> dict:
    """BatchGetItem: no more than 100 items and 16 MB; the rest is named as not processed."""
    wanted = request.given["RequestItems"]
    if not 1 <= sum(len(one["Keys"]) for one in wanted.values()) <= 100:
        raise invalid("Too many items requested for the BatchGetItem call")
    answers, left, taken = {}, {}, 0
    for name, asked in wanted.items():
        part = request.part({**asked, "TableName": name})
        kept, paths = part.table(), part.scope.paths(asked.get("ProjectionExpression"))
        part.scope.all_used()
        places = [kept.key({name: normal(value) for name, value in key.items()}) for key in asked["Keys"]]
        if len(set(places)) != len(places):
            raise invalid("Provided list of item keys contains duplicates")
        found = answers.setdefault(name, [])
        for place, key in zip(places, asked["Keys"]):
            item = kept.read(place, asked.get("ConsistentRead", False))
            meter.read(request.account, size(item or {}), asked.get("ConsistentRead", False))
            taken += size(item) if item else 0
            if taken > 16 * PAGE:
                left.setdefault(name, {**asked, "Keys": []})["Keys"].append(key)
            elif item is not None:
                found.append(item if paths is None else expressions.project(item, paths))
    return {"Responses": answers, "UnprocessedKeys": left}


def query(request) -> dict:
    """Query: the items of one hash key, in the order of the sort key."""
    given, kept, name = request.given, request.table(), request.given.get("IndexName")
    index, rows = kept.index(name) if name else (None, kept.rows)
    names = {one["KeyType"]: one["AttributeName"] for one in index.schema} if index else kept.names
    if given.get("KeyConditionExpression") is None:
        raise invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
    condition = request.scope.condition(given["KeyConditionExpression"], "KeyConditionExpression")
    hash_key, low, high = _range(condition, names, kept.types)
    keys, items = rows.partitions.get(hash_key, ([], {}))
    start, stop = bisect.bisect_left(keys, low), bisect.bisect_left(keys, high)
    forward = given.get("ScanIndexForward", True)
    if after := _after(given, kept, names):
        if after[0] != hash_key:
            raise invalid("The provided starting key is outside query boundaries based on provided conditions")
        start = max(start, bisect.bisect_right(keys, after[1])) if forward else start
        stop = min(stop, bisect.bisect_left(keys, after[1])) if not forward else stop
    chosen = keys[start:stop]
    return _page(request, kept, index, [items[one] for one in (chosen if forward else reversed(chosen))])


def scan(request) -> dict:
    """Scan: all items, or a segment of them."""
    given, kept, name = request.given, request.table(), request.given.get("IndexName")
    index = kept.index(name)[0] if name else None
    if name:
        shown = [one for _, items in kept.index(name)[1].partitions.values() for one in items.values()]
        found = [(kept.place(one, kept.names), one) for one in shown]
        found.sort(key=lambda one: (tables.scattered(one[0][0]), one[0][1]))
    else:
        found = kept.everything()
    if given.get("TotalSegments"):
        total, mine = given["TotalSegments"], given["Segment"]
        found = [one for one in found if tables.scattered(one[0][0])[0] % total == mine]
    if given.get("ExclusiveStartKey"):
        start = {name: normal(value) for name, value in given["ExclusiveStartKey"].items()}
        place = kept.key({name: start[name] for name in kept.keys if name in start})
        after = (tables.scattered(place[0]), place[1])
        found = [one for one in found if (tables.scattered(one[0][0]), one[0][1]) > after]
    return _page(request, kept, index, [item for _, item in found])


def _after(given, kept, names):
    """The place that a page begins after, or nothing."""
    if not given.get("ExclusiveStartKey"):
        return None
    start = {name: normal(value) for name, value in given["ExclusiveStartKey"].items()}
    if set(start) != {*kept.keys, *names.values()}:
        raise invalid("The provided starting key is invalid")
    if any(next(iter(value)) != kept.types[name] for name, value in start.items()):
        raise invalid("The provided starting key is invalid")
    return kept.place(start, names) if names is kept.names else kept.index_place(start, names)


def _page(request, kept, index, candidates: list) -> dict:
    given, scope = request.given, request.scope
    select = given.get("Select", "")
    paths, wanted = scope.paths(given.get("ProjectionExpression")), scope.condition(given.get("FilterExpression"), "FilterExpression")
    scope.all_used()
    _check(given, index, select)
    limit, taken, read, found, last = given.get("Limit"), 0, 0, [], None
    for item in candidates:
        shown = kept.shown(index, item) if index is not None else item
        if read and taken + size(shown) > PAGE:
            break
        read, taken, last = read + 1, taken + size(shown), item
        if wanted is None or expressions.holds(wanted, shown):
            found.append(shown if paths is None else expressions.project(shown, paths))
        if read == limit:
            break
    meter.read(request.account, taken, given.get("ConsistentRead", False))
    page = {"Count": len(found), "ScannedCount": read}
    if select != "COUNT":
        page["Items"] = found
    # As AWS does, a page that the limit ended names where to go on even where nothing follows.
    if last is not None and (read == limit or read < len(candidates)):
        names = {*kept.keys, *(one["AttributeName"] for one in (index.schema if index else ()))}
        page["LastEvaluatedKey"] = {name: last[name] for name in sorted(names)}
    return page


def _check(given, index, select):
    if given.get("Limit", 1) < 1:
        raise invalid(f"1 validation error detected: Value '{given['Limit']}' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1")
    is_global = index is not None and type(index).__name__ == "GlobalSecondaryIndex"
    if is_global and given.get("ConsistentRead"):
        raise invalid("Consistent reads are not supported on global secondary indexes")
    if select and select not in SELECTS:
        raise invalid(f"1 validation error detected: Value '{select}' at 'select' failed to satisfy constraint: Member must satisfy enum value set: {list(SELECTS)}")
    if is_global and select == "ALL_ATTRIBUTES" and index.projection.get("ProjectionType") != "ALL":
        said = "Select type ALL_ATTRIBUTES is not supported for global secondary index"
        raise invalid(f"One or more parameter values were invalid: {said} {index.name} because its projection type is not ALL")


def _range(condition, names: dict, types: dict) -> tuple:
    """The hash key that a key condition names, the first place it leaves and the one after the last."""
    parts = [condition[1], condition[2]] if condition[0] == "and" else [condition]
    by_name = {}
    for part in parts:
        operands = part[1:]
        if part[0] not in ("=", "<", "<=", ">", ">=", "between", "begins_with") or operands[0][0] != "path":
            raise invalid("Invalid operator used in KeyConditionExpression: " + part[0].upper())
        name = operands[0][1][0]
        if name in by_name or any(one[0] != "value" for one in operands[1:]):
            raise invalid("KeyConditionExpressions must only contain one condition per key")
        if name in types and any(next(iter(one[1])) != types[name] for one in operands[1:]):
            raise invalid("One or more parameter values were invalid: Condition parameter type does not match schema type")
        by_name[name] = (part[0], [comparable(one[1]) for one in operands[1:]])
    hash_part = by_name.pop(names["HASH"], None)
    if hash_part is None:
        raise invalid(MISSED.format(names["HASH"]))
    if hash_part[0] != "=":
        raise invalid("Query key condition not supported")
    if by_name and set(by_name) != {names.get("RANGE")}:
        raise invalid(MISSED.format(names.get("RANGE", names["HASH"])))
    return (hash_part[1][0], *_between(*next(iter(by_name.values()), ("", []))))


def _between(operator: str, values: list) -> tuple:
    """The least sort key that fits, and the first after those that do."""
    top = TOP
    if not operator:
        return (), (top,)
    first = values[0]
    if operator == "between":
        if values[0] > values[1]:
            raise invalid("Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to lower bound")
        return (first,), (values[1], top)
    if operator == "begins_with":
        if not isinstance(first, bytes):
            raise invalid("Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N")
        return (first,), (first + b"\xff" * 1025,)
    return {
        "=": ((first,), (first, top)),
        "<": ((), (first,)),
        "<=": ((), (first, top)),
        ">": ((first, top), (top,)),
        ">=": ((first,), (top,)),
    }[operator]
