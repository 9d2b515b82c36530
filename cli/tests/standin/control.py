"""The endpoints under `/_ctl/` with which a test directs the stand-in. Bodies and answers are JSON.

- `deny`, `throttle`, `fail`, `latency`: adds a rule (see `faults`); answers `{"id"}`.
- `reset {account?}`: drops the rules and the trace, of one account or all.
- `trace`: GET reads `{"calls"}` (`?account=`); POST `{"on"?, "account"?}` clears and switches.
- `maxinflight?account=`: per service the most calls that ran at once.
- `backdate {account, keys: {id: days}, users: {name: days since the password was used}}`, `summary {account, AccountMFAEnabled?, AccountAccessKeysPresent?, AccountPasswordPresent?}`,
  `regions {account, enabled}`: what an account cannot be given through AWS's own interfaces.
- `credential_report {account, seconds?, age?}`: see `credentials`.
- `deploy {account, template, parameters, waits?, timeouts?}`: see `deploy` and `clock`; connects the event sources (see `sources`).
- `hurry {account, waits?, timeouts?}`: see `clock`. `chaos {account, seed?, …}`: see `chaos`; before `deploy`, where it sets `shards`.
- `invoke {account, function, event, seconds?}`: `{"answer"}` or `{"error"}`; with `"asynchronous": true` `{}` at once.
- `fire {account, schedule, at?}`: lets a schedule's time come; answers `{"event"}`.
- `failures?account=`: what functions failed with, and what was given up. `instances?account=`: what each instance does.
- `instance_died {account, function, instance}`: its process is gone; of one without a name a broken connection tells it too.
- `hold {point, operations, contains, account?, region?, when, times, probability, seed}`, `held {seconds}`, `release {id}`, `unhold`: see `holds`.
- `metered?account=`: the request units of DynamoDB; POST begins to count anew. See `meter`.
- `items {account, table, kind}`: the items of a kind, as DynamoDB words them.
- `expire {account, table, now}`: deletes the items whose time to live is past, as DynamoDB does in its own time.
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

import asynchronous
import chaos
import clock
import credentials
import deploy
import gaps
import meter
import runtime
import seed
import sources
import tables


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


def _metered(_stand_in, given, method):
    if method != "GET":
        meter.clear(given["account"])
    return meter.told(given["account"])


def _backdate(_stand_in, given, _method):
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    keys = iam_backends[given["account"]]["aws"].access_keys
    for key_id, days in given["keys"].items():
        keys[key_id].create_date = now - datetime.timedelta(days=days)
    for name, days in given.get("users", {}).items():
        iam_backends[given["account"]]["aws"].users[name].password_last_used = now - datetime.timedelta(days=days)
    return {"changed": len(given["keys"]) + len(given.get("users", {}))}


def _summary(_stand_in, given, _method):
    flags = {"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0, "AccountPasswordPresent": 1}
    seed.root_user(given["account"], *(given.get(name, usual) for name, usual in flags.items()))
    return {}


def _credential_report(_stand_in, given, _method):
    return credentials.set_for(**given)


def _regions(_stand_in, given, _method):
    gaps.ENABLED_REGIONS[given["account"]] = set(given["enabled"])
    return {}


def _deploy(stand_in, given, _method):
    clock.hurry(given["account"], given.pop("waits", 1), given.pop("timeouts", 1))
    deployed = deploy.deploy(stand_in, **given)
    for function in deployed["functions"].values():
        for source in function.pop("sources"):
            sources.connect(stand_in, source)
    return deployed


def _invoke(stand_in, given, _method):
    account, function = given["account"], given["function"]
    if given.get("asynchronous"):
        asynchronous.invoke(stand_in, stand_in.functions[account, function], given["event"])
        return {}
    try:
        return {"answer": stand_in.runtime.invoke(account, function, given["event"], given.get("seconds", 60))}
    except (runtime.Busy, runtime.Failed) as failure:
        return {"error": str(failure)}


def _fire(stand_in, given, _method):
    schedule = stand_in.schedules[given["account"]][given["schedule"]]
    return {"event": sources.fire(stand_in, schedule, given.get("at"))}


def _died(stand_in, given, _method):
    stand_in.runtime.died(given["account"], given["function"], given["instance"])
    return {}


def _hurry(_stand_in, given, _method):
    clock.hurry(**given)
    return {}


def _chaos(_stand_in, given, _method):
    chaos.set_for(**given)
    return {}


def _expire(_stand_in, given, _method):
    with tables.LOCK:
        kept = tables.find(given["account"], given.get("region", "us-east-1"), given["table"])
        return {"expired": kept.expire(given["now"])}


def _hold(stand_in, given, _method):
    stand_in.holds.add(given)
    return {}


def _release(stand_in, given, _method):
    stand_in.holds.release(given["id"])
    return {}


def _unhold(stand_in, _given, _method):
    stand_in.holds.clear()
    return {}


def _items(_stand_in, given, _method):
    with tables.LOCK:
        kept = tables.find(given["account"], given.get("region", "us-east-1"), given["table"])
        return {"items": [item for _, item in kept.everything() if item.get("kind") == {"S": given["kind"]}]}


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
    "metered": _metered,
    "backdate": _backdate,
    "summary": _summary,
    "regions": _regions,
    "credential_report": _credential_report,
    "deploy": _deploy,
    "invoke": _invoke,
    "hurry": _hurry,
    "chaos": _chaos,
    "expire": _expire,
    "hold": _hold,
    "held": lambda stand_in, given, _method: stand_in.holds.next(given["seconds"]),
    "release": _release,
    "unhold": _unhold,
    "items": _items,
    "fire": _fire,
    "instance_died": _died,
    "instances": lambda stand_in, given, _method: {"instances": stand_in.runtime.state(given["account"])},
    "failures": lambda stand_in, given, _method: {"failures": stand_in.runtime.failures[given["account"]]},
    "published": _published,
    "operator": _plant(seed.operator),
    "onboard": _plant(seed.onboard),
    "role": _plant(seed.role),
    "seed": _plant(seed.scenario),
}
