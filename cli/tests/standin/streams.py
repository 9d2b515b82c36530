"""DynamoDB streams as Lambda reads them: in order, in batches, a failed batch again until it is handled or given up.

- Records that no filter takes are passed over; those it takes make up the batches.
- With ReportBatchItemFailures a batch goes on from the lowest sequence number that failed. Without an answer in that form, with an
  unknown one or with an error, the whole batch failed.
- BisectBatchOnFunctionError halves a batch that failed with an error, and starts a new batch where a partial failure begins. Neither counts as a retry.
  A batch whose first record is told as the failed one is not halved: it is what remains.
- Given up are records older than MaximumRecordAgeInSeconds and batches retried MaximumRetryAttempts times; their destination hears of it.

Left to chaos: batches delivered twice, late, and shards whose records overtake each other's.
"""

import threading
import time
import zlib

from moto.dynamodb.models import dynamodb_backends

import chaos
import clock
import destinations
import partial
import tables
from runtime import Busy, Failed

PAUSE = 0.2
LONGEST_PAUSE = 30


def connect(stand_in, mapping: dict):
    """Starts to deliver a stream, for as long as the stand-in runs."""
    for lane in range(chaos.SET[mapping["account"]]["shards"]):
        threading.Thread(target=Lane(stand_in, mapping, lane).run, daemon=True).start()


class Lane:
    """One shard of one mapping."""

    def __init__(self, stand_in, mapping: dict, lane: int):
        self.stand_in, self.mapping, self.lane = stand_in, mapping, lane
        self.name = f"stream {mapping['name']} {lane}"
        _, _, _, region, account, rest = mapping["arn"].split(":", 5)
        self.account = account
        self.shard = dynamodb_backends[account][region].tables[rest.split("/")[1]].stream_shard
        self.lanes = chaos.SET[account]["shards"]
        self.read = 0

    def run(self):
        """Delivers batch after batch."""
        while True:
            batch = self._gather()
            time.sleep(chaos.delay(self.account, self.name))
            self._deliver(batch)
            if chaos.strikes(self.account, "stream_duplicate", self.name):
                self._deliver(batch)

    def _gather(self) -> list:
        """The next batch: full, or what there is when the batching window ends."""
        batch, until = [], None
        with tables.LOCK:
            while True:
                while len(batch) < self.mapping["batch"] and self.read < len(self.shard.items):
                    record = self.shard.items[self.read].to_json()
                    self.read += 1
                    if self._mine(record) and self.mapping["wanted"](record):
                        batch.append(record | {"eventSourceARN": self.mapping["arn"]})
                if batch and until is None:
                    until = time.monotonic() + clock.wait(self.account, self.mapping["window"])
                if len(batch) == self.mapping["batch"] or (batch and time.monotonic() >= until):
                    return batch
                tables.WRITTEN.wait(1 if until is None else max(0.001, until - time.monotonic()))

    def _mine(self, record) -> bool:
        if self.lanes == 1:
            return True
        key = sorted(record["dynamodb"]["Keys"].items())[0]
        return zlib.crc32(repr(key).encode()) % self.lanes == self.lane

    def _deliver(self, batch: list):
        """Delivers a batch and what becomes of it, in order, until nothing of it is left."""
        left = [(batch, 0)]
        while left:
            records, tried = left.pop(0)
            if old := self._old(records):
                self._give_up(records[:old], "RecordAgeExceeded", tried, None)
                records = records[old:]
            if not records:
                continue
            try:
                start, error = self._invoke(records)
            except Busy:
                left.insert(0, (records, tried))
                continue
            if start == len(records):
                continue
            bisect = self.mapping["bisect"]
            if start:
                left.insert(0, (records[start:], 0 if bisect else tried + 1))
            elif error and bisect and len(records) > 1:
                half = (len(records) + 1) // 2
                left[:0] = [(records[:half], tried), (records[half:], tried)]
            elif 0 <= self.mapping["retries"] <= tried:
                self._give_up(records, "RetryAttemptsExhausted", tried + 1, error)
                continue
            else:
                left.insert(0, (records, tried + 1))
            time.sleep(clock.wait(self.account, min(PAUSE * 2 ** min(tried, 10), LONGEST_PAUSE)))

    def _invoke(self, records: list) -> tuple:
        """How many records from the first on are done, and the error if the function failed as a whole."""
        age, patience = self.mapping["age"], None
        if age >= 0:
            patience = max(0.1, records[0]["dynamodb"]["ApproximateCreationDateTime"] + clock.wait(self.account, age) + 1 - time.time())
        try:
            answer = self.stand_in.runtime.invoke(self.account, self.mapping["function"], {"Records": records}, patience)
        except Failed as failed:
            self.stand_in.runtime.failures[self.account].append(f"{self.mapping['name']}: {failed}")
            return 0, failed.told
        failed = partial.failures(self.mapping, answer, [one["dynamodb"]["SequenceNumber"] for one in records])
        return min(failed, default=len(records)), None

    def _old(self, records) -> int:
        most = self.mapping["age"]
        if most < 0:
            return 0
        since = time.time() - clock.wait(self.account, most) - 1  # a record's time is told in whole seconds
        return sum(one["dynamodb"]["ApproximateCreationDateTime"] < since for one in records)

    def _give_up(self, records, condition, invoked, error):
        times = [one["dynamodb"]["ApproximateCreationDateTime"] for one in records]
        numbers = [one["dynamodb"]["SequenceNumber"] for one in records]
        body = destinations.request(self.mapping, condition, invoked)
        if error is not None:
            body["responseContext"] = destinations.ANSWER
        body["DDBStreamBatchInfo"] = {
            "shardId": self.shard.id,
            "startSequenceNumber": numbers[0],
            "endSequenceNumber": numbers[-1],
            "approximateArrivalOfFirstRecord": destinations.moment(times[0]),
            "approximateArrivalOfLastRecord": destinations.moment(times[-1]),
            "batchSize": len(records),
            "streamArn": self.mapping["arn"],
        }
        destinations.send(self.stand_in, self.mapping, body)
