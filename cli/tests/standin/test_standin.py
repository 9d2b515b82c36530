"""The stand-in keeps its word: a test of denial means nothing against an AWS that lets everything through.

Run by the Rust tests, or by hand: `python -m unittest` in this folder, in the stand-in's environment.
"""

import concurrent.futures
import json
import subprocess
import sys
import unittest
import urllib.request
from pathlib import Path

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

HERE = Path(__file__).parent
SESSION = botocore.session.Session()
OPERATOR, ROOT = "111111111111", {"AWS_ACCESS_KEY_ID": "AKIAROOT111111111111"}
WORKER = f"arn:aws:iam::{OPERATOR}:role/Worker"


def setUpModule():
    """One server for all tests."""
    global SERVER, ENDPOINT, WORKER_SESSION
    SERVER = subprocess.Popen([sys.executable, HERE / "server.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    ENDPOINT = f"http://127.0.0.1:{SERVER.stdout.readline().strip()}"
    WORKER_SESSION = control("operator", account=OPERATOR, role="Worker")["environment"]


def tearDownModule():
    """The server ends with its standard input."""
    SERVER.stdin.close()
    assert SERVER.wait(10) == 0
    SERVER.stdout.close()


def control(name, **given):
    """One control request."""
    with urllib.request.urlopen(f"{ENDPOINT}/_ctl/{name}", data=json.dumps(given).encode()) as answer:
        return json.loads(answer.read())


def client(service, who, region="us-east-1"):
    """A client that tries once."""
    return SESSION.create_client(
        service,
        region_name=region,
        endpoint_url=ENDPOINT,
        aws_access_key_id=who["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=who.get("AWS_SECRET_ACCESS_KEY", "x"),
        aws_session_token=who.get("AWS_SESSION_TOKEN"),
        config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
    )


def root(account):
    """An account's root user."""
    return {"AWS_ACCESS_KEY_ID": f"AKIAROOT{account}"}


def assume(arn, who=None, **given):
    """A session as environment variables."""
    found = client("sts", who or WORKER_SESSION).assume_role(RoleArn=arn, RoleSessionName="test", **given)["Credentials"]
    names = {"AWS_ACCESS_KEY_ID": "AccessKeyId", "AWS_SECRET_ACCESS_KEY": "SecretAccessKey", "AWS_SESSION_TOKEN": "SessionToken"}
    return {variable: found[name] for variable, name in names.items()}


def document(*actions, effect="Allow", **more):
    """A policy of one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": list(actions), **more}]})


def make_role(account, name="Audit", principal=None, condition=None, allow=("iam:*", "s3:*", "ec2:*")):
    """A role in `account` that trusts the worker."""
    iam = client("iam", root(account))
    trust = {"Principal": principal or {"AWS": WORKER}} | ({"Condition": condition} if condition else {})
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document("sts:AssumeRole", **trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=document(*allow, Resource="*"))
    return arn


class Case(unittest.TestCase):
    """Adds a check for AWS's errors."""

    def refused(self, code, call, *args, **given):
        """The call must fail with this code; answers its message."""
        with self.assertRaises(ClientError) as caught:
            call(*args, **given)
        self.assertEqual(caught.exception.response["Error"]["Code"], code)
        return caught.exception.response["Error"].get("Message", "")


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
        sts = client("sts", WORKER_SESSION)
        self.refused("ValidationError", sts.assume_role, RoleArn=arn, RoleSessionName="a b")

    def test_strangers(self):
        stranger = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"}
        self.refused("InvalidClientTokenId", client("iam", stranger).list_users)
        self.refused("InvalidAccessKeyId", client("s3", stranger).list_buckets)
        self.refused("AuthFailure", client("ec2", stranger).describe_regions)
        self.refused("InvalidClientTokenId", client("sts", WORKER_SESSION | {"AWS_SESSION_TOKEN": "x"}).get_caller_identity)


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


class Faults(Case):
    """Each protocol words its errors its own way."""

    def calls(self, account):
        """One call each of the query, EC2, S3, S3 Control and JSON protocols."""
        who = root(account)
        return {
            "iam": client("iam", who).list_users,
            "ec2": client("ec2", who).describe_instances,
            "s3": client("s3", who).list_buckets,
            "dynamodb": client("dynamodb", who).list_tables,
            "lambda": client("lambda", who).list_functions,
        }

    def test_denied_throttled_and_failed(self):
        codes = {
            "deny": ["AccessDenied", "UnauthorizedOperation", "AccessDenied", "AccessDeniedException", "AccessDeniedException"],
            "throttle": ["Throttling", "RequestLimitExceeded", "SlowDown", "ThrottlingException", "TooManyRequestsException"],
            "fail": ["InternalFailure", "InternalError", "InternalError", "InternalServerError", "InternalServerException"],
        }
        account = "300000000021"
        for kind, expected in codes.items():
            control("reset", account=account)
            control(kind, account=account)
            for (service, call), code in zip(self.calls(account).items(), expected):
                with self.subTest(kind=kind, service=service):
                    self.refused(code, call)

    def test_filters(self):
        account, other = "300000000022", "300000000023"
        for name in ("a", "b"):
            client("s3", root(account)).create_bucket(Bucket=f"{name}-{account}")
        control("deny", account=account, operations=["s3:GetBucketAcl"], resource=f"a-{account}")
        control("deny", account=account, operations=["DescribeInstances"], region="eu-west-1")
        s3 = client("s3", root(account))
        self.refused("AccessDenied", s3.get_bucket_acl, Bucket=f"a-{account}")
        s3.get_bucket_acl(Bucket=f"b-{account}")
        self.refused("UnauthorizedOperation", client("ec2", root(account), "eu-west-1").describe_instances)
        client("ec2", root(account)).describe_instances()
        client("ec2", root(other), "eu-west-1").describe_instances()

    def test_garbage_resets_and_limited_times(self):
        account = "300000000024"
        iam = client("iam", root(account))
        for how in ("garbage", "reset", "timeout"):
            control("fail", account=account, how=how, times=1, seconds=0.1)
            with self.assertRaises((BotoCoreError, ResponseParserError)):
                iam.list_users()
            iam.list_users()

    def test_the_bucket_s_block_and_the_account_s_are_told_apart(self):
        account = "300000000025"
        client("s3", root(account)).create_bucket(Bucket=f"one-{account}")
        control("deny", account=account, operations=["s3control:GetPublicAccessBlock"])
        s3 = client("s3", root(account))
        self.refused("NoSuchPublicAccessBlockConfiguration", s3.get_public_access_block, Bucket=f"one-{account}")
        url = f"{ENDPOINT}/v20180820/configuration/publicAccessBlock"
        request = AWSRequest("GET", url, headers={"x-amz-account-id": account})
        SigV4Auth(Credentials(root(account)["AWS_ACCESS_KEY_ID"], "x"), "s3", "us-east-1").add_auth(request)
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(urllib.request.Request(url, headers=dict(request.headers)))
        with caught.exception as answer:
            self.assertEqual(answer.status, 403)

    def test_the_trace_counts_what_runs_at_once(self):
        account = "300000000026"
        control("latency", account=account, ms=40)
        iam = client("iam", root(account))
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: iam.list_users(), range(12)))
        self.assertEqual(control("maxinflight", account=account), {"iam": 4})
        with urllib.request.urlopen(f"{ENDPOINT}/_ctl/trace?account={account}") as answer:
            calls = json.loads(answer.read())["calls"]
        self.assertEqual([call["operation"] for call in calls], ["ListUsers"] * 12)


class LikeAws(Case):
    """What moto does differently."""

    def test_users_and_buckets_come_in_pages(self):
        account = "300000000031"
        control("seed", scenario="large", account=account, regions=["us-east-1", "eu-west-1"], users=250, buckets=30)
        pages = client("iam", root(account)).get_paginator("list_users").paginate()
        self.assertEqual([len(page["Users"]) for page in pages], [100, 100, 50])
        s3 = client("s3", root(account))
        pages = list(s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 20}))
        self.assertEqual([len(page["Buckets"]) for page in pages], [20, 10])
        self.assertEqual({one["BucketRegion"] for one in pages[1]["Buckets"]}, {"us-east-1", "eu-west-1"})
        self.assertNotIn("BucketRegion", s3.list_buckets()["Buckets"][0])

    def test_a_bucket_of_another_region_redirects(self):
        account = "300000000032"
        where = {"LocationConstraint": "eu-west-1"}
        client("s3", root(account), "eu-west-1").create_bucket(Bucket=f"far-{account}", CreateBucketConfiguration=where)
        url = f"{ENDPOINT}/far-{account}?acl"
        request = AWSRequest("GET", url)
        SigV4Auth(Credentials(root(account)["AWS_ACCESS_KEY_ID"], "x"), "s3", "us-east-1").add_auth(request)
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(urllib.request.Request(url, headers=dict(request.headers)))
        with caught.exception as answer:
            self.assertEqual((answer.status, answer.headers["x-amz-bucket-region"]), (301, "eu-west-1"))

    def test_what_moto_lacks_is_not_worth_a_retry(self):
        with self.assertRaises(ClientError) as caught:
            client("accessanalyzer", root("300000000033")).list_analyzers()
        self.assertEqual(caught.exception.response["ResponseMetadata"]["HTTPStatusCode"], 400)


