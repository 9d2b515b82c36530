"""The stand-in: credentials, permissions, faults and a trace around moto's server."""

import contextlib
import json
import re
import traceback

import answers
import assume
import control
import credentials
import dynamo
import faults
import gaps
import holds
import identity
import invoke
import names
import queues
import runtime
import tables
import trace
import wire


# The services whose data this stand-in answers for itself.
OWN = {"dynamodb": dynamo, "sqs": queues}
LOCKS = {"dynamodb": tables.LOCK, "sqs": queues.CHANGED}


class StandIn:
    """A WSGI application that answers for AWS, under `/_ctl/` for the tests and under `/_lambda/` as Lambda's runtime."""

    def __init__(self, moto):
        self.moto = moto
        self.identities = identity.Identities()
        self.faults = faults.Faults()
        self.trace = trace.Trace()
        self.holds = holds.Holds()
        self.runtime = runtime.Runtime()
        self.functions = {}
        self.schedules = {}
        self.endpoint = ""

    def __call__(self, environ, start_response):
        if environ.get("PATH_INFO", "").startswith("/_ctl/"):
            status, headers, body = control.answer(self, environ)
        elif environ.get("PATH_INFO", "").startswith("/_lambda/"):
            status, headers, body = self.runtime.answer(environ)
        else:
            call = wire.read(environ)
            self._identify(call, environ)
            held = self.holds.about(call, environ)
            if held and held["when"] == "before":
                self.holds.wait(held)
                faults.hang_up(environ)
            with self.trace.recorded(call) as entry:
                status, headers, body = self._answer(call, environ)
                entry["status"] = status
            if held:
                self.holds.wait(held)
            if held or call.lost:
                faults.hang_up(environ)
        headers = [one for one in headers if one[0].lower() != "content-length"]
        start_response(f"{status} stand-in", [*headers, ("Content-Length", str(len(body)))])
        return [body]

    def _identify(self, call, environ):
        call.caller = self.identities.find(call.key_id, call.token)
        if call.caller is None:
            return
        call.account = call.caller.account
        if call.operation == "AssumeRole" and (found := re.match(r"arn:[\w-]+:iam::(\d{12}):", call.params.get("RoleArn", ""))):
            call.account = found.group(1)
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = call.caller.account

    def _answer(self, call, environ):
        if call.caller is None:
            return answers.kind(call, "stranger")
        if instead := self.faults.strike(call, environ):
            return instead
        if call.operation == "AssumeRole":
            return self._assume(call, environ)
        if call.operation == "GetCallerIdentity":
            return _who(call)
        for action, resource in names.needs(call):
            if why := call.caller.refusal(action, resource):
                return answers.kind(call, "denied", why)
        if (own := OWN.get(call.service)) and (answer := _own(own, call)):
            return answer
        if invoked := invoke.answer(self, call, environ):
            return invoked
        if elsewhere := gaps.wrong_region(call):
            return elsewhere
        if report := credentials.answer(call):
            return report
        status, headers, body = self._forward(call, environ)
        return gaps.hidden(call, status) or (status, headers, body)

    def _assume(self, call, environ):
        if refused := assume.refuse(call):
            return refused
        status, headers, body = self._forward(call, environ)
        if status == 200:
            assume.opened(call, body, self.identities)
        return status, headers, body

    def _forward(self, call, environ):
        """moto's own answer; what it has not implemented is a 400, which no SDK retries."""
        held = {}

        def start(status, headers, exc_info=None):
            held["status"], held["headers"] = int(status.split()[0]), headers

        with LOCKS.get(call.service) or contextlib.nullcontext():
            try:
                answer = self.moto(environ, start)
                body = b"".join(answer)
            except ConnectionError:
                raise
            except Exception as gap:  # moto raises whatever it likes for what it lacks
                return answers.kind(call, "unsupported", f"{type(gap).__name__}: {gap}"[:200])
        if held["status"] >= 500:
            return answers.kind(call, "unsupported", body[:200].decode("utf-8", "replace"))
        return held["status"], held["headers"], body


def _own(service, call):
    """The answer of one of our own services; a request that it stumbles over is told with the place, and not tried again."""
    try:
        return service.answer(call)
    except Exception:  # a request that AWS's own model would have refused, or a fault of ours
        return answers.kind(call, "unsupported", traceback.format_exc(limit=-3))


def _who(call):
    who = call.caller
    fields = f"<Arn>{who.arn}</Arn><UserId>{who.user_id}</UserId><Account>{who.account}</Account>"
    body = (
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
        f"<GetCallerIdentityResult>{fields}</GetCallerIdentityResult>"
        f"<ResponseMetadata><RequestId>{answers.REQUEST_ID}</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    )
    return 200, [("Content-Type", "text/xml")], body.encode()


def as_json(value):
    """An answer of the control endpoints."""
    return 200, [("Content-Type", "application/json")], json.dumps(value).encode()
