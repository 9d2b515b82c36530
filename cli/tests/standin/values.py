"""DynamoDB's attribute values: what is a valid one, how they compare, and how large they are.

Numbers are kept in one notation and sets in one order, so that equal values are equal JSON.
"""

import base64
import binascii
from decimal import Context, Decimal, InvalidOperation

ITEM_LIMIT = 400 * 1024
DEPTH = 32
EXACT = Context(prec=1000)
SETS = {"SS": "S", "NS": "N", "BS": "B"}
WRONG = "One or more parameter values were invalid: "


class Refused(Exception):
    """The request is answered with an error: its code, its message, and what else the body holds."""

    def __init__(self, code: str, message: str, **more):
        super().__init__(message)
        self.code, self.message, self.more = code, message, more


def invalid(message: str) -> Refused:
    """A ValidationException."""
    return Refused("ValidationException", message)


def normal(value, depth: int = 0) -> dict:
    """A value in the notation that is kept."""
    if not isinstance(value, dict) or len(value) != 1:
        raise invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
    ((kind, inner),) = value.items()
    if kind == "S" and isinstance(inner, str):
        return value
    if kind == "N" and isinstance(inner, str):
        return {"N": number(inner)}
    if kind in ("BOOL", "NULL") and isinstance(inner, bool):
        return value
    if depth >= DEPTH:
        raise invalid(f"{WRONG}Nesting Levels have exceeded supported limits")
    if kind == "M" and isinstance(inner, dict):
        return {"M": {name: normal(one, depth + 1) for name, one in inner.items()}}
    if kind == "L" and isinstance(inner, list):
        return {"L": [normal(one, depth + 1) for one in inner]}
    if kind == "B" and isinstance(inner, str):
        raw(inner)
        return value
    if kind in SETS and isinstance(inner, list):
        return {kind: _set(kind, inner)}
    raise invalid(f"{WRONG}Type mismatch in an attribute value of type {kind}")


def _set(kind: str, members: list) -> list:
    if not members:
        raise invalid(f"{WRONG}An {'number' if kind == 'NS' else 'string' if kind == 'SS' else 'binary'} set  may not be empty")
    kept = [normal({SETS[kind]: one})[SETS[kind]] for one in members]
    if len(set(kept)) != len(kept):
        raise invalid(f"{WRONG}Input collection {members} contains duplicates.")
    return sorted(kept, key=Decimal if kind == "NS" else None)


def number(text: str) -> str:
    """A number in plain notation without zeros that say nothing."""
    if text.isdigit() and len(text) < 38 and (text[0] != "0" or text == "0"):
        return text
    try:
        parsed = Decimal(text)
    except InvalidOperation:
        raise invalid("The parameter cannot be converted to a numeric value") from None
    if not parsed.is_finite():
        raise invalid("The parameter cannot be converted to a numeric value")
    parsed = parsed.normalize(EXACT)
    if len(parsed.as_tuple().digits) > 38:
        raise invalid("Attempting to store more than 38 significant digits in a Number")
    if parsed and parsed.adjusted() > 125:
        raise invalid("Number overflow. Attempting to store a number with magnitude larger than supported range")
    if parsed and parsed.adjusted() < -130:
        raise invalid("Number underflow. Attempting to store a number with magnitude smaller than supported range")
    return format(parsed, "f") if parsed else "0"


def raw(text: str) -> bytes:
    """The bytes of a binary value."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise Refused("SerializationException", "Base64 encoded length is unexpected") from None


def comparable(value: dict):
    """What a string, number or binary sorts by: strings by their UTF-8 bytes."""
    ((kind, inner),) = value.items()
    if kind == "S":
        return inner.encode()
    if kind == "N":
        return Decimal(inner)
    return raw(inner)


def size(item: dict) -> int:
    """An item's size as DynamoDB counts it: names and values."""
    return sum(len(name.encode()) + value_size(value) for name, value in item.items())


def value_size(value: dict) -> int:
    """A value's size: a number takes about a byte for two digits."""
    ((kind, inner),) = value.items()
    if kind == "S":
        return len(inner.encode())
    if kind == "N":
        return len(inner) // 2 + 2
    if kind == "B":
        return len(raw(inner))
    if kind in SETS:
        return sum(value_size({SETS[kind]: one}) for one in inner)
    if kind == "L":
        return 3 + sum(1 + value_size(one) for one in inner)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + value_size(one) for name, one in inner.items())
    return 1
