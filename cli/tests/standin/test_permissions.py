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


class Functions(Case):
    """What a function's role may do to the operator's own table, queue, bucket and topic: each on its own resource."""

    ACCOUNT = "300000000014"

    @classmethod
    def setUpClass(cls):
        cls.role = make_role(cls.ACCOUNT, "Function", allow=("sts:GetCallerIdentity",))
        admin = client("dynamodb", root(cls.ACCOUNT))
        for name in ("mine", "other"):
            admin.create_table(
                TableName=name,
                KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in ("p", "kind")],
                GlobalSecondaryIndexes=[
                    {"IndexName": "by", "KeySchema": [{"AttributeName": "kind", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}
                ],
                BillingMode="PAY_PER_REQUEST",
            )
        cls.queues = {name: client("sqs", root(cls.ACCOUNT)).create_queue(QueueName=name)["QueueUrl"] for name in ("mine", "other")}
        client("s3", root(cls.ACCOUNT)).create_bucket(Bucket=f"mine-{cls.ACCOUNT}")

    def may(self, *actions, on="*"):
        """Credentials that may do just this."""
        may = document(*actions, Resource=on)
        client("iam", root(self.ACCOUNT)).put_role_policy(RoleName="Function", PolicyName="may", PolicyDocument=may)
        return assume(self.role)

    def arn(self, service, rest):
        """An ARN in the account."""
        return f"arn:aws:{service}:us-east-1:{self.ACCOUNT}:{rest}"

    def test_a_transaction_needs_what_its_parts_need(self):
        item, key = {"p": {"S": "a"}}, {"p": {"S": "b"}}
        parts = {
            "dynamodb:PutItem": {"Put": {"TableName": "mine", "Item": item}},
            "dynamodb:UpdateItem": {"Update": {"TableName": "mine", "Key": key, "UpdateExpression": "REMOVE x"}},
            "dynamodb:DeleteItem": {"Delete": {"TableName": "mine", "Key": {"p": {"S": "c"}}}},
            "dynamodb:ConditionCheckItem": {
                "ConditionCheck": {"TableName": "mine", "Key": {"p": {"S": "d"}}, "ConditionExpression": "attribute_not_exists(p)"}
            },
        }
        table = self.arn("dynamodb", "table/mine")
        for action in parts:
            others = [one for one in parts if one != action]
            transact = client("dynamodb", self.may(*others, on=table)).transact_write_items
            said = self.refused("AccessDeniedException", transact, TransactItems=list(parts.values()))
            self.assertIn(f"{action} on resource: {table}", said)
            transact(TransactItems=[parts[one] for one in others])
        transact = client("dynamodb", self.may("dynamodb:TransactWriteItems")).transact_write_items
        self.refused("AccessDeniedException", transact, TransactItems=[parts["dynamodb:PutItem"]])

    def test_tables_and_indexes_are_resources(self):
        table = client("dynamodb", self.may("dynamodb:*", on=self.arn("dynamodb", "table/mine")))
        table.get_item(TableName="mine", Key={"p": {"S": "a"}})
        self.refused("AccessDeniedException", table.get_item, TableName="other", Key={"p": {"S": "a"}})
        query = {"KeyConditionExpression": "kind = :k", "ExpressionAttributeValues": {":k": {"S": "x"}}}
        self.refused("AccessDeniedException", table.query, TableName="mine", IndexName="by", **query)
        table = client("dynamodb", self.may("dynamodb:Query", on=self.arn("dynamodb", "table/mine/index/by")))
        table.query(TableName="mine", IndexName="by", **query)

    def test_batches_have_actions_of_their_own(self):
        keys = {"Keys": [{"p": {"S": "a"}}]}
        table = client("dynamodb", self.may("dynamodb:GetItem", "dynamodb:PutItem"))
        said = self.refused("AccessDeniedException", table.batch_get_item, RequestItems={"mine": keys})
        self.assertIn("dynamodb:BatchGetItem", said)
        write = {"mine": [{"PutRequest": {"Item": {"p": {"S": "a"}}}}]}
        self.assertIn("dynamodb:BatchWriteItem", self.refused("AccessDeniedException", table.batch_write_item, RequestItems=write))
        table = client("dynamodb", self.may("dynamodb:BatchGetItem", on=self.arn("dynamodb", "table/mine")))
        table.batch_get_item(RequestItems={"mine": keys})
        self.refused("AccessDeniedException", table.batch_get_item, RequestItems={"mine": keys, "other": keys})

    def test_a_batch_of_messages_needs_what_a_message_needs(self):
        sqs = client("sqs", self.may("sqs:SendMessage", on=self.arn("sqs", "mine")))
        entries = [{"Id": "a", "MessageBody": "x"}]
        sqs.send_message_batch(QueueUrl=self.queues["mine"], Entries=entries)
        self.refused("AccessDeniedException", sqs.send_message_batch, QueueUrl=self.queues["other"], Entries=entries)
        self.refused("AccessDeniedException", sqs.receive_message, QueueUrl=self.queues["mine"])

    def test_an_object_that_is_not_there_is_hidden_from_those_who_may_not_list(self):
        bucket = f"mine-{self.ACCOUNT}"
        s3 = client("s3", self.may("s3:GetObject", "s3:PutObject"))
        self.refused("AccessDenied", s3.get_object, Bucket=bucket, Key="none")
        s3.put_object(Bucket=bucket, Key="there", Body=b"x")
        self.assertEqual(s3.get_object(Bucket=bucket, Key="there")["Body"].read(), b"x")
        self.refused("NoSuchKey", client("s3", self.may("s3:GetObject", "s3:ListBucket")).get_object, Bucket=bucket, Key="none")
        self.refused("AccessDenied", s3.delete_object, Bucket=bucket, Key="there")

    def test_a_scheduler_s_actions(self):
        scheduler = client("scheduler", self.may("scheduler:GetSchedule", on=self.arn("scheduler", "schedule/default/mine")))
        self.refused("ResourceNotFoundException", scheduler.get_schedule, Name="mine")
        self.refused("AccessDeniedException", scheduler.get_schedule, Name="other")
        self.refused("AccessDeniedException", scheduler.list_schedules)
