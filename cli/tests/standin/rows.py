"""Items in the order of their keys."""

import bisect


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
