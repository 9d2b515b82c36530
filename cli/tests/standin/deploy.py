"""Deploys `template.yaml` behind the stand-in: what it stores, queues and publishes to through CloudFormation; its functions'
environment, roles, timeouts, event sources and schedules as the template words them."""

import json

import yaml
from moto.sts.models import sts_backends

import identity
import seed
import sources

# What CloudFormation in moto makes of the template; functions, APIs and alarms it does not make.
MADE = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::KMS::Key", "AWS::Logs::LogGroup")
# Events that API Gateway sends: a test sends them itself.
HTTP = ("Api", "HttpApi")
STACK = "infraaudit"
# Parameters that a deployer has to give and no test is about.
NEEDED = {"OperationsEmail": "operations@example.com"}
# Lambda's own limit without a setting.
TIMEOUT = 3


class Template(yaml.SafeLoader):
    """YAML with CloudFormation's short forms."""


def _short_form(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix in ("Ref", "Condition"):
        return {suffix: value}
    return {f"Fn::{suffix}": value.split(".", 1) if suffix == "GetAtt" and isinstance(value, str) else value}


Template.add_multi_constructor("!", _short_form)


def deploy(stand_in, account: str, template: str, parameters: dict, region: str = "us-east-1") -> dict:
    """Creates the stack and answers per function its environment, and the stack's table, queues' URLs and schedules."""
    parsed = yaml.load(template, Template)  # noqa: S506: a SafeLoader
    needed = {name for name, one in parsed.get("Parameters", {}).items() if "Default" not in one}
    parameters = {name: NEEDED[name] for name in needed & set(NEEDED)} | parameters
    functions = {name: _whole(parsed, one) for name, one in parsed["Resources"].items() if one["Type"] == "AWS::Serverless::Function"}
    roles = {function["Role"]["Fn::GetAtt"][0] for function in functions.values()}
    roles |= {one["Fn::GetAtt"][0] for function in functions.values() for one in _schedulers(function)}
    kept = {name: one for name, one in parsed["Resources"].items() if one["Type"] in MADE or name in roles}
    arns = {name: f"arn:aws:lambda:{region}:{account}:function:{name}" for name in functions}
    queues = {name: {"Ref": name} for name, one in kept.items() if one["Type"] == "AWS::SQS::Queue"}
    asked, kept = _named({"functions": functions, "table": {"Ref": "Table"}, "queues": queues}, arns), _named(kept, arns)
    answered = _create(stand_in.endpoint, account, region, parsed, kept, asked, parameters)
    deployed, schedules = {}, {}
    for name, function in answered["functions"].items():
        place = {"account": account, "region": region, "function": name, "role": function["Role"]}
        timeout = int(function.get("Timeout", TIMEOUT))
        stand_in.runtime.seconds[account, name] = timeout
        stand_in.functions[account, name] = target = sources.invoked(stand_in, place, function)
        found = []
        for event, source in function.get("Events", {}).items():
            if source["Type"] == "ScheduleV2":
                schedules[event] = sources.schedule(place, event, source, target)
            elif source["Type"] not in HTTP:
                found.append(sources.mapping(place, event, source, timeout))
        deployed[name] = {"environment": _environment(stand_in, place, function), "timeout": timeout, "sources": found}
    stand_in.schedules[account] = schedules
    return {"functions": deployed, "table": answered["table"], "queues": answered["queues"], "schedules": sorted(schedules)}


def _whole(parsed: dict, resource: dict) -> dict:
    """A function's properties with those that all functions share."""
    shared, own = parsed.get("Globals", {}).get("Function", {}), resource["Properties"]
    whole = {**shared, **own}
    variables = [one.get("Environment", {}).get("Variables", {}) for one in (shared, own)]
    whole["Environment"] = {"Variables": variables[0] | variables[1]}
    read = ("Environment", "EventInvokeConfig", "Events", "MemorySize", "Role", "Timeout")
    return {name: whole[name] for name in read if name in whole}


def _schedulers(function: dict) -> list:
    events = function.get("Events", {}).values()
    return [one["Properties"]["RoleArn"] for one in events if one["Type"] == "ScheduleV2"]


def _intrinsic(tree) -> bool:
    return isinstance(tree, dict) and len(tree) == 1 and next(iter(tree)).startswith(("Fn::", "Ref"))


def _named(tree, functions: dict):
    """The tree with the functions' ARNs and names in it: moto does not make them."""
    if _intrinsic(tree):
        ((kind, about),) = tree.items()
        if kind == "Ref" and about in functions:
            return about
        if kind == "Fn::GetAtt" and about[0] in functions and about[1] == "Arn":
            return functions[about[0]]
        return tree
    if isinstance(tree, dict):
        return {name: _named(one, functions) for name, one in tree.items()}
    return [_named(one, functions) for one in tree] if isinstance(tree, list) else tree


def _create(endpoint, account, region, parsed, kept, asked, parameters):
    """The stack with one output for each intrinsic function in `asked`; answers `asked` with their values."""
    wanted = {}
    marked = _marked(asked, wanted)
    body = {
        "AWSTemplateFormatVersion": parsed["AWSTemplateFormatVersion"],
        "Parameters": parsed["Parameters"],
        "Mappings": parsed.get("Mappings", {}),
        "Conditions": parsed.get("Conditions", {}),
        "Resources": kept,
        "Outputs": {f"Value{number}": {"Value": value} for number, value in enumerate(wanted.values())},
    }
    formation = seed.Account(endpoint, account).client("cloudformation", region)
    formation.create_stack(
        StackName=STACK,
        TemplateBody=json.dumps(body, default=str),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    outputs = formation.describe_stacks(StackName=STACK)["Stacks"][0]["Outputs"]
    found = {one["OutputKey"]: one["OutputValue"] for one in outputs}
    values = {key: found[f"Value{number}"] for number, key in enumerate(wanted)}
    return _filled(marked, values)


class Mark(str):
    """Stands for the value of an intrinsic function."""


def _marked(tree, wanted: dict):
    if _intrinsic(tree):
        mark = Mark(json.dumps(tree, sort_keys=True))
        wanted[mark] = tree
        return mark
    if isinstance(tree, dict):
        return {name: _marked(one, wanted) for name, one in tree.items()}
    return [_marked(one, wanted) for one in tree] if isinstance(tree, list) else tree


def _filled(tree, values: dict):
    if isinstance(tree, Mark):
        return values[tree]
    if isinstance(tree, dict):
        return {name: _filled(one, values) for name, one in tree.items()}
    return [_filled(one, values) for one in tree] if isinstance(tree, list) else tree


def _environment(stand_in, place, function):
    """What Lambda sets for a function: the template's variables, its own, and a session of the function's role."""
    account, name = place["account"], place["function"]
    variables = {key: str(value) for key, value in function["Environment"]["Variables"].items()}
    return variables | {
        **_session(stand_in, account, place["role"], name),
        "AWS_REGION": place["region"],
        "AWS_ENDPOINT_URL": stand_in.endpoint,
        "AWS_LAMBDA_RUNTIME_API": f"{stand_in.endpoint}/_lambda/{account}-{name}",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.get("MemorySize", 128)),
    }


def _session(stand_in, account, role_arn, name):
    """A session as the Lambda service opens it, held to the role's policies."""
    made = sts_backends[account]["aws"].assume_role("us-east-1", name, role_arn, "", 3600, "")
    stand_in.identities.add(
        made.access_key_id,
        identity.Principal(
            account=account,
            arn=made.arn,
            user_id=made.user_id,
            role_arn=role_arn,
            token=made.session_token,
            identity=identity.role(role_arn),
        ),
    )
    return {
        "AWS_ACCESS_KEY_ID": made.access_key_id,
        "AWS_SECRET_ACCESS_KEY": made.secret_access_key,
        "AWS_SESSION_TOKEN": made.session_token,
    }
