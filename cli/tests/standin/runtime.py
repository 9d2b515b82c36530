"""The Lambda Runtime API, for any number of functions, each with any number of instances.

AWS_LAMBDA_RUNTIME_API is `<endpoint>/_lambda/<account>-<function>`, or with `.<instance>` after it: then the instance is known, and when
it asks for the next event without having answered the last, it was started anew.
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import collections
import json
import re
import threading
import time
import uuid

import clock
import connections

PATH = re.compile(
    r"^/_lambda/(\d{12})-([\w-]+?)(?:\.(\w+))?/2018-06-01/runtime/(?:(init)/error|invocation/(?:(next)|([\w-]+)/(response|error)))$"
)
SECONDS = 900
# How long a connection may be gone before its process counts as dead: it may answer on another.
GRACE = 0.5
UNKNOWN = b'{"errorType":"InvalidRequestID","errorMessage":"the invocation is over"}'


class Failed(Exception):
    """A function's error as Lambda reports it: `told` is what the caller of Invoke gets."""

    def __init__(self, told: dict):
        super().__init__(f"{told.get('errorType')}: {told.get('errorMessage')}")
        self.told = told


class Busy(Exception):
    """No instance took the event in time: Lambda throttles."""


class Invocation:
    """One event on its way through a function."""

    def __init__(self, event):
        self.id, self.event = str(uuid.uuid4()), event
        self.taken, self.done = threading.Event(), threading.Event()
        self.since = self.deadline = 0.0
        self.instance = self.connection = None
        self.answer = self.error = None

    def end(self, answer=None, error=None):
        """Ends it, once."""
        if not self.done.is_set():
            self.answer, self.error = answer, error
            self.done.set()


