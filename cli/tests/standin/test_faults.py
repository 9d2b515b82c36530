"""Faults are worded as each protocol words them, and strike what they are meant for."""

import concurrent.futures
import json
import threading
import urllib.error
import urllib.request

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from harness import Case, client, control, endpoint, root


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
        url = f"{endpoint()}/v20180820/configuration/publicAccessBlock"
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
        with urllib.request.urlopen(f"{endpoint()}/_ctl/trace?account={account}") as answer:
            calls = json.loads(answer.read())["calls"]
        self.assertEqual([call["operation"] for call in calls], ["ListUsers"] * 12)

    def test_throttling_by_chance_spares_other_accounts_and_services(self):
        customer, other, operator = "300000000027", "300000000028", "300000000029"
        control("throttle", accounts=[customer, other], services=["iam", "ec2"], probability=0.3, seed=5)
        self.addCleanup(control, "reset")
        throttled = {}
        for service, account in (("iam", customer), ("iam", other), ("ec2", customer), ("s3", customer), ("iam", operator), ("dynamodb", operator)):
            call = self.calls(account)[service]
            throttled[service, account] = sum(is_throttled(call) for _ in range(60))
        for (service, account), count in throttled.items():
            if account == operator or service == "s3":
                self.assertEqual(count, 0, (service, account))
            else:
                self.assertTrue(6 <= count <= 32, throttled)

    def test_a_lost_answer_is_of_a_call_that_was_carried_out(self):
        account = "300000000030"
        iam = client("iam", root(account))
        control("fail", account=account, how="lost", operations=["CreateUser"], times=1)
        with self.assertRaises(BotoCoreError):
            iam.create_user(UserName="lost")
        self.assertEqual([one["UserName"] for one in iam.list_users()["Users"]], ["lost"])

    def test_a_conflict_of_transactions(self):
        account = "300000000034"
        table = client("dynamodb", root(account))
        control("fail", account=account, how="conflict", services=["dynamodb"], times=2)
        part = {"Put": {"TableName": "none", "Item": {"p": {"S": "x"}}}}
        with self.assertRaises(ClientError) as caught:
            table.transact_write_items(TransactItems=[part, part])
        self.assertEqual([one["Code"] for one in caught.exception.response["CancellationReasons"]], ["None", "TransactionConflict"])
        self.refused("TransactionConflictException", table.put_item, **part["Put"])


def is_throttled(call):
    """Whether a call is throttled; it may succeed instead."""
    try:
        call()
    except ClientError as refused:
        return refused.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 503)
    return False


class Holds(Case):
    """Calls that are held up until their caller is dead."""

    def test_only_the_calls_of_its_account_and_region_are_held(self):
        here, there, other = "300000000071", "300000000072", "300000000073"
        self.addCleanup(control, "unhold")
        rule = {"point": "x", "operations": ["DescribeVpcs"], "contains": [], "when": "before", "times": 9, "probability": 1}
        control("hold", **rule, account=here, region="eu-west-1")
        ask = lambda account, region: client("ec2", root(account), region, app="anybody").describe_vpcs()
        for account, region in ((here, "us-east-1"), (there, "eu-west-1"), (other, "eu-west-1")):
            self.assertTrue(ask(account, region)["Vpcs"])
        broken = []

        def held():
            try:
                ask(here, "eu-west-1")
            except BotoCoreError as error:
                broken.append(error)

        caller = threading.Thread(target=held)
        caller.start()
        found = control("held", seconds=10)
        self.assertEqual((found["point"], found["instance"]), ("x", "anybody"))
        control("release", id=found["id"])
        caller.join(10)
        self.assertEqual(len(broken), 1)
