"""How fast an account's time runs: a test cannot wait 5,400 seconds for a message to become visible again.

`waits` divides every wait that AWS makes: visibility timeouts and delays of queues, batching windows, pauses between retries,
and the ages at which records and events are given up. `timeouts` divides the functions' timeouts, and with them the deadlines
they are told; functions hold on to real seconds before their deadline, so it is a factor of its own.
"""

from collections import defaultdict

HURRY = defaultdict(lambda: {"waits": 1.0, "timeouts": 1.0})


def hurry(account: str, waits: float = 1.0, timeouts: float = 1.0):
    """Sets an account's factors."""
    HURRY[account] = {"waits": float(waits), "timeouts": float(timeouts)}


def wait(account: str, seconds) -> float:
    """The real seconds of a wait."""
    return float(seconds) / HURRY[account]["waits"]


def timeout(account: str, seconds) -> float:
    """The real seconds of a function's timeout."""
    return float(seconds) / HURRY[account]["timeouts"]
