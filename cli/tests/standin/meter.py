"""What requests to DynamoDB cost in request units, per account.

A write takes a unit for each KB of the larger of the item before and after, also where its condition fails; in a transaction
twice that. A read takes half a unit for each 4 KB, a whole one where it is consistent, two in a transaction; the items of a query's page
are added up before they are rounded. An index takes a unit for each KB that it holds, where what it holds changes. Source: *DynamoDB
on-demand capacity mode*, *DynamoDB Transactions: capacity*, *Using Global Secondary Indexes: write capacity*.
"""

import collections

from values import size

WRITTEN = collections.Counter()
READ = collections.Counter()


def clear(account: str):
    """Begins to count anew."""
    WRITTEN.pop(account, None)
    READ.pop(account, None)


def told(account: str) -> dict:
    """The units since counting began."""
    return {"write_units": WRITTEN[account], "read_units": READ[account]}


def kilobytes(sizes: int, unit: int = 1) -> int:
    """Whole units of as many KB; nothing at all is a unit as well."""
    return max(1, -(-sizes // (unit * 1024)))


def write(kept, old, new, times: int = 1):
    """A write, or one that was refused for its condition: then nothing is new."""
    units = times * kilobytes(max(size(old or {}), size(new or {})))
    for index in kept.table.all_indexes():
        names = [one["AttributeName"] for one in index.schema]
        before, after = (kept.shown(index, one) if one and all(name in one for name in names) else None for one in (old, new))
        if before == after:
            continue
        moved = before and after and any(before[name] != after[name] for name in names)
        units += sum(kilobytes(size(one)) for one in ((before, after) if moved else (after or before,)))
    WRITTEN[kept.table.account_id] += units


def read(account: str, sizes: int, consistent: bool, times: int = 1):
    """A read of one item, or of a page."""
    READ[account] += times * kilobytes(sizes, 4) * (1 if consistent else 0.5)
