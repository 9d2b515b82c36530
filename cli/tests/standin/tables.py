"""What DynamoDB tables hold. moto keeps a table's description and its stream's records; its items are kept here.

An item is never changed in place: a write puts a new one. So a transaction needs no way back: all its parts are computed
before the first is put.
"""

import bisect
import collections
import hashlib
import threading
import time
import uuid

from moto.dynamodb.models import dynamodb_backends

from values import WRONG, Refused, comparable, invalid, size

LOCK = threading.RLock()
# Wakes those who wait for stream records.
WRITTEN = threading.Condition(LOCK)
KEY_LIMITS = {"HASH": 2048, "RANGE": 1024}
# Each account's seconds until an index shows what was written, and the probability that a read which is not consistent misses the
# last write.
LAG = collections.defaultdict(float)
STALE = {}


class Top:
    """Greater than everything."""

    def __lt__(self, _other):
        return False

    def __gt__(self, _other):
        return True


TOP = Top()


class Rows:
    """Items by their hash key, and within it in the order of a sort key, which is a tuple."""

    def __init__(self):
        self.partitions = {}

    def put(self, hash_key, sort_key: tuple, item: dict):
        """Puts an item in the place of the one with the same keys."""
        keys, items = self.partitions.setdefault(hash_key, ([], {}))
        if sort_key not in items:
            bisect.insort(keys, sort_key)
        items[sort_key] = item

    def drop(self, hash_key, sort_key: tuple):
        """Takes an item away if it is there."""
        keys, items = self.partitions.get(hash_key, ([], {}))
        if items.pop(sort_key, None) is not None:
            del keys[bisect.bisect_left(keys, sort_key)]
            if not keys:
                del self.partitions[hash_key]

    def get(self, hash_key, sort_key: tuple):
        """An item, or nothing."""
        found = self.partitions.get(hash_key)
        return found[1].get(sort_key) if found else None


class Record:
    """A stream record in the form that moto's streams hand out."""

    def __init__(self, record: dict):
        self.record = record

    def to_json(self) -> dict:
        """The record as GetRecords gives it."""
        return self.record


