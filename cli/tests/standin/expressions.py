"""DynamoDB's expressions: conditions, updates, keys and projections, parsed once per text.

The grammar is that of the developer guide's "Expressions" chapters. What AWS refuses is refused: reserved words, names and
values that are missing or not used, paths that overlap, operands of the wrong type.
"""

import functools
import re

from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from values import comparable, invalid

TOKEN = re.compile(r"\s*(?:([#:][A-Za-z0-9_]+|[A-Za-z_][A-Za-z0-9_]*)|(\d+)|(<>|<=|>=|[=<>(),.\[\]+\-]))")
COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
FUNCTIONS = {"attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2, "begins_with": 2, "contains": 2}
OPERANDS = {"size": 1, "if_not_exists": 2, "list_append": 2}
CLAUSES = ("SET", "REMOVE", "ADD", "DELETE")


class Parser:
    """A recursive descent over the tokens of one expression; answers tuples that begin with what they are."""

    def __init__(self, text: str, what: str):
        self.what, self.tokens, self.at, place = what, [], 0, 0
        while text[place:].strip():
            found = TOKEN.match(text, place)
            if not found:
                raise self.error(f"Syntax error; token: \"{text[place:].strip()[0]}\"")
            self.tokens.append(found.group().strip())
            place = found.end()

    def error(self, said: str):
        """Why the expression is refused."""
        return invalid(f"Invalid {self.what}: {said}")

    def peek(self) -> str:
        """The next token, or nothing at the end."""
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def word(self) -> str:
        """The next token as a keyword."""
        return self.peek().upper()

    def take(self, wanted: str = "") -> str:
        """The next token, which has to be the wanted one if one is."""
        token = self.peek()
        if not token or (wanted and token.upper() != wanted):
            raise self.error(f"Syntax error; token: \"{token or '<EOF>'}\"")
        self.at += 1
        return token

    def end(self, parsed):
        """What was parsed, when nothing follows."""
        if self.peek():
            raise self.error(f"Syntax error; token: \"{self.peek()}\"")
        return parsed

    def separated(self, one):
        """A list with commas."""
        found = [one()]
        while self.peek() == ",":
            self.take()
            found.append(one())
        return found

    def either(self):
        """A whole condition."""
        left = self.both()
        while self.word() == "OR":
            self.take()
            left = ("or", left, self.both())
        return left

    def both(self):
        """What AND holds together."""
        left = self.negated()
        while self.word() == "AND":
            self.take()
            left = ("and", left, self.negated())
        return left

    def negated(self):
        """A condition, perhaps after NOT."""
        if self.word() == "NOT":
            self.take()
            return ("not", self.negated())
        if self.peek() == "(":
            self.take()
            inner = self.either()
            self.take(")")
            return inner
        if self.peek() in FUNCTIONS and self.tokens[self.at + 1 : self.at + 2] == ["("]:
            return self.call(FUNCTIONS)
        left = self.operand()
        if self.word() == "BETWEEN":
            self.take()
            low = self.operand()
            self.take("AND")
            return ("between", left, low, self.operand())
        if self.word() == "IN":
            self.take()
            self.take("(")
            choices = self.separated(self.operand)
            self.take(")")
            return ("in", left, choices)
        if self.peek() not in COMPARISONS:
            raise self.error(f"Syntax error; token: \"{self.peek() or '<EOF>'}\"")
        return (self.take(), left, self.operand())

    def call(self, known):
        """A function of a known name and its operands."""
        name = self.take()
        self.take("(")
        operands = self.separated(self.operand)
        self.take(")")
        if len(operands) != known[name]:
            raise self.error(f"Incorrect number of operands for operator or function; operator or function: {name}")
        if name not in ("begins_with", "contains", "list_append", "size") and operands[0][0] != "path":
            raise self.error(f"Operator or function requires a document path; operator or function: {name}")
        return (name, *operands)

    def operand(self):
        """A value, a path, or a function that gives a value."""
        token = self.peek()
        if token.startswith(":"):
            return ("value", self.take())
        if self.tokens[self.at + 1 : self.at + 2] == ["("]:
            if token not in OPERANDS:
                raise self.error(f"Invalid function name; function: {token}")
            return self.call(OPERANDS)
        return ("path", self.path())

    def path(self) -> tuple:
        """A document path: names and positions."""
        steps = [self.name()]
        while self.peek() in (".", "["):
            if self.take() == ".":
                steps.append(self.name())
            else:
                steps.append(int(self.take()))
                self.take("]")
        return tuple(steps)

    def name(self) -> str:
        """One name of a path."""
        token = self.take()
        if not re.match(r"[#A-Za-z_]", token):
            raise self.error(f"Syntax error; token: \"{token}\"")
        if token.upper() in _reserved():
            raise self.error(f"Attribute name is a reserved keyword; reserved keyword: {token}")
        return token

    def sum(self):
        """What SET assigns."""
        if self.peek() == "(":
            self.take()
            left = self.sum()
            self.take(")")
        else:
            left = self.operand()
        if self.peek() in ("+", "-"):
            return (self.take(), left, self.operand())
        return left

    def update(self) -> list:
        """The actions of an update: what, where, and for most with which value."""
        actions, seen = [], set()
        while (clause := self.word()) in CLAUSES:
            if clause in seen:
                raise self.error(f"The \"{clause}\" section can only be used once in an update expression;")
            seen.add(clause)
            self.take()
            actions += self.separated(lambda clause=clause: self.action(clause))
        if not actions:
            raise self.error("The expression can not be empty;")
        return actions

    def action(self, clause: str) -> tuple:
        """One action of a clause."""
        path = self.path()
        if clause == "SET":
            self.take("=")
            return (clause, path, self.sum())
        if clause == "REMOVE":
            return (clause, path, None)
        return (clause, path, self.operand())


@functools.cache
def _reserved() -> frozenset:
    return frozenset(word.upper() for word in ReservedKeywords.get_reserved_keywords())


@functools.lru_cache(4096)
def parse(what: str, text: str):
    """The parsed expression `text` of the parameter `what`."""
    if not text.strip():
        raise invalid(f"Invalid {what}: The expression can not be empty;")
    parser = Parser(text, what)
    if what == "UpdateExpression":
        return parser.end(parser.update())
    if what == "ProjectionExpression":
        return parser.end(parser.separated(parser.path))
    return parser.end(parser.either())


class Scope:
    """The names and values of one request, and which of them were asked for."""

    def __init__(self, names, values):
        self.names, self.values, self.used = names or {}, values or {}, set()

    def path(self, steps: tuple, what: str) -> tuple:
        """A path with its real names."""
        return tuple(self._name(one, what) if isinstance(one, str) and one[0] == "#" else one for one in steps)

    def _name(self, token: str, what: str) -> str:
        self.used.add(token)
        if token not in self.names:
            raise invalid(f"Invalid {what}: An expression attribute name used in the document path is not defined; attribute name: {token}")
        return self.names[token]

    def value(self, token: str, what: str) -> dict:
        """A value by its placeholder."""
        self.used.add(token)
        if token not in self.values:
            raise invalid(f"Invalid {what}: An expression attribute value used in expression is not defined; attribute value: {token}")
        return self.values[token]

    def bind(self, node, what: str):
        """A parsed expression with this request's names and values in it."""
        if isinstance(node, list):
            return [self.bind(one, what) for one in node]
        if not isinstance(node, tuple):
            return node
        if node[0] == "path":
            return ("path", self.path(node[1], what))
        if node[0] == "value":
            return ("value", self.value(node[1], what))
        if node[0] in CLAUSES:
            return (node[0], self.path(node[1], what), self.bind(node[2], what))
        return (node[0], *[self.bind(one, what) for one in node[1:]])

    def condition(self, text: str | None, what: str = "ConditionExpression"):
        """A condition ready to be asked, or nothing."""
        return _checked(self.bind(parse(what, text), what), what) if text is not None else None

    def paths(self, text: str | None) -> list | None:
        """A projection's paths, or nothing."""
        what = "ProjectionExpression"
        return disjoint([self.path(one, what) for one in parse(what, text)], what) if text is not None else None

    def all_used(self):
        """Refuses names and values that no expression asked for."""
        for what, given in (("Names", self.names), ("Values", self.values)):
            if left := [one for one in given if one not in self.used]:
                raise invalid(f"Value provided in ExpressionAttribute{what} unused in expressions: keys: {{{', '.join(left)}}}")


def disjoint(paths: list, what: str) -> list:
    """The paths, when none is part of another."""
    for number, one in enumerate(paths):
        for other in paths[:number]:
            if one[: len(other)] == other or other[: len(one)] == one:
                said = "Two document paths overlap with each other; must remove or rewrite one of these paths"
                raise invalid(f"Invalid {what}: {said}; path one: {list(other)}, path two: {list(one)}")
    return paths


def _checked(node, what: str):
    """Refuses operands that can never fit."""
    wrong = {"begins_with": ("S", "B"), "<": ("S", "N", "B"), "between": ("S", "N", "B")}
    for kind in ("<=", ">", ">="):
        wrong[kind] = wrong["<"]
    if node[0] in wrong:
        for operand in node[1:]:
            if operand[0] == "value" and next(iter(operand[1])) not in wrong[node[0]]:
                said = f"Incorrect operand type for operator or function; operator or function: {node[0].upper()}"
                raise invalid(f"Invalid {what}: {said}, operand type: {next(iter(operand[1]))}")
    if node[0] in ("and", "or", "not"):
        for one in node[1:]:
            _checked(one, what)
    return node


def found(item: dict | None, path: tuple):
    """The value at a path, or nothing."""
    value = {"M": item or {}}
    for step in path:
        ((kind, inner),) = value.items()
        if isinstance(step, int):
            if kind != "L" or step >= len(inner):
                return None
            value = inner[step]
        else:
            value = inner.get(step) if kind == "M" else None
        if value is None:
            return None
    return value


def holds(node, item: dict | None) -> bool:
    """Whether a bound condition holds for an item, which may be missing."""
    kind = node[0]
    if kind == "and":
        return holds(node[1], item) and holds(node[2], item)
    if kind == "or":
        return holds(node[1], item) or holds(node[2], item)
    if kind == "not":
        return not holds(node[1], item)
    operands = [_value(one, item) for one in node[1:] if isinstance(one, tuple)]
    left = operands[0]
    if kind == "attribute_exists":
        return left is not None
    if kind == "attribute_not_exists":
        return left is None
    if kind == "<>":
        return left != operands[1]
    if kind == "in":
        return left is not None and any(left == _value(one, item) for one in node[2])
    if None in operands:
        return False
    if kind == "=":
        return left == operands[1]
    if kind == "attribute_type":
        return next(iter(left)) == operands[1].get("S")
    if kind == "contains":
        return _contains(left, operands[1])
    if any(next(iter(one)) != next(iter(left)) for one in operands) or next(iter(left)) not in ("S", "N", "B"):
        return False
    sorted_by = [comparable(one) for one in operands]
    return ORDERED[kind](*sorted_by)


ORDERED = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "between": lambda value, low, high: low <= value <= high,
    "begins_with": lambda value, prefix: not isinstance(prefix, bytes) or value.startswith(prefix),
}


