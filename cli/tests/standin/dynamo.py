"""DynamoDB that survives concurrent use: moto 5.2.5 loses writes that run at once, and puts a copy in a
table's place when a transaction fails, which leaves stream iterators reading a table nobody writes to.

Requests are taken one at a time, and a failed transaction is undone inside the table it touched.
"""

import copy
import threading
import types

import moto.dynamodb.models as models
from moto.dynamodb.models.table import Table

LOCK = threading.RLock()
_KEEP_TABLES = threading.local()


def install():
    """Replaces moto's transaction by one that rolls back in place."""
    whole = models.DynamoDBBackend.transact_write_items
    models.copy = types.SimpleNamespace(deepcopy=_deepcopy, copy=copy.copy)

    def transact_write_items(self, transact_items):
        with LOCK:
            saved = [_save(self.tables[name], transact_items) for name in _tables(self, transact_items)]
            _KEEP_TABLES.on = True
            try:
                return whole(self, transact_items)
            except Exception:
                for table, items, streamed in saved:
                    table.items = items
                    if table.stream_shard is not None:
                        del table.stream_shard.items[streamed:]
                raise
            finally:
                _KEEP_TABLES.on = False

    models.DynamoDBBackend.transact_write_items = transact_write_items


def _deepcopy(value, memo=None):
    if isinstance(value, Table) and getattr(_KEEP_TABLES, "on", False):
        return value
    return copy.deepcopy(value, memo)


def _operations(transact_items):
    return [next(iter(item.values())) for item in transact_items]


def _tables(backend, transact_items):
    return {one.get("TableName") for one in _operations(transact_items)} & set(backend.tables)


def _save(table, transact_items):
    """A table's items as they are: the containers copied, and the items that the transaction may change."""
    items = copy.copy(table.items)
    if table.range_key_attr is not None:
        for value, row in items.items():
            items[value] = dict(row)
    for operation in _operations(transact_items):
        key = operation.get("Key") or operation.get("Item") or {}
        if operation.get("TableName") != table.name or table.hash_key_attr not in key:
            continue
        value = models.DynamoType(key[table.hash_key_attr])
        if value not in items:
            continue
        if table.range_key_attr is None:
            items[value] = copy.deepcopy(items[value])
        elif table.range_key_attr in key:
            inner = models.DynamoType(key[table.range_key_attr])
            if inner in items[value]:
                items[value][inner] = copy.deepcopy(items[value][inner])
    streamed = len(table.stream_shard.items) if table.stream_shard is not None else 0
    return table, items, streamed
