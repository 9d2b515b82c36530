"""Who signs a request, and what they may do.

Known credentials: the keys of IAM users, sessions that AssumeRole handed out, and for bootstrapping an
account's root as `AKIAROOT` followed by the account id, or `testing`, which moto's own users sign with, for the
account 123456789012. Any other key is refused, as AWS does.
"""

import functools
import json
import re
import threading
from dataclasses import dataclass, field

from moto.iam.models import iam_backends

import policies

ROOT_KEY = re.compile(r"AKIAROOT(\d{12})")
BOOTSTRAP = "SeedBootstrap"


@dataclass
class Principal:
    """A caller. `admin` is outside permission checks, faults and the trace: it seeds."""

    account: str
    arn: str
    user_id: str
    role_arn: str = ""
    token: str = ""
    admin: bool = False
    root: bool = False
    session_policies: list = field(default_factory=list)
    identity: object = None

    def refusal(self, action: str, resource: str = "") -> str:
        """Why `action` is refused, in AWS's words, or nothing when it is allowed."""
        if self.admin or self.root or action == "sts:GetCallerIdentity":
            return ""
        layers = [("identity-based", _documents(self.identity))]
        if self.session_policies:
            layers.append(("session", self.session_policies))
        for name, documents in layers:
            outcome = policies.decide(documents, action, resource)
            if outcome == "explicit":
                return f"{self.said(action, resource)} with an explicit deny in a{'n' * (name[0] == 'i')} {name} policy"
            if outcome == "implicit":
                return f"{self.said(action, resource)} because no {name} policy allows the {action} action"
        return ""

    def said(self, action: str, resource: str = "") -> str:
        """The opening of AWS's sentence."""
        on = f" on resource: {resource}" if resource else ""
        return f"User: {self.arn} is not authorized to perform: {action}{on}"


class Identities:
    """The sessions handed out so far, beside what moto's IAM knows."""

    def __init__(self):
        self.sessions = {}
        self.lock = threading.Lock()

    def add(self, key_id: str, principal: Principal):
        """Remembers a session that AssumeRole opened."""
        with self.lock:
            self.sessions[key_id] = principal

    def find(self, key_id: str, token: str):
        """The principal behind a key, or nothing."""
        if session := self.sessions.get(key_id):
            return session if session.token == token else None
        key_id = "AKIAROOT123456789012" if key_id == "testing" else key_id
        if found := ROOT_KEY.fullmatch(key_id):
            account = found.group(1)
            return Principal(account, f"arn:aws:iam::{account}:root", account, root=True)
        for account, backends in list(iam_backends.items()):
            key = backends["aws"].access_keys.get(key_id)
            if key and key.user_name and key.status == "Active":
                user = backends["aws"].users[key.user_name]
                return Principal(account, user.arn, user.id, identity=user)
        return None


def role(arn: str):
    """The role an ARN names, path included, or nothing."""
    parts = arn.split(":")
    if len(parts) != 6 or parts[2] != "iam":
        return None
    found = iam_backends[parts[4]]["aws"].roles.values()
    return next((one for one in list(found) if one.arn == arn), None)


def _documents(identity) -> list:
    """The identity policies of a role or user: inline, attached and, for a user, of its groups."""
    if identity is None:
        return []
    documents = list(identity.policies.values())
    documents += map(_in_force, identity.managed_policies.values())
    if hasattr(identity, "access_keys"):
        backend = iam_backends[identity.account_id]["aws"]
        for group in backend.get_groups_for_user(identity.name):
            documents += list(group.policies.values())
            documents += map(_in_force, group.managed_policies.values())
    return documents


def _in_force(policy) -> str:
    """The default version of a managed policy."""
    return next(version.document for version in policy.versions if version.is_default)


@functools.cache
def aws_managed(arn: str) -> str | None:
    """The document of an AWS-managed policy, from the copy that moto carries."""
    return _aws_managed().get(arn)


@functools.cache
def _aws_managed() -> dict:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    policies_by_name = json.loads(aws_managed_policies_data)
    return {
        f"arn:aws:iam::aws:policy{policy.get('Path', '/')}{name}": json.dumps(policy["Document"])
        for name, policy in policies_by_name.items()
    }
