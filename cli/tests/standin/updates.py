"""What an UpdateExpression makes of an item. Every value is computed from the item as it was, then all are put in place."""

import copy
from decimal import Context, Decimal, Inexact

import expressions
from values import SETS, invalid, number

EXACT = Context(prec=38, traps=[Inexact])
TYPE = "An operand in the update expression has an incorrect data type"
MISSING = "The provided expression refers to an attribute that does not exist in the item"
PATH = "The document path provided in the update expression is invalid for update"


def updated(item: dict, actions: list) -> dict:
    """A new item; the old one is left as it was."""
    expressions.disjoint([path for _, path, _ in actions], "UpdateExpression")
    values = [(clause, path, _result(clause, path, node, item)) for clause, path, node in actions]
    new, owned = dict(item), set()
    removed = []
    for clause, path, value in values:
        if len(path) > 1 and path[0] not in owned and path[0] in new:
            new[path[0]] = copy.deepcopy(new[path[0]])
            owned.add(path[0])
        if clause == "REMOVE" or value is None:
            removed.append(path)
        else:
            _set(new, path, value)
    for path in sorted(removed, key=lambda path: path[-1] if isinstance(path[-1], int) else 0, reverse=True):
        _remove(new, path)
    return new


def _result(clause, path, node, item):
    if clause == "REMOVE":
        return None
    if clause == "SET":
        return _assigned(node, item)
    if node[0] != "value":
        raise invalid(f"Invalid UpdateExpression: Syntax error; {clause} takes a value")
    ((kind, given),) = node[1].items()
    there = expressions.found(item, path)
    if clause == "ADD" and kind == "N":
        return _plus(there or {"N": "0"}, node[1], 1)
    if kind not in SETS:
        raise invalid(f"Invalid UpdateExpression: Incorrect operand type for operator or function; operator: {clause}, operand type: {kind}")
    if there is not None and kind not in there:
        raise invalid(TYPE)
    old = there[kind] if there else []
    left = [one for one in old if one not in given] + (given if clause == "ADD" else [])
    return {kind: sorted(left, key=Decimal if kind == "NS" else None)} if left else None


def _assigned(node, item) -> dict:
    kind = node[0]
    if kind == "value":
        return node[1]
    if kind == "path":
        value = expressions.found(item, node[1])
        if value is None:
            raise invalid(MISSING)
        return value
    if kind == "if_not_exists":
        value = expressions.found(item, node[1][1])
        return value if value is not None else _assigned(node[2], item)
    if kind in ("+", "-"):
        return _plus(_assigned(node[1], item), _assigned(node[2], item), 1 if kind == "+" else -1)
    if kind == "list_append":
        first, second = _assigned(node[1], item), _assigned(node[2], item)
        if "L" not in first or "L" not in second:
            raise invalid(TYPE)
        return {"L": first["L"] + second["L"]}
    raise invalid(f"Invalid UpdateExpression: The function is not allowed in an update expression; function: {kind}")


def _plus(left: dict, right: dict, sign: int) -> dict:
    if "N" not in left or "N" not in right:
        raise invalid(TYPE)
    one, other = EXACT.create_decimal(left["N"]), EXACT.create_decimal(right["N"])
    try:
        return {"N": number(str(EXACT.add(one, other) if sign > 0 else EXACT.subtract(one, other)))}
    except Inexact:
        raise invalid("Number overflow. Attempting to store a number with more than 38 significant digits") from None


def _parent(item: dict, path: tuple):
    """The dict or list that a path's last step is in."""
    if len(path) == 1:
        return item
    value = expressions.found(item, path[:-1])
    inner = value and value.get("L" if isinstance(path[-1], int) else "M")
    if inner is None:
        raise invalid(PATH)
    return inner


def _set(item: dict, path: tuple, value: dict):
    parent, step = _parent(item, path), path[-1]
    if isinstance(step, int) and step >= len(parent):
        parent.append(value)
    else:
        parent[step] = value


def _remove(item: dict, path: tuple):
    parent, step = _parent(item, path), path[-1]
    if isinstance(parent, dict):
        parent.pop(step, None)
    elif step < len(parent):
        del parent[step]
