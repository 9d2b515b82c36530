"""What Lambda, SQS and DynamoDB may do and seldom do: deliver twice, late, in another order, and read what is already past.

Nothing of it is on until the control endpoint `chaos` sets it for an account. Each source draws from a generator of its own,
seeded by the given seed and the source's name, so that a run with the same traffic makes the same choices.
"""

import random
import threading
from collections import defaultdict

import tables

NONE = {
    "seed": 7,
    "stream_duplicate": 0.0,  # probability that a batch of stream records is delivered once more
    "queue_duplicate": 0.0,  # probability that a message comes once more, after it was handled or meanwhile
    "async_duplicate": 0.0,  # probability that an asynchronous event comes twice
    "reorder": False,  # a receive takes any visible messages, not the oldest
    "delay": 0.0,  # the most seconds that a batch, message or event waits
    "shards": 1,  # how many shards a stream has: records of one partition key keep their order, others need not
    "index_lag": 0.0,  # seconds until a global index shows a write
    "stale": 0.0,  # probability that a read which is not consistent misses the last second's write of its item
}
SET = defaultdict(lambda: dict(NONE))
RANDOM = {}
LOCK = threading.Lock()


def set_for(account: str, **given):
    """Sets an account's chaos; what is not given is off."""
    if unknown := set(given) - set(NONE):
        raise ValueError(f"no such chaos: {', '.join(sorted(unknown))}")
    with LOCK:
        SET[account] = NONE | given
        for key in [key for key in RANDOM if key[0] == account]:
            del RANDOM[key]
    tables.LAG[account] = SET[account]["index_lag"]
    tables.STALE.pop(account, None)
    if SET[account]["stale"]:
        tables.STALE[account] = {"probability": SET[account]["stale"], "random": dice(account, "stale")}


def dice(account: str, name: str) -> random.Random:
    """The generator of one source of an account."""
    with LOCK:
        if (account, name) not in RANDOM:
            RANDOM[account, name] = random.Random(f"{SET[account]['seed']} {name}")
        return RANDOM[account, name]


def strikes(account: str, what: str, name: str) -> bool:
    """Whether the probability `what` comes true for a source this time."""
    probability = SET[account][what]
    return probability > 0 and dice(account, name).random() < probability


def delay(account: str, name: str) -> float:
    """How many seconds a source waits this time."""
    most = SET[account]["delay"]
    return dice(account, name).uniform(0, most) if most else 0.0
