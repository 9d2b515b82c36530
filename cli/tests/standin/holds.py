"""Calls that are held up, so that a test can kill the process that waits for the answer.

A call is known to be of an instance by the SDK's application id, which the harness sets to the instance's name. It is held before it
is carried out, which it then never is, or after, when its caller never hears of it. Released, its connection is reset.
"""

import itertools
import random
import re
import threading

INSTANCE = re.compile(r"app/(\w+)")
# A test that forgets a held call must not stop the stand-in for good.
LONGEST = 30


class Holds:
    """The rules in force, and the calls that wait."""

    def __init__(self):
        self.changed = threading.Condition()
        self.rules, self.held = [], {}
        self.ids = itertools.count(1)

    def add(self, rule: dict):
        """Adds a rule: `point` names it, `operations`, `contains` (pieces of the body or path), `account` and `region` say which calls,
        `when` is `before` or `after`, `times` and `probability` limit it."""
        with self.changed:
            self.rules.append(rule | {"random": random.Random(f"{rule.get('seed', 7)} {rule['point']} {rule['when']}")})

    def about(self, call, environ):
        """The rule that holds a call, and the instance that makes it."""
        if not self.rules:
            return None
        found = INSTANCE.search(environ.get("HTTP_X_AMZ_USER_AGENT", "") + " " + environ.get("HTTP_USER_AGENT", ""))
        if not found:
            return None
        text = call.path + " " + environ["wsgi.input"].getvalue().decode("utf-8", "replace")
        with self.changed:
            for rule in self.rules:
                if call.operation not in rule["operations"] or not all(one in text for one in rule["contains"]):
                    continue
                if any(name in rule and rule[name] != getattr(call, name) for name in ("account", "region")):
                    continue
                # One process is killed once.
                if any(one["instance"] == found.group(1) for one in self.held.values()):
                    return None
                if rule["times"] > 0 and rule["random"].random() < rule["probability"]:
                    rule["times"] -= 1
                    return {"point": rule["point"], "when": rule["when"], "instance": found.group(1), "over": threading.Event()}
        return None

    def wait(self, held: dict):
        """Holds a call until it is released."""
        with self.changed:
            name = str(next(self.ids))
            self.held[name] = held
            self.changed.notify_all()
        held["over"].wait(LONGEST)
        with self.changed:
            self.held.pop(name, None)

    def next(self, seconds: float) -> dict:
        """A call that waits, or nothing after some seconds."""
        with self.changed:
            self.changed.wait_for(lambda: any(not one["over"].is_set() for one in self.held.values()), seconds)
            for name, one in self.held.items():
                if not one["over"].is_set():
                    return {"id": name, "point": one["point"], "when": one["when"], "instance": one["instance"]}
        return {}

    def release(self, name: str):
        """Lets a call go: its connection is reset."""
        with self.changed:
            if held := self.held.get(name):
                held["over"].set()

    def clear(self):
        """Drops the rules and lets all go."""
        with self.changed:
            self.rules.clear()
            for held in self.held.values():
                held["over"].set()
