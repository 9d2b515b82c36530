"""What moto does otherwise when CloudFormation makes a role: it leaves out the managed policies that it is to have
(`ManagedPolicyArns`), and takes a tag that `AWS::NoValue` took out for one."""

from moto.iam.models import Role, iam_backends
from moto.utilities.utils import get_partition

_CREATE = Role.create_from_cloudformation_json.__func__


def _create(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    properties = cloudformation_json["Properties"]
    if "Tags" in properties:
        properties["Tags"] = [one for one in properties["Tags"] if one]
    role = _CREATE(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs)
    backend = iam_backends[account_id][get_partition(region_name)]
    for arn in properties.get("ManagedPolicyArns", []):
        backend.attach_role_policy(arn, role.name)
    return role


def install():
    """Has every stack attach them from now on."""
    Role.create_from_cloudformation_json = classmethod(_create)