class Runtime:
    """Events that wait for an instance, and those that wait for its answer."""

    def __init__(self):
        self.changed = threading.Condition()
        self.waiting = collections.defaultdict(collections.deque)
        self.idle = collections.Counter()
        self.running = {}
        self.instances = {}
        self.seconds = collections.defaultdict(lambda: SECONDS)
        self.failures = collections.defaultdict(list)

    def invoke(self, account: str, function: str, event, patience: float | None = None):
        """Gives an event to one instance and answers what it returned. `patience` is how long it may wait for one."""
        return self.ended(account, function, self.begun(account, function, event), patience)

    def begun(self, account: str, function: str, event) -> Invocation:
        """Lets an event wait for an instance."""
        invocation = Invocation(event)
        with self.changed:
            self.waiting[account, function].append(invocation)
            self.changed.notify_all()
        return invocation

    def ended(self, account: str, function: str, invocation: Invocation, patience: float | None = None):
        """Waits for what an instance returns."""
        if not invocation.taken.wait(patience) and self._back(account, function, invocation):
            raise Busy(f"no instance of {function} took the event within {patience} seconds")
        if not invocation.done.wait(max(0.0, invocation.deadline - time.time())):
            seconds = invocation.deadline - invocation.since
            invocation.end(error=_ended(invocation, "Sandbox.Timedout", f"Task timed out after {seconds:.2f} seconds"))
        self._over(invocation)
        if invocation.error is not None:
            raise Failed(invocation.error)
        return invocation.answer

    def ready(self, account: str, function: str) -> int:
        """How many more events there are instances for."""
        return self.idle[account, function] - len(self.waiting[account, function])

    def died(self, account: str, function: str, instance: str):
        """Ends what an instance was working on, as Lambda does when its process is gone."""
        for one in list(self.running.values()):
            if one.instance == (account, function, instance):
                one.end(error=_ended(one, "Runtime.ExitError", "Runtime exited with error: signal: killed"))
        with self.changed:
            self.instances.pop((account, function, instance), None)

    def hung_up(self, connection):
        """A connection has ended: what was given out over it fails, unless it is answered over another right away.

        An instance with a name is a process that the test watches and tells the end of: its client may drop an idle
        connection while it works.
        """
        for one in list(self.running.values()):
            if one.connection is connection and not one.done.is_set() and not one.instance[2]:
                said = _ended(one, "Runtime.ExitError", "Runtime exited without providing a reason")
                timer = threading.Timer(GRACE, one.end, kwargs={"error": said})
                timer.daemon = True
                timer.start()

    def state(self, account: str) -> list:
        """The instances that have been seen, and for how many seconds they have done what they do."""
        now = time.time()
        with self.changed:
            seen = [(key, state, since) for key, (state, since) in self.instances.items() if key[0] == account]
        return [{"function": key[1], "instance": key[2], "state": state, "seconds": now - since} for key, state, since in seen]

    def answer(self, environ):
        """Answers one request of a function's runtime."""
        found = PATH.match(environ["PATH_INFO"])
        if not found:
            return 404, [], b"no such path of the Runtime API"
        account, function, instance, init, following, invocation_id, how = found.groups()
        if following:
            return self._next((account, function, instance or ""), environ["werkzeug.socket"])
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if init:
            self.failures[account].append(f"{function} did not start: {body.decode()}")
        elif (invocation := self.running.get(invocation_id)) is None:
            # Lambda would have ended the process together with the invocation.
            return 202, [("Content-Type", "application/json")], UNKNOWN
        elif how == "error":
            invocation.end(error=_parsed(body, {"errorMessage": body.decode("utf-8", "replace")}))
        else:
            invocation.end(answer=_parsed(body, None))
        return 202, [("Content-Type", "application/json")], b'{"status":"OK"}'

    def _next(self, who: tuple, connection):
        if who[2]:
            self.died(*who)
        invocation = self._take(who, connection)
        account, function, _ = who
        headers = [
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", invocation.id),
            ("Lambda-Runtime-Deadline-Ms", str(int(invocation.deadline * 1000))),
            ("Lambda-Runtime-Invoked-Function-Arn", f"arn:aws:lambda:us-east-1:{account}:function:{function}"),
            ("Lambda-Runtime-Trace-Id", "Root=1-00000000-000000000000000000000000;Sampled=0"),
        ]
        return 200, headers, json.dumps(invocation.event).encode()

    def _take(self, who: tuple, connection) -> Invocation:
        """Waits for an event for as long as the instance lives: one that was killed takes none."""
        queue = self.waiting[who[:2]]
        with self.changed:
            self.instances[who] = ("idle", time.time())
            self.idle[who[:2]] += 1
            self.changed.notify_all()
            try:
                while True:
                    if connections.hung_up(connection):
                        self.instances.pop(who, None)
                        raise ConnectionResetError(f"an instance of {who[1]} is gone")
                    if queue:
                        break
                    self.changed.wait(0.2)
                invocation = queue.popleft()
            finally:
                self.idle[who[:2]] -= 1
            invocation.since = time.time()
            invocation.deadline = invocation.since + clock.timeout(who[0], self.seconds[who[:2]])
            invocation.instance, invocation.connection = who, connection
            self.running[invocation.id] = invocation
            self.instances[who] = ("busy", invocation.since)
            invocation.taken.set()
        return invocation

    def _back(self, account, function, invocation) -> bool:
        """Takes an event back that no instance has taken."""
        with self.changed:
            if invocation.taken.is_set():
                return False
            self.waiting[account, function].remove(invocation)
            return True

    def _over(self, invocation):
        with self.changed:
            self.running.pop(invocation.id, None)
            if self.instances.get(invocation.instance, ("",))[0] == "busy":
                late = (invocation.error or {}).get("errorType") == "Sandbox.Timedout"
                self.instances[invocation.instance] = ("timed out" if late else "answered", time.time())


def _ended(invocation, kind: str, said: str) -> dict:
    return {"errorType": kind, "errorMessage": f"RequestId: {invocation.id} Error: {said}"}


def _parsed(body: bytes, otherwise):
    try:
        return json.loads(body)
    except ValueError:
        return otherwise
