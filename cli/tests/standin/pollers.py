"""SQS queues as Lambda reads them: batches side by side, what was handled is deleted, the rest becomes visible again in its time.

Lambda does not shorten a failed message's visibility timeout. Messages that no filter takes are deleted. MaximumConcurrency bounds
how many batches are under way at once, as do the instances there are: a message is taken only when one is free to handle it.
"""

import hashlib
import json
import threading
import time

import chaos
import clock
import partial
import queues
from runtime import Failed


def connect(stand_in, mapping: dict):
    """Starts to deliver a queue, for as long as the stand-in runs."""
    threading.Thread(target=Poller(stand_in, mapping).run, daemon=True).start()


class Poller:
    """One mapping of a queue."""

    def __init__(self, stand_in, mapping: dict):
        self.stand_in, self.mapping, self.account = stand_in, mapping, mapping["account"]
        self.queue = queues.find(mapping["arn"])
        self.under_way, self.lock = 0, threading.Condition()

    def run(self):
        """Takes batch after batch."""
        runtime, function = self.stand_in.runtime, self.mapping["function"]
        while True:
            with runtime.changed:
                runtime.changed.wait_for(lambda: runtime.ready(self.account, function) > 0, 1)
            with self.lock:
                self.lock.wait_for(lambda: self.under_way < self.mapping["concurrency"])
            if runtime.ready(self.account, function) <= 0:
                continue
            if batch := self._gather():
                with self.lock:
                    self.under_way += 1
                begun = runtime.begun(self.account, function, {"Records": [event for _, _, event in batch]})
                threading.Thread(target=self._handle, args=(batch, begun), daemon=True).start()

    def _gather(self) -> list:
        """The next batch: full, or what there is when the batching window ends."""
        batch, most = self._take(1), self.mapping["batch"]
        until = time.monotonic() + clock.wait(self.account, self.mapping["window"])
        while batch and len(batch) < most:
            more = self._take(0, most - len(batch))
            batch += more
            if not more and (left := until - time.monotonic()) <= 0:
                break
            if not more:
                with queues.CHANGED:
                    queues.CHANGED.wait(min(left, 0.1))
        return batch

    def _take(self, wait: float, most: int = 0) -> list:
        taken, wanted = queues.receive(self.queue, min(most or self.mapping["batch"], 10), None, wait), []
        for message in taken:
            event = _event(self.mapping, message)
            if self.mapping["wanted"](_readable(event)):
                wanted.append((message, message.receipt_handle, event))
            else:
                queues.delete(self.queue, message.receipt_handle)
        return wanted

    def _handle(self, batch: list, begun):
        try:
            for message, _, event in batch:
                if chaos.strikes(self.account, "queue_duplicate", f"twins {self.queue.name}"):
                    queues.again(self.queue, message, chaos.dice(self.account, "twins").uniform(0, 1))
            failed = self._failed(batch, begun)
            for place, (_, handle, _) in enumerate(batch):
                if place not in failed:
                    queues.delete(self.queue, handle)
        finally:
            with self.lock:
                self.under_way -= 1
                self.lock.notify_all()

    def _failed(self, batch: list, begun) -> set:
        try:
            answer = self.stand_in.runtime.ended(self.account, self.mapping["function"], begun)
        except Failed as failed:
            self.stand_in.runtime.failures[self.account].append(f"{self.mapping['name']}: {failed}")
            return set(range(len(batch)))
        return partial.failures(self.mapping, answer, [message.id for message, _, _ in batch])


def _event(mapping, message) -> dict:
    return {
        "messageId": message.id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": queues.system_attributes(message),
        "messageAttributes": {name: _attribute(value) for name, value in message.message_attributes.items()},
        "md5OfBody": hashlib.md5(message.body.encode()).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": mapping["arn"],
        "awsRegion": mapping["region"],
    }


def _attribute(value: dict) -> dict:
    return {name[0].lower() + name[1:]: one for name, one in value.items()} | {"stringListValues": [], "binaryListValues": []}


def _readable(event: dict) -> dict:
    """The event as filters see it: with the body parsed where it is JSON."""
    try:
        return event | {"body": json.loads(event["body"])}
    except ValueError:
        return event