class Transactions(Case):
    """DynamoDB under concurrent use."""

    def setUp(self):
        self.table = client("dynamodb", root("300000000041"))
        self.streams = client("dynamodbstreams", root("300000000041"))
        keys = [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}]
        made = self.table.create_table(
            TableName=self.id(),
            KeySchema=keys,
            AttributeDefinitions=[{"AttributeName": one["AttributeName"], "AttributeType": "S"} for one in keys],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )["TableDescription"]
        stream = made["LatestStreamArn"]
        shard = self.streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"][0]["ShardId"]
        self.iterator = self.streams.get_shard_iterator(StreamArn=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        self.put("counter", n={"N": "0"})

    def put(self, name, **more):
        """An item of its own partition."""
        self.table.put_item(TableName=self.id(), Item={"p": {"S": name}, "s": {"S": "1"}, **more})

    def item(self, name):
        """An item, or nothing."""
        return self.table.get_item(TableName=self.id(), Key={"p": {"S": name}, "s": {"S": "1"}}).get("Item")

    def streamed(self):
        """What the stream has told since the last call."""
        answer = self.streams.get_records(ShardIterator=self.iterator)
        self.iterator = answer["NextShardIterator"]
        return [(one["eventName"], one["dynamodb"]["Keys"]["p"]["S"]) for one in answer["Records"]]

    def transact(self, fits):
        """Counts up and puts an item, on a condition that holds or not."""
        key = {"TableName": self.id(), "Key": {"p": {"S": "counter"}, "s": {"S": "1"}}}
        up = {"UpdateExpression": "SET n = n + :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
        nobody = {"TableName": self.id(), "Key": {"p": {"S": "nobody"}, "s": {"S": "1"}}}
        condition = f"attribute_{'not_' if fits else ''}exists(p)"
        items = [
            {"Update": key | up},
            {"Put": {"TableName": self.id(), "Item": {"p": {"S": "put"}, "s": {"S": "1"}}}},
            {"ConditionCheck": nobody | {"ConditionExpression": condition}},
        ]
        self.table.transact_write_items(TransactItems=items)

    def test_a_failed_transaction_leaves_table_and_stream_as_they_were(self):
        self.assertEqual(self.streamed(), [("INSERT", "counter")])
        self.refused("TransactionCanceledException", self.transact, False)
        self.assertEqual(self.item("counter")["n"], {"N": "0"})
        self.assertIsNone(self.item("put"))
        self.assertEqual(self.streamed(), [])
        self.put("after")
        self.assertEqual(self.streamed(), [("INSERT", "after")], "the iterator still reads the live table")

    def test_nothing_is_lost_when_many_write_and_some_fail(self):
        def one(number):
            if number % 4 == 0:
                self.refused("TransactionCanceledException", self.transact, False)
            elif number % 4 == 1:
                self.transact(True)
            else:
                self.put(f"item-{number}")

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(one, range(160)))
        self.assertEqual(self.item("counter")["n"], {"N": "40"})
        items = self.table.scan(TableName=self.id(), Select="COUNT")["Count"]
        self.assertEqual(items, 2 + 80)
        told = self.streamed()
        self.assertEqual(told.count(("MODIFY", "counter")), 40)
        self.assertEqual(len([one for one in told if one[1].startswith("item-")]), 80)


if __name__ == "__main__":
    unittest.main()
