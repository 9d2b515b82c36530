"""What a customer's SCPs may ask of the role: a path, a permissions boundary and tags. Without them it is as it ever was."""

import json

import yaml

import deploy
import translated
from harness import Case, client, control, root
from translated import of_type

FOLDER = translated.ROOT / "onboarding"
GIVEN = {"OperatorAccountId": "111122223333", "ExternalId": "known-to-both"}
OWN = {
    "RolePath": "/audit/",
    "PermissionsBoundaryArn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
    "TagKey1": "CostCenter",
    "TagValue1": "1234",
    "TagKey2": "Owner",
    "TagValue2": "security",
}
# Terraform's names of them.
VARIABLES = {"RolePath": "role_path", "PermissionsBoundaryArn": "permissions_boundary_arn"}


def read(text: str) -> dict:
    """A template of CloudFormation."""
    return yaml.load(text, deploy.Template)  # noqa: S506: a SafeLoader


def tags(role: dict) -> dict:
    """A role's tags by key."""
    return {tag["Key"]: tag["Value"] for tag in role["Tags"]}


class Onboarding(Case):
    """The templates that customers deploy."""

    def setUp(self):
        self.role = read((FOLDER / "trust-role.yaml").read_text())

    def test_without_them_nothing_is_replaced(self):
        """A path that is written out, even the one that all have, replaces roles and policies of older stacks."""
        stack = translated.decide(self.role, "infraaudit-role", GIVEN)
        self.assertEqual(translated.dangling(stack), set())
        (role,) = of_type(stack, "AWS::IAM::Role").values()
        for made in (role, *of_type(stack, "AWS::IAM::ManagedPolicy").values()):
            self.assertEqual({"Path", "PermissionsBoundary"} & set(made), set())
        self.assertEqual(set(tags(role)), {"Product", "InfraAuditPermissionLevel"})

    def test_with_them_all_that_can_have_them_has_them(self):
        stack = translated.decide(self.role, "infraaudit-role", GIVEN | OWN)
        (role,) = of_type(stack, "AWS::IAM::Role").values()
        policies = of_type(stack, "AWS::IAM::ManagedPolicy").values()
        self.assertTrue(policies)
        for made in (role, *policies):
            self.assertEqual(made["Path"], OWN["RolePath"])
        self.assertEqual(role["PermissionsBoundary"], OWN["PermissionsBoundaryArn"])
        self.assertLessEqual({"CostCenter": "1234", "Owner": "security"}.items(), tags(role).items())

    def test_a_customer_can_deploy_them(self):
        account = "300000000081"
        stack = control("onboard", account=account, template=(FOLDER / "trust-role.yaml").read_text(), parameters=GIVEN | OWN)
        self.assertEqual(stack["outputs"]["RoleArn"], f"arn:aws:iam::{account}:role/audit/CloudDoctorAuditRole")
        role = client("iam", root(account)).get_role(RoleName="CloudDoctorAuditRole")["Role"]
        self.assertEqual(tags(role)["CostCenter"], "1234")
        self.assertEqual(role["PermissionsBoundary"]["PermissionsBoundaryArn"], OWN["PermissionsBoundaryArn"])

    def test_the_stack_set_hands_them_on(self):
        template = read((FOLDER / "stackset.yaml").read_text())
        (roles,) = of_type(template, "AWS::CloudFormation::StackSet").values()
        handed = {one["ParameterKey"]: one["ParameterValue"] for one in roles["Parameters"]}
        inner = read(roles["TemplateBody"])
        self.assertEqual(set(handed), set(inner["Parameters"]))
        for name in OWN:
            self.assertEqual(handed[name], {"Ref": name})
            limits = [{key: value for key, value in one["Parameters"][name].items() if key != "Description"} for one in (template, inner)]
            self.assertEqual(limits[0], limits[1], name)

    def test_terraform_has_them(self):
        module = (FOLDER / "terraform/main.tf").read_text()
        role, policy = (module.split(f'resource "{kind}"')[1].split("\nresource ")[0] for kind in ("aws_iam_role", "aws_iam_policy"))
        for resource in (role, policy):
            lines = [" ".join(line.split()) for line in resource.splitlines()]
            self.assertIn("path = var.role_path", lines)
            self.assertTrue(any(line.startswith("tags = merge(var.tags, {") for line in lines), resource)
        self.assertIn("var.permissions_boundary_arn", role)
        variables = (FOLDER / "terraform/variables.tf").read_text()
        for name, variable in VARIABLES.items():
            default = variables.split(f'variable "{variable}" {{')[1].split("default")[1].splitlines()[0].strip(" =")
            self.assertEqual(json.loads(default), self.role["Parameters"][name]["Default"])

    def test_the_operator_may_come_in_whatever_the_path(self):
        roles = of_type(translated.decided(), "AWS::IAM::Role")
        (policy,) = roles["WorkerRole"]["Policies"]
        (allowed,) = [one["Resource"] for one in policy["PolicyDocument"]["Statement"] if one["Sid"] == "RolesOfCustomers"]
        name = "arn:${AWS::Partition}:iam::*:role/%sCloudDoctorAuditRole"
        self.assertEqual(allowed, [{"Fn::Sub": name % path} for path in ("", "*/")])
