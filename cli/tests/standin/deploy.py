"""Deploys `template.yaml` behind the stand-in: what it stores, queues and publishes to through CloudFormation, its
functions' environment, roles and event sources as the template words them."""

import json

import yaml
from moto.sts.models import sts_backends

import identity
import seed

# What CloudFormation in moto makes of the template; functions, APIs and alarms it does not make.
MADE = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::KMS::Key", "AWS::Logs::LogGroup")
STACK = "infraaudit"


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
    """Creates the stack and answers per function its environment and event sources, and the stack's outputs."""
    parsed = yaml.load(template, Template)  # noqa: S506: a SafeLoader
    functions = {name: one for name, one in parsed["Resources"].items() if one["Type"] == "AWS::Serverless::Function"}
    roles = {function["Properties"]["Role"]["Fn::GetAtt"][0] for function in functions.values()}
    shared = parsed["Globals"]["Function"].get("Environment", {}).get("Variables", {})
    wanted = {}
    for name, function in functions.items():
        variables = shared | function["Properties"].get("Environment", {}).get("Variables", {})
        wanted |= {(name, "environment", key): value for key, value in variables.items()}
        wanted[name, "role", ""] = function["Properties"]["Role"]
        for event, source in function["Properties"].get("Events", {}).items():
            arn = source["Properties"].get("Stream") or source["Properties"].get("Queue")
            if arn:
                wanted[name, "source", event] = arn
    kept = {name: one for name, one in parsed["Resources"].items() if one["Type"] in MADE or name in roles}
    values = _create(stand_in.endpoint, account, region, parsed, kept, wanted, parameters)
    deployed = {
        name: {"environment": _environment(stand_in, account, region, name, values), "sources": _sources(account, name, function, values)}
        for name, function in functions.items()
    }
    return {"functions": deployed, "table": values["output", "table", ""]}


def _create(endpoint, account, region, parsed, kept, wanted, parameters):
    """The stack with one output for each wanted value; answers the values."""
    wanted = wanted | {("output", "table", ""): {"Ref": "Table"}}
    keys = list(wanted)
    body = {
        "AWSTemplateFormatVersion": parsed["AWSTemplateFormatVersion"],
        "Parameters": parsed["Parameters"],
        "Conditions": parsed.get("Conditions", {}),
        "Resources": kept,
        "Outputs": {f"Value{number}": {"Value": wanted[key]} for number, key in enumerate(keys)},
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
    return {key: found[f"Value{number}"] for number, key in enumerate(keys)}


def _environment(stand_in, account, region, name, values):
    """What Lambda sets for a function: the template's variables, its own, and a session of the function's role."""
    own = {key[2]: value for key, value in values.items() if key[:2] == (name, "environment")}
    return own | {
        **_session(stand_in, account, values[name, "role", ""], name),
        "AWS_REGION": region,
        "AWS_ENDPOINT_URL": stand_in.endpoint,
        "AWS_LAMBDA_RUNTIME_API": f"{stand_in.endpoint}/_lambda/{account}-{name}",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
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


def _sources(account, name, function, values):
    """The event sources that hang on a stream or a queue, with the settings that decide what is delivered how."""
    sources = []
    for event, source in function["Properties"].get("Events", {}).items():
        if (name, "source", event) not in values:
            continue
        settings = source["Properties"]
        filters = settings.get("FilterCriteria", {}).get("Filters", [])
        sources.append(
            {
                "function": f"{account}-{name}",
                "account": account,
                "type": source["Type"],
                "arn": values[name, "source", event],
                "batch": settings.get("BatchSize", 10),
                "retries": settings.get("MaximumRetryAttempts", 3),
                "partial": "ReportBatchItemFailures" in settings.get("FunctionResponseTypes", []),
                "patterns": [json.loads(one["Pattern"]) for one in filters],
            }
        )
    return sources
