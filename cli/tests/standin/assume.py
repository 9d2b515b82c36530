"""AssumeRole with what moto leaves out: input limits, the trust policy, and session policies that bind."""

import re

import answers
import identity
import policies

SESSION_NAME = re.compile(r"[\w+=,.@-]*", re.ASCII)
EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]*", re.ASCII)
POLICY_LIMIT = 2048
XML_FIELD = "<{0}>([^<]+)</{0}>"


def refuse(call):
    """The answer when the request is invalid or the role does not let the caller in, else nothing."""
    if problem := _invalid(call):
        return answers.kind(call, "invalid", problem)
    try:
        for document in _session_policies(call):
            policies.load(document)
    except (ValueError, AttributeError):
        return answers.error(call, 400, "MalformedPolicyDocument", "Syntax errors in policy.")
    arn = call.params["RoleArn"]
    if arn.endswith(f":role/{identity.BOOTSTRAP}"):
        return None
    role, caller = identity.role(arn), call.caller
    if role is None or not _trusts(role, call):
        return answers.kind(call, "denied", caller.said("sts:AssumeRole", arn))
    if caller.account != call.account and (why := caller.refusal("sts:AssumeRole", arn)):
        return answers.kind(call, "denied", why)
    seconds = int(call.params.get("DurationSeconds", 3600))
    if caller.role_arn and seconds > 3600:
        return answers.kind(
            call, "invalid", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        )
    if seconds > (role.max_session_duration or 3600):
        return answers.kind(call, "invalid", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    return None


def opened(call, body: bytes, identities):
    """Registers the session that moto's answer holds."""
    text = body.decode()
    read = {name: re.search(XML_FIELD.format(name), text).group(1) for name in ("AccessKeyId", "SessionToken", "AssumedRoleId")}
    arn = call.params["RoleArn"]
    name = arn.rsplit("/", 1)[-1]
    identities.add(
        read["AccessKeyId"],
        identity.Principal(
            account=call.account,
            arn=f"arn:aws:sts::{call.account}:assumed-role/{name}/{call.params['RoleSessionName']}",
            user_id=read["AssumedRoleId"],
            role_arn=arn,
            token=read["SessionToken"],
            admin=name == identity.BOOTSTRAP,
            session_policies=_session_policies(call),
            identity=identity.role(arn),
        ),
    )


def _trusts(role, call) -> bool:
    caller = call.caller
    context = {
        "aws:PrincipalArn": caller.role_arn or caller.arn,
        "aws:PrincipalAccount": caller.account,
        "sts:RoleSessionName": call.params["RoleSessionName"],
    }
    if "ExternalId" in call.params:
        context["sts:ExternalId"] = call.params["ExternalId"]
    allowed = False
    for statement in policies.load(role.assume_role_policy_document):
        if not any(policies.like(one, "sts:AssumeRole", True) for one in policies.listed(statement.get("Action"))):
            continue
        if not _names(statement.get("Principal"), caller):
            continue
        if not policies.holds(statement.get("Condition"), context):
            continue
        if statement.get("Effect") == "Deny":
            return False
        allowed = True
    return allowed


def _names(principal, caller) -> bool:
    named = ["*"] if principal == "*" else policies.listed((principal or {}).get("AWS"))
    whole_account = (caller.account, f"arn:aws:iam::{caller.account}:root")
    return any(one == "*" or one in whole_account or one in (caller.arn, caller.role_arn) for one in named)


def _session_policies(call) -> list:
    inline = [call.params["Policy"]] if call.params.get("Policy") else []
    return inline + [identity.aws_managed(arn) or "{}" for arn in _policy_arns(call)]


def _policy_arns(call) -> list:
    return [value for key, value in call.params.items() if re.fullmatch(r"PolicyArns\.member\.\d+\.arn", key)]


def _invalid(call) -> str:
    """The first rule of STS's model that the parameters break, in AWS's words."""
    given = call.params
    for name, least, most, pattern in (
        ("RoleArn", 20, 2048, None),
        ("RoleSessionName", 2, 64, SESSION_NAME),
        ("ExternalId", 2, 1224, EXTERNAL_ID),
        ("Policy", 1, POLICY_LIMIT, None),
    ):
        value, field = given.get(name), name[0].lower() + name[1:]
        if value is None:
            if name.startswith("Role"):
                return _constraint("null", field, "Member must not be null")
        elif len(value) < least:
            return _constraint(value, field, f"Member must have length greater than or equal to {least}")
        elif len(value) > most:
            return _constraint(value, field, f"Member must have length less than or equal to {most}")
        elif pattern and not pattern.fullmatch(value):
            return _constraint(value, field, f"Member must satisfy regular expression pattern: {pattern.pattern}")
    arns = _policy_arns(call)
    if len(arns) > 10 or len(given.get("Policy", "")) + sum(map(len, arns)) > POLICY_LIMIT:
        return f"The session policies together exceed {POLICY_LIMIT} characters or 10 ARNs"
    if not 900 <= int(given.get("DurationSeconds", 3600)) <= 43200:
        return _constraint(given["DurationSeconds"], "durationSeconds", "Member must have value between 900 and 43200")
    return ""


def _constraint(value: str, field: str, rule: str) -> str:
    return f"1 validation error detected: Value '{value}' at '{field}' failed to satisfy constraint: {rule}"
