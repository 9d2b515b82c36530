"""Puts accounts behind the stand-in: an operator, a customer's onboarding stack, and resources whose truth is known."""

import json
import threading

import botocore.session
from botocore.config import Config
from moto.iam.models import iam_backends

import attached

attached.install()
SESSION = botocore.session.Session()
LOCK = threading.Lock()


class Account:
    """A way into one account that is not held by its policies: the bootstrap role."""

    def __init__(self, endpoint: str, account: str):
        self.endpoint, self.account = endpoint, account
        root = {"AccessKeyId": f"AKIAROOT{account}", "SecretAccessKey": "stand-in", "SessionToken": None}
        self.credentials = root
        arn = f"arn:aws:iam::{account}:role/SeedBootstrap"
        self.credentials = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="seed")["Credentials"]

    def client(self, service: str, region: str = "us-east-1"):
        """A botocore client for this account. Making one is not thread-safe; using it is."""
        with LOCK:
            return SESSION.create_client(
                service,
                region_name=region,
                endpoint_url=self.endpoint,
                aws_access_key_id=self.credentials["AccessKeyId"],
                aws_secret_access_key=self.credentials["SecretAccessKey"],
                aws_session_token=self.credentials["SessionToken"],
                config=Config(retries={"max_attempts": 1}),
            )


def environment(credentials: dict) -> dict:
    """Credentials as the variables that every SDK reads."""
    return {
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }


def operator(endpoint: str, account: str, role: str, allow: list | None = None) -> dict:
    """A role in the operator's account that may assume roles, and a session of it as environment variables.

    `allow` names further actions, for the functions' own tables, queues and topics.
    """
    way_in = Account(endpoint, account)
    iam = way_in.client("iam")
    trust = _policy(Principal={"AWS": f"arn:aws:iam::{account}:root"}, Action="sts:AssumeRole")
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=trust)
    document = _policy(Action=["sts:AssumeRole", *(allow or [])], Resource="*")
    iam.put_role_policy(RoleName=role, PolicyName="operate", PolicyDocument=document)
    arn = f"arn:aws:iam::{account}:role/{role}"
    way_in.credentials = {"AccessKeyId": f"AKIAROOT{account}", "SecretAccessKey": "stand-in", "SessionToken": None}
    session = way_in.client("sts").assume_role(RoleArn=arn, RoleSessionName="operator")["Credentials"]
    return {"role_arn": arn, "environment": environment(session)}


def onboard(endpoint: str, account: str, template: str, parameters: dict, region: str = "us-east-1") -> dict:
    """Creates the customer's onboarding stack through CloudFormation; answers its status and outputs."""
    formation = Account(endpoint, account).client("cloudformation", region)
    formation.create_stack(
        StackName="infraaudit-onboarding",
        TemplateBody=template,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    stack = formation.describe_stacks(StackName="infraaudit-onboarding")["Stacks"][0]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}
    return {"status": stack["StackStatus"], "outputs": outputs}


def role(endpoint: str, account: str, name: str, trust: dict, policy: dict) -> dict:
    """Creates a role from its two policies, as Terraform does and as people do by hand; or changes it to them."""
    iam = Account(endpoint, account).client("iam")
    try:
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    except iam.exceptions.EntityAlreadyExistsException:
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))
        made = iam.get_role(RoleName=name)
    iam.put_role_policy(RoleName=name, PolicyName="ReadSecuritySettings", PolicyDocument=json.dumps(policy))
    return {"role_arn": made["Role"]["Arn"]}


def root_user(account: str, mfa: int, keys: int, password: int = 1):
    """What GetAccountSummary says of the root user: nobody can set it through an API."""
    summary = iam_backends[account]["aws"].account_summary
    summary._account_mfa_enabled = mfa
    summary._account_access_keys_present = keys
    summary.root_password = password


def scenario(endpoint: str, scenario: str, account: str, **options) -> dict:
    """Seeds an account and answers what an audit must find there, or which keys it has."""
    import seed_basic
    import seed_keys
    import seed_large

    kinds = {"basic": seed_basic.seed, "keys": seed_keys.seed, "large": seed_large.seed}
    return kinds[scenario](Account(endpoint, account), **options)


def _policy(**statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})
