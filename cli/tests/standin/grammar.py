"""The grammar of DynamoDB's expressions, that of the developer guide's "Expressions" chapters. Each text is parsed once."""

import functools
import re

from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from values import invalid

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
