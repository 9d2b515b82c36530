"""The Lambda Runtime API, for any number of functions: AWS_LAMBDA_RUNTIME_API is `<endpoint>/_lambda/<name>`.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import queue
import re
import select
import socket
import threading
import time
import uuid
from collections import defaultdict

PATH = re.compile(r"^/_lambda/([\w-]+)/2018-06-01/runtime/(?:(init)/error|invocation/(?:(next)|([\w-]+)/(response|error)))$")
SECONDS = 900


class Failed(Exception):
    """The function answered with an error, or not in time."""


def _hung_up(connection) -> bool:
    readable, _, _ = select.select([connection], [], [], 0)
    return bool(readable) and connection.recv(1, socket.MSG_PEEK) == b""


class Runtime:
    """Invocations that wait for a function, and those that wait for its answer."""

    def __init__(self):
        self.waiting = defaultdict(queue.Queue)
        self.running = {}

    def invoke(self, name: str, event, seconds: float = SECONDS):
        """Gives an event to a function and answers what it returned."""
        invocation = {"id": str(uuid.uuid4()), "event": event, "deadline": time.time() + seconds, "done": threading.Event()}
        self.running[invocation["id"]] = invocation
        self.waiting[name].put(invocation)
        finished = invocation["done"].wait(seconds)
        self.running.pop(invocation["id"], None)
        if not finished:
            raise Failed(f"{name} did not answer within {seconds} seconds")
        if invocation["how"] == "error":
            raise Failed(f"{name} failed: {invocation['answer']}")
        return json.loads(invocation["answer"] or "null")

    def answer(self, environ):
        """Answers one request of a function's runtime."""
        found = PATH.match(environ["PATH_INFO"])
        if not found:
            return 404, [], b"no such path of the Runtime API"
        name, init, following, invocation_id, how = found.groups()
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) if not following else b""
        if following:
            return self._next(name, environ["werkzeug.socket"])
        if init:
            print(f"{name} did not start: {body.decode()}", flush=True)
        elif invocation := self.running.get(invocation_id):
            invocation |= {"how": how, "answer": body.decode()}
            invocation["done"].set()
        return 202, [("Content-Type", "application/json")], b'{"status":"OK"}'

    def _take(self, name: str, connection):
        """Waits for an invocation for as long as the function's process lives: one that was killed takes none."""
        while not _hung_up(connection):
            try:
                return self.waiting[name].get(timeout=0.1)
            except queue.Empty:
                continue
        raise ConnectionResetError(f"{name} is gone")

    def _next(self, name: str, connection):
        invocation = self._take(name, connection)
        headers = [
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", invocation["id"]),
            ("Lambda-Runtime-Deadline-Ms", str(int(invocation["deadline"] * 1000))),
            ("Lambda-Runtime-Invoked-Function-Arn", f"arn:aws:lambda:us-east-1:123456789012:function:{name}"),
            ("Lambda-Runtime-Trace-Id", "Root=1-00000000-000000000000000000000000;Sampled=0"),
        ]
        return 200, headers, json.dumps(invocation["event"]).encode()
