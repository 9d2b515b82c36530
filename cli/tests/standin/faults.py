"""What goes wrong on purpose: calls denied, throttled, failed or slow, by operation, account, region or resource."""

import itertools
import os
import random
import socket
import struct
import threading
import time

import answers
import dynamo
import names


class Faults:
    """The rules in force, in the order they were given."""

    def __init__(self):
        self.rules = []
        self.lock = threading.Lock()
        self.ids = itertools.count(1)

    def add(self, kind: str, rule: dict) -> int:
        """Adds a rule. Filters: operations, services, resource, account or accounts, region; `times` and `probability` limit it.

        A `fail` says how: `status` (default; with `status` and `code`), `garbage`, `reset`, `timeout`, `lost` (the call is carried out and
        its answer does not arrive), `conflict` (another transaction has the item).
        """
        rule = rule | {"kind": kind, "id": next(self.ids), "rng": random.Random(rule.get("seed", 7))}
        with self.lock:
            self.rules.append(rule)
        return rule["id"]

    def clear(self, account: str = ""):
        """Drops all rules, or those of one account."""
        with self.lock:
            self.rules = [rule for rule in self.rules if account and rule.get("account") != account]

    def strike(self, call, environ):
        """Delays the call as the rules say and returns the answer that replaces moto's, if any."""
        if call.caller is not None and call.caller.admin:
            return None
        for rule in [rule for rule in list(self.rules) if _about(rule, call)]:
            if not self._takes(rule):
                continue
            if rule["kind"] == "latency":
                time.sleep(rule["ms"] / 1000)
            elif rule.get("how") == "lost":
                call.lost = True
            else:
                return ACTIONS[rule["kind"]](rule, call, environ)
        return None

    def _takes(self, rule) -> bool:
        with self.lock:
            if rule.get("times") == 0 or rule["rng"].random() >= rule.get("probability", 1.0):
                return False
            if "times" in rule:
                rule["times"] -= 1
            return True


def _about(rule, call) -> bool:
    names = (call.operation, f"{call.api}:{call.operation}")
    if rule.get("operations") is not None:
        if not any(one in names for one in rule["operations"]):
            return False
    elif call.service == "sts" and rule["kind"] != "latency":
        return False
    if rule.get("services") is not None and call.api not in rule["services"]:
        return False
    if rule.get("account") and rule["account"] != call.account:
        return False
    if rule.get("accounts") is not None and call.account not in rule["accounts"]:
        return False
    if rule.get("region") and rule["region"] != call.region:
        return False
    return not rule.get("resource") or rule["resource"] in map(str, call.params.values())


def _deny(_rule, call, _environ):
    said = call.caller.said(names.action(call), names.resource(call))
    return answers.kind(call, "denied", f"{said} with an explicit deny in a service control policy")


def _fail(rule, call, environ):
    how = rule.get("how", "status")
    if how == "garbage":
        return 200, [("Content-Type", "text/xml")], b"\x00<<<} neither XML nor JSON {"
    if how == "timeout":
        time.sleep(rule.get("seconds", 30))
    if how in ("timeout", "reset"):
        hang_up(environ)
    if how == "conflict":
        return dynamo.conflict(call)
    status = rule.get("status", 500)
    if "code" in rule:
        return answers.error(call, status, rule["code"], rule.get("message", "injected"))
    return answers.kind(call, "failed") if status == 500 else answers.error(call, status, "ServiceUnavailable", "injected")


def hang_up(environ):
    """Ends the connection with a reset instead of an answer."""
    connection = environ["werkzeug.socket"]
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    os.close(connection.detach())  # close() would wait for the handler's own streams
    raise ConnectionResetError("hung up on purpose")


ACTIONS = {
    "deny": _deny,
    "throttle": lambda _rule, call, _environ: answers.kind(call, "throttled"),
    "fail": _fail,
}