def _contains(whole: dict, part: dict) -> bool:
    ((kind, inner),) = whole.items()
    ((wanted, value),) = part.items()
    if kind == "L":
        return part in inner
    if kind in ("SS", "NS", "BS"):
        return wanted == kind[0] and value in inner
    return kind == wanted == "S" and value in inner or kind == wanted == "B" and comparable(part) in comparable(whole)


def _value(node, item):
    if node[0] == "value":
        return node[1]
    if node[0] == "path":
        return found(item, node[1])
    if node[0] == "size":
        whole = _value(node[1], item)
        return None if whole is None else _size(whole)
    raise invalid(f"Invalid ConditionExpression: Invalid function name; function: {node[0]}")


def _size(value: dict) -> dict | None:
    ((kind, inner),) = value.items()
    if kind in ("N", "BOOL", "NULL"):
        return None
    return {"N": str(len(comparable(value)) if kind == "B" else len(inner))}


def project(item: dict, paths: list) -> dict:
    """The parts of an item at some paths, in their places."""
    chosen = {}
    for path in paths:
        if (value := found(item, path)) is not None:
            _put(chosen, item, path, value)
    return chosen


def _put(chosen: dict, item: dict, path: tuple, value: dict):
    """Positions of lists close up: those not chosen are left out."""
    level = chosen
    for place, step in enumerate(path[:-1]):
        kind = next(iter(found(item, path[: place + 1])))
        if isinstance(step, int):
            level.append({kind: {} if kind == "M" else []})
            level = level[-1][kind]
        else:
            level = level.setdefault(step, {kind: {} if kind == "M" else []})[kind]
    if isinstance(path[-1], int):
        level.append(value)
    else:
        level[path[-1]] = value
