"""The endpoints under `/_ctl/` with which a test directs the stand-in. Bodies and answers are JSON.

- `deny`, `throttle`, `fail`, `latency`: adds a rule (see `faults`); answers `{"id"}`.
- `reset {account?}`: drops the rules and the trace, of one account or all.
- `trace`: GET reads `{"calls"}` (`?account=`); POST `{"on"?, "account"?}` clears and switches.
- `maxinflight?account=`: per service the most calls that ran at once.
- `backdate {account, keys: {id: days}, users: {name: days since the password was used}}`, `summary {account, AccountMFAEnabled?, AccountAccessKeysPresent?}`,
  `regions {account, enabled}`: what an account cannot be given through AWS's own interfaces.
- `deploy {account, template, parameters}`: see `deploy`; connects the event sources (see `sources`).
- `invoke {account, function, event}`: `{"answer"}` or `{"error"}`; `failures?account=`: what functions failed with.
- `published?account=`: what was published to the topics of an account, as `{"messages"}`.
- `operator {account, role}`, `onboard {account, template, parameters}`, `role {account, name, trust, policy}`,
  `seed {scenario, account, …}`: see `seed`.
"""

import datetime
import json
import traceback
import urllib.parse

from moto.iam.models import iam_backends
from moto.sns.models import sns_backends

import deploy
import gaps
import runtime
import seed
import sources


def answer(stand_in, environ):
    """Answers one control request."""
    from middleware import as_json

    name = environ["PATH_INFO"].removeprefix("/_ctl/")
    query = {key: values[0] for key, values in urllib.parse.parse_qs(environ.get("QUERY_STRING", "")).items()}
    raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    try:
        given = query | json.loads(raw or b"{}")
        return as_json(COMMANDS[name](stand_in, given, environ["REQUEST_METHOD"]))
    except Exception:  # a test must see why its stand-in refused
        return 400, [("Content-Type", "text/plain")], traceback.format_exc().encode()


def _rule(kind):
    return lambda stand_in, given, _method: {"id": stand_in.faults.add(kind, given)}


def _reset(stand_in, given, _method):
    account = given.get("account", "")
    stand_in.faults.clear(account)
    stand_in.trace.clear(account)
    return {}


def _trace(stand_in, given, method):
    account = given.get("account", "")
    if method == "GET":
        return {"calls": stand_in.trace.read(account)}
    stand_in.trace.on = given.get("on", True)
    stand_in.trace.clear(account)
    return {}


def _backdate(_stand_in, given, _method):
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    keys = iam_backends[given["account"]]["aws"].access_keys
    for key_id, days in given["keys"].items():
        keys[key_id].create_date = now - datetime.timedelta(days=days)
    for name, days in given.get("users", {}).items():
        iam_backends[given["account"]]["aws"].users[name].password_last_used = now - datetime.timedelta(days=days)
    return {"changed": len(given["keys"]) + len(given.get("users", {}))}


def _summary(_stand_in, given, _method):
    seed.root_user(given["account"], given.get("AccountMFAEnabled", 1), given.get("AccountAccessKeysPresent", 0))
    return {}


def _regions(_stand_in, given, _method):
    gaps.ENABLED_REGIONS[given["account"]] = set(given["enabled"])
    return {}


def _deploy(stand_in, given, _method):
    deployed = deploy.deploy(stand_in, **given)
    for function in deployed["functions"].values():
        for source in function["sources"]:
            sources.connect(stand_in, source)
    return deployed


def _invoke(stand_in, given, _method):
    try:
        return {"answer": stand_in.runtime.invoke(f"{given['account']}-{given['function']}", given["event"], given.get("seconds", 60))}
    except runtime.Failed as failure:
        return {"error": str(failure)}


def _published(_stand_in, given, _method):
    messages = []
    for backend in list(sns_backends[given["account"]].values()):
        for topic in list(backend.topics.values()):
            for _, text, subject, attributes, _ in list(topic.sent_notifications):
                messages.append({"topic": topic.arn, "subject": subject, "message": text, "attributes": attributes})
    return {"messages": messages}


def _plant(function):
    return lambda stand_in, given, _method: function(stand_in.endpoint, **given)


COMMANDS = {
    "deny": _rule("deny"),
    "throttle": _rule("throttle"),
    "fail": _rule("fail"),
    "latency": _rule("latency"),
    "reset": _reset,
    "trace": _trace,
    "maxinflight": lambda stand_in, given, _method: stand_in.trace.most_in_flight(given.get("account", "")),
    "backdate": _backdate,
    "summary": _summary,
    "regions": _regions,
    "deploy": _deploy,
    "invoke": _invoke,
    "failures": lambda stand_in, given, _method: {"failures": stand_in.failures[given["account"]]},
    "published": _published,
    "operator": _plant(seed.operator),
    "onboard": _plant(seed.onboard),
    "role": _plant(seed.role),
    "seed": _plant(seed.scenario),
}