class Kept:
    """The items of one of moto's tables, and of its indexes."""

    def __init__(self, table):
        self.table, self.rows, self.indexes = table, Rows(), {}
        self.names = {one["KeyType"]: one["AttributeName"] for one in table.schema}
        self.keys = list(self.names.values())
        self.types = {one["AttributeName"]: one["AttributeType"] for one in table.attr}
        self.late = collections.deque()
        self.before = {}

    def key(self, given: dict, whole: bool = True) -> tuple:
        """The place of an item: its hash key and its sort key. `whole` refuses attributes beside the key."""
        if any(name not in given for name in self.keys) or (whole and len(given) != len(self.keys)):
            raise invalid("The provided key element does not match the schema")
        for kind, name in self.names.items():
            self._check(kind, name, given[name], "The provided key element does not match the schema")
        return self.place(given, self.names)

    def _check(self, kind, name, value, said):
        if next(iter(value)) != self.types[name]:
            raise invalid(said)
        text = value[self.types[name]]
        if text == "":
            raise invalid(f"One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: {name}")
        if len(text.encode()) > KEY_LIMITS[kind]:
            what = "hashkey" if kind == "HASH" else "aggregated size of all range keys"
            raise invalid(f"{WRONG}Size of {what} has exceeded the maximum size limit of {KEY_LIMITS[kind]} bytes")

    def place(self, item: dict, names: dict) -> tuple:
        """Where an item is among those sorted by some of its attributes."""
        sort = (comparable(item[names["RANGE"]]),) if "RANGE" in names else ()
        return comparable(item[names["HASH"]]), sort

    def check(self, item: dict) -> dict:
        """An item that may be put: keys of the right type, index keys too, and not too large."""
        for kind, name in self.names.items():
            if name not in item:
                raise invalid(f"{WRONG}Missing the key {name} in the item")
            (given,) = item[name]
            said = f"{WRONG}Type mismatch for key {name} expected: {self.types[name]} actual: {given}"
            self._check(kind, name, item[name], said)
        for index in self.table.all_indexes():
            for part in index.schema:
                name = part["AttributeName"]
                if name in item and name not in self.keys:
                    (given,) = item[name]
                    said = f"{WRONG}Type mismatch for Index Key {name} Expected: {self.types[name]} Actual: {given} IndexName: {index.name}"
                    self._check(part["KeyType"], name, item[name], said)
        return item

    def read(self, key: tuple, consistent: bool = True):
        """An item, or nothing; where asked for, perhaps the one before the last write."""
        if not consistent and (stale := STALE.get(self.table.account_id)) and key in self.before:
            until, old = self.before[key]
            if time.monotonic() < until and stale["random"].random() < stale["probability"]:
                return old
        return self.rows.get(*key)

    def write(self, key: tuple, new: dict | None, who: dict | None = None):
        """Puts an item, or deletes it where `new` is nothing, and tells the stream. The caller holds the lock."""
        old = self.rows.get(*key)
        if new == old:
            return
        if new is None:
            self.rows.drop(*key)
        else:
            self.rows.put(*key, new)
        if stale := STALE.get(self.table.account_id):
            self.before[key] = (time.monotonic() + stale.get("seconds", 1), old)
        if self.indexes:
            self.late.append((time.monotonic(), old, new))
        if self.table.stream_shard is not None:
            self._tell(old, new, who)

    def expire(self, now: float) -> int:
        """Deletes the items whose time to live is past."""
        ttl = self.table.ttl
        if ttl.get("TimeToLiveStatus") != "ENABLED":
            return 0
        name = ttl["AttributeName"]
        past = [(key, item) for key, item in self.everything() if "N" in item.get(name, {}) and float(item[name]["N"]) <= now]
        for key, _ in past:
            self.write(key, None, {"type": "Service", "principalId": "dynamodb.amazonaws.com"})
        return len(past)

    def _tell(self, old, new, who):
        shard, view = self.table.stream_shard, self.table.stream_specification["StreamViewType"]
        item = new if new is not None else old
        told = {
            "ApproximateCreationDateTime": int(time.time()),
            "Keys": {name: item[name] for name in self.keys},
            "SequenceNumber": str(shard.starting_sequence_number + len(shard.items)),
            "SizeBytes": size(old or {}) + size(new or {}),
            "StreamViewType": view,
        }
        if new is not None and view in ("NEW_IMAGE", "NEW_AND_OLD_IMAGES"):
            told["NewImage"] = new
        if old is not None and view in ("OLD_IMAGE", "NEW_AND_OLD_IMAGES"):
            told["OldImage"] = old
        record = {
            "eventID": uuid.uuid4().hex,
            "eventName": "INSERT" if old is None else "REMOVE" if new is None else "MODIFY",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": self.table.region_name,
            "dynamodb": told,
        }
        if who is not None:
            record["userIdentity"] = who
        shard.items.append(Record(record))
        WRITTEN.notify_all()

    def index(self, name: str):
        """An index's description and its items, as late as the account's indexes are."""
        found = next((one for one in self.table.all_indexes() if one.name == name), None)
        if found is None:
            raise invalid(f"The table does not have the specified index: {name}")
        if name not in self.indexes:
            self._catch_up(0)
            self.indexes[name] = (found, Rows())
            for _, items in self.rows.partitions.values():
                for item in items.values():
                    self._show(*self.indexes[name], None, item)
        self._catch_up(LAG[self.table.account_id])
        return self.indexes[name]

    def _catch_up(self, lag: float):
        while self.late and self.late[0][0] <= time.monotonic() - lag:
            _, old, new = self.late.popleft()
            for index, rows in self.indexes.values():
                self._show(index, rows, old, new)

    def _show(self, index, rows, old, new):
        names = {one["KeyType"]: one["AttributeName"] for one in index.schema}
        if old is not None and all(name in old for name in names.values()):
            rows.drop(*self.index_place(old, names))
        if new is not None and all(name in new for name in names.values()):
            rows.put(*self.index_place(new, names), new)

    def index_place(self, item: dict, names: dict) -> tuple:
        """Where an item is in an index: items with equal keys there are told apart by their own."""
        hash_key, sort_key = self.place(item, names)
        own = self.place(item, self.names)
        return hash_key, (*sort_key, own[0], *own[1])

    def shown(self, index, item: dict) -> dict:
        """What an index holds of an item."""
        kind = index.projection.get("ProjectionType", "ALL")
        if kind == "ALL":
            return item
        names = {*self.keys, *(one["AttributeName"] for one in index.schema)}
        if kind == "INCLUDE":
            names |= set(index.projection.get("NonKeyAttributes", []))
        return {name: value for name, value in item.items() if name in names}

    def everything(self) -> list:
        """All items with their places, in the order of a scan."""
        found = []
        for hash_key in sorted(self.rows.partitions, key=scattered):
            keys, items = self.rows.partitions[hash_key]
            found += [((hash_key, one), items[one]) for one in keys]
        return found


def scattered(hash_key) -> bytes:
    """The order of partitions, which is no order of their keys."""
    return hashlib.md5(repr(hash_key).encode()).digest()


def find(account: str, region: str, name) -> Kept:
    """A table by its name or ARN."""
    if not isinstance(name, str):
        raise invalid("1 validation error detected: Value null at 'tableName' failed to satisfy constraint: Member must not be null")
    table = dynamodb_backends[account][region].tables.get(name.rsplit("/", 1)[-1])
    if table is None:
        raise Refused("ResourceNotFoundException", "Requested resource not found")
    if "stand_in" not in vars(table):
        table.stand_in = Kept(table)
    return table.stand_in
