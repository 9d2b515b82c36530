"""Every audited call with its times, so that a test can count calls and see how many ran at once."""

import threading
import time
from collections import defaultdict
from contextlib import contextmanager

import names


class Trace:
    """The calls since the trace was last cleared, per account called into."""

    def __init__(self):
        self.on = True
        self.calls = defaultdict(list)
        self.lock = threading.Lock()

    @contextmanager
    def recorded(self, call):
        """Records a call while it runs; the entry's `status` is filled in by the caller."""
        entry = {"in": time.monotonic(), "status": 0}
        try:
            yield entry
        finally:
            entry["out"] = time.monotonic()
            if self.on and not (call.caller is not None and call.caller.admin):
                entry |= {
                    "service": call.service,
                    "api": call.api,
                    "operation": call.operation,
                    "action": names.action(call),
                    "region": call.region,
                    "account": call.account,
                    "key_id": call.key_id,
                    "resource": call.resource,
                }
                if call.operation == "AssumeRole":
                    entry["params"] = dict(call.params)
                with self.lock:
                    self.calls[call.account].append(entry)

    def read(self, account: str = "") -> list:
        """The calls into one account, or all, by time."""
        with self.lock:
            chosen = self.calls[account] if account else [one for calls in self.calls.values() for one in calls]
            return sorted(chosen, key=lambda entry: entry["in"])

    def clear(self, account: str = ""):
        """Forgets the calls into one account, or all."""
        with self.lock:
            if account:
                self.calls.pop(account, None)
            else:
                self.calls.clear()

    def most_in_flight(self, account: str = "") -> dict:
        """Per service the largest number of calls that ran at one time."""
        edges = defaultdict(list)
        for entry in self.read(account):
            edges[entry["service"]] += [(entry["in"], 1), (entry["out"], -1)]
        most = {}
        for service, moments in edges.items():
            running = peak = 0
            for _, change in sorted(moments):
                running += change
                peak = max(peak, running)
            most[service] = peak
        return most
