"""Who may open a role, and what a session may do."""

import json

from harness import OPERATOR, WORKER, Case, assume, client, document, make_role, root, worker_session


class Trust(Case):
    """Who may open a role."""

    def test_external_id(self):
        arn = make_role("300000000001", condition={"StringEquals": {"sts:ExternalId": "right"}})
        assume(arn, ExternalId="right")
        self.assertIn(f"sts:AssumeRole on resource: {arn}", self.refused("AccessDenied", assume, arn, ExternalId="wrong"))
        self.refused("AccessDenied", assume, arn)

    def test_external_id_by_pattern_and_unknown_operators(self):
        assume(make_role("300000000002", "Like", condition={"StringLike": {"sts:ExternalId": "a*"}}), ExternalId="abc")
        odd = make_role("300000000002", "Odd", condition={"NumericEquals": {"sts:ExternalId": "11"}})
        self.refused("AccessDenied", assume, odd, ExternalId="11")

    def test_principal(self):
        account = "300000000003"
        assume(make_role(account, "Whole", {"AWS": f"arn:aws:iam::{OPERATOR}:root"}))
        for name, principal in (("Other", {"AWS": "arn:aws:iam::999999999999:root"}), ("Service", {"Service": "ec2.amazonaws.com"})):
            self.refused("AccessDenied", assume, make_role(account, name, principal))
        self.refused("AccessDenied", assume, f"arn:aws:iam::{account}:role/Missing")

    def test_an_explicit_deny_wins(self):
        account = "300000000004"
        arn = make_role(account)
        statements = [{"Effect": effect, "Principal": {"AWS": WORKER}, "Action": "sts:AssumeRole"} for effect in ("Allow", "Deny")]
        trust = json.dumps({"Version": "2012-10-17", "Statement": statements})
        client("iam", root(account)).update_assume_role_policy(RoleName="Audit", PolicyDocument=trust)
        self.refused("AccessDenied", assume, arn)

    def test_limits(self):
        arn = make_role("300000000005")
        for given in ({"ExternalId": "a"}, {"ExternalId": "with space"}, {"Policy": "x" * 2049}, {"DurationSeconds": 7200}):
            self.refused("ValidationError", assume, arn, **given)
        self.refused("MalformedPolicyDocument", assume, arn, Policy="no policy")
        sts = client("sts", worker_session())
        self.refused("ValidationError", sts.assume_role, RoleArn=arn, RoleSessionName="a b")

    def test_strangers(self):
        stranger = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"}
        self.refused("InvalidClientTokenId", client("iam", stranger).list_users)
        self.refused("InvalidAccessKeyId", client("s3", stranger).list_buckets)
        self.refused("AuthFailure", client("ec2", stranger).describe_regions)
        self.refused("InvalidClientTokenId", client("sts", worker_session() | {"AWS_SESSION_TOKEN": "x"}).get_caller_identity)


class Permissions(Case):
    """What a session may do."""

    def test_the_role_and_the_session_policy_both_bind(self):
        account = "300000000011"
        arn = make_role(account, allow=("iam:List*", "s3:ListAllMyBuckets", "s3:GetEncryptionConfiguration"))
        client("s3", root(account)).create_bucket(Bucket="of-300000000011")
        capped = assume(arn, Policy=document("iam:ListUsers", "iam:GetAccountSummary", "s3:GetEncryptionConfiguration", Resource="*"))
        client("iam", capped).list_users()
        said = self.refused("AccessDenied", client("iam", capped).list_roles)
        self.assertIn("no session policy allows the iam:ListRoles action", said)
        said = self.refused("AccessDenied", client("iam", capped).get_account_summary)
        self.assertIn("no identity-based policy allows", said)
        s3 = client("s3", capped)
        self.refused("ServerSideEncryptionConfigurationNotFoundError", s3.get_bucket_encryption, Bucket="of-300000000011")
        self.refused("AccessDenied", s3.list_buckets)
        self.refused("AccessDenied", s3.get_bucket_acl, Bucket="of-300000000011")
        self.refused("UnauthorizedOperation", client("ec2", capped).describe_instances)

    def test_attached_policies_and_those_of_groups_count_in_their_default_version(self):
        account = "300000000013"
        iam = client("iam", root(account))
        policy = iam.create_policy(PolicyName="reads", PolicyDocument=document("iam:List*", Resource="*"))["Policy"]["Arn"]
        role = make_role(account, allow=("sts:GetCallerIdentity",))
        self.refused("AccessDenied", client("iam", assume(role)).list_users)
        iam.attach_role_policy(RoleName="Audit", PolicyArn=policy)
        client("iam", assume(role)).list_users()
        iam.create_user(UserName="member")
        iam.create_group(GroupName="readers")
        iam.add_user_to_group(GroupName="readers", UserName="member")
        key = iam.create_access_key(UserName="member")["AccessKey"]
        member = client("iam", {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]})
        self.refused("AccessDenied", member.list_users)
        iam.attach_group_policy(GroupName="readers", PolicyArn=policy)
        member.list_users()
        iam.create_policy_version(PolicyArn=policy, PolicyDocument=document("s3:*", Resource="*"), SetAsDefault=True)
        self.refused("AccessDenied", member.list_users)

    def test_a_managed_session_policy_by_arn(self):
        arn = make_role("300000000012")
        session = assume(arn, PolicyArns=[{"arn": "arn:aws:iam::aws:policy/SecurityAudit"}])
        client("iam", session).list_users()
        self.refused("AccessDenied", client("iam", session).create_user, UserName="new")
