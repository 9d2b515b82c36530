"""What moto leaves out when CloudFormation makes a role: the managed policies that it is to have (`ManagedPolicyArns`)."""

from moto.iam.models import Role, iam_backends
from moto.utilities.utils import get_partition

_CREATE = Role.create_from_cloudformation_json.__func__


def _create(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    role = _CREATE(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs)
    backend = iam_backends[account_id][get_partition(region_name)]
    for arn in cloudformation_json["Properties"].get("ManagedPolicyArns", []):
        backend.attach_role_policy(arn, role.name)
    return role


def install():
    """Has every stack attach them from now on."""
    Role.create_from_cloudformation_json = classmethod(_create)
