"""Just enough of IAM's policy language to hold a session to what it was given.

Conditions are judged for trust policies. Elsewhere the stand-in does not know the context keys: an Allow
with a Condition allows and a Deny with one does not deny.
"""

import functools
import json
import re
import urllib.parse


def load(document) -> list:
    """The statements of a policy given as text (URL-encoded or not), bytes or object."""
    if isinstance(document, bytes):
        document = document.decode()
    if isinstance(document, str):
        return _parsed(document)
    return _statements(document)


@functools.lru_cache(1000)
def _parsed(document: str) -> list:
    parsed = json.loads(urllib.parse.unquote(document) if document.startswith("%") else document)
    return _statements(parsed)


def _statements(document: dict) -> list:
    """moto's CloudFormation leaves a null where `AWS::NoValue` takes one out of a list."""
    return [one for one in listed(document.get("Statement")) if one is not None]


def listed(value) -> list:
    """IAM writes one value or a list of them."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def like(pattern: str, value: str, ignore_case: bool = False) -> bool:
    """IAM's wildcards: `*` any characters, `?` one."""
    if pattern == "*":
        return True
    return _compiled(pattern, ignore_case).fullmatch(value) is not None


@functools.lru_cache(10_000)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern:
    text = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.compile(text, re.IGNORECASE | re.DOTALL if ignore_case else re.DOTALL)


def decide(documents, action: str, resource: str = "") -> str:
    """`allow`, `explicit` (a Deny matches) or `implicit` (nothing allows)."""
    outcome = "implicit"
    for document in documents:
        for statement in load(document):
            if not applies(statement, action, resource):
                continue
            if statement.get("Effect") == "Deny":
                if not statement.get("Condition"):
                    return "explicit"
            else:
                outcome = "allow"
    return outcome


def applies(statement: dict, action: str, resource: str = "") -> bool:
    """Whether a statement is about this action (and resource, where it is known)."""
    if "NotAction" in statement:
        named = not any(like(p, action, True) for p in listed(statement["NotAction"]))
    else:
        named = any(like(p, action, True) for p in listed(statement.get("Action")))
    if not named or not resource:
        return named
    if "NotResource" in statement:
        return not any(like(p, resource) for p in listed(statement["NotResource"]))
    return any(like(p, resource) for p in listed(statement.get("Resource", "*")))


def holds(condition: dict, context: dict) -> bool:
    """Whether every operator of a Condition holds; an operator not known here never does."""
    return all(
        _holds(operator, key, listed(wanted), context)
        for operator, keys in (condition or {}).items()
        for key, wanted in keys.items()
    )


def _holds(operator: str, key: str, wanted: list, context: dict) -> bool:
    given = {name.lower(): value for name, value in context.items()}.get(key.lower())
    if operator == "Null":
        return (given is None) == (str(wanted[0]).lower() == "true")
    base = operator.removesuffix("IfExists")
    negated = base.startswith(("StringNot", "ArnNot"))
    if given is None:
        return negated or base != operator
    found = any(_matches(base.replace("Not", ""), str(one), given) for one in wanted)
    return found != negated


def _matches(operator: str, wanted: str, given: str) -> bool:
    if operator == "StringEquals":
        return wanted == given
    if operator == "StringEqualsIgnoreCase":
        return wanted.lower() == given.lower()
    if operator in ("StringLike", "ArnLike", "ArnEquals"):
        return like(wanted, given)
    if operator == "Bool":
        return wanted.lower() == given.lower()
    return False
