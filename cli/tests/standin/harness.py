"""What the stand-in's own tests share: one server, clients, policies, and functions that answer from a test."""

import atexit
import functools
import http.client
import json
import subprocess
import sys
import threading
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

HERE = Path(__file__).parent
SESSION = botocore.session.Session()
OPERATOR = "111111111111"
WORKER = f"arn:aws:iam::{OPERATOR}:role/Worker"
PATIENCE = 20


@functools.cache
def endpoint():
    """One server for all tests; it ends with its standard input."""
    server = subprocess.Popen([sys.executable, HERE / "server.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(server.wait, 10)
    atexit.register(server.stdin.close)
    return f"http://127.0.0.1:{server.stdout.readline().strip()}"


@functools.cache
def worker_session():
    """A session of the operator's worker."""
    return control("operator", account=OPERATOR, role="Worker")["environment"]


def control(name, **given):
    """One control request; the stand-in says in its answer why it refuses."""
    try:
        with urllib.request.urlopen(f"{endpoint()}/_ctl/{name}", data=json.dumps(given).encode()) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            raise AssertionError(refused.read().decode()) from None


def reading(name, account):
    """What a control endpoint tells of an account."""
    with urllib.request.urlopen(f"{endpoint()}/_ctl/{name}?account={account}") as answer:
        return json.loads(answer.read())


def client(service, who, region="us-east-1", at=None, app=None):
    """A client that tries once; `app` is what an instance of a function says that it is."""
    return SESSION.create_client(
        service,
        region_name=region,
        endpoint_url=at or endpoint(),
        aws_access_key_id=who["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=who.get("AWS_SECRET_ACCESS_KEY", "x"),
        aws_session_token=who.get("AWS_SESSION_TOKEN"),
        config=Config(retries={"total_max_attempts": 1}, parameter_validation=False, user_agent_appid=app),
    )


def root(account):
    """An account's root user."""
    return {"AWS_ACCESS_KEY_ID": f"AKIAROOT{account}"}


def assume(arn, who=None, **given):
    """A session as environment variables."""
    found = client("sts", who or worker_session()).assume_role(RoleArn=arn, RoleSessionName="test", **given)["Credentials"]
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




def eventually(what, ask):
    """Asks until there is an answer."""
    until = time.monotonic() + PATIENCE
    while not (answer := ask()):
        if time.monotonic() > until:
            raise AssertionError(f"no {what} within {PATIENCE} seconds")
        time.sleep(0.01)
    return answer


class Instance:
    """An instance of a function: polls the Runtime API and answers what `handle` returns; what that raises is a function's error.

    `Instance.Silent` raised by `handle` leaves the event without an answer, as a process does that is killed: `gone` breaks the connection,
    otherwise it only stays silent.
    """

    class Silent(Exception):
        """No answer comes."""

    def __init__(self, account, function, handle, name=""):
        self.path = f"/_lambda/{account}-{function}{'.' + name if name else ''}/2018-06-01/runtime"
        self.host, self.who = urllib.parse.urlparse(endpoint()).netloc, (account, function, name)
        self.handle, self.events, self.deadlines, self.stopped = handle, [], [], False
        self.connection = http.client.HTTPConnection(self.host)
        threading.Thread(target=self._run, daemon=True).start()

    def _ask(self, method, path, body=None):
        self.connection.request(method, f"{self.path}/{path}", body)
        answer = self.connection.getresponse()
        return answer.headers, answer.read()

    def _run(self):
        while not self.stopped:
            try:
                headers, body = self._ask("GET", "invocation/next")
            except (OSError, AttributeError, http.client.HTTPException):
                return  # ended by `kill`
            event = json.loads(body)
            self.events.append(event)
            self.deadlines.append(int(headers["Lambda-Runtime-Deadline-Ms"]) / 1000 - time.time())
            invocation = headers["Lambda-Runtime-Aws-Request-Id"]
            try:
                answer = self.handle(event)
            except Instance.Silent:
                if self.stopped:
                    return
                continue
            except Exception as failure:
                told = {"errorType": type(failure).__name__, "errorMessage": str(failure)}
                self._ask("POST", f"invocation/{invocation}/error", json.dumps(told))
            else:
                self._ask("POST", f"invocation/{invocation}/response", json.dumps(answer))

    def kill(self):
        """The process is gone, and its connection with it; of one with a name that is told."""
        self.stopped = True
        if self.connection.sock:
            self.connection.sock.shutdown(2)
        self.connection.close()
        if self.who[2]:
            account, function, name = self.who
            control("instance_died", account=account, function=function, instance=name)


def template(function=None, events=None, queue=None, timeout=3):
    """A template of one function, its table with a stream, its queue and where lost events go."""
    stream, lost = {"Fn::GetAtt": ["Table", "StreamArn"]}, {"Fn::GetAtt": ["Lost", "Arn"]}
    allowed = ("dynamodb:*", "sqs:*", "lambda:InvokeFunction")
    role = {
        "AssumeRolePolicyDocument": json.loads(document("sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"})),
        "Policies": [{"PolicyName": "may", "PolicyDocument": json.loads(document(*allowed, Resource="*"))}],
    }
    resources = {
        "Function": {
            "Type": "AWS::Serverless::Function",
            "Properties": {"Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Timeout": timeout, "Events": events or {}, **(function or {})},
        },
        "Role": {"Type": "AWS::IAM::Role", "Properties": role},
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "p", "AttributeType": "S"}, {"AttributeName": "s", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}],
                "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
                "TimeToLiveSpecification": {"AttributeName": "until", "Enabled": True},
            },
        },
        "Lost": {"Type": "AWS::SQS::Queue", "Properties": {}},
        "Dead": {"Type": "AWS::SQS::Queue", "Properties": {}},
        "Queue": {
            "Type": "AWS::SQS::Queue",
            "Properties": {
                "VisibilityTimeout": 30,
                "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 3},
                **(queue or {}),
            },
        },
    }
    variables = {"TABLE": {"Ref": "Table"}, "LOST": {"Ref": "Lost"}, "DEAD": {"Ref": "Dead"}, "QUEUE": {"Ref": "Queue"}}
    variables["STREAM"] = stream
    resources["Function"]["Properties"]["Environment"] = {"Variables": variables}
    for event in (events or {}).values():
        if event["Type"] == "DynamoDB":
            event["Properties"] = {"Stream": stream, "StartingPosition": "TRIM_HORIZON"} | event["Properties"]
        if event["Type"] == "SQS":
            event["Properties"] = {"Queue": {"Fn::GetAtt": ["Queue", "Arn"]}} | event["Properties"]
        if "OnFailure" in event["Properties"].get("DestinationConfig", {}):
            event["Properties"]["DestinationConfig"] = {"OnFailure": {"Type": "SQS", "Destination": lost}}
    return json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Parameters": {}, "Resources": resources})


class Deployed(Case):
    """A deployment of `template` in an account of the test's own."""

    NUMBERS = iter(range(700000000000, 800000000000))

    def deploy(self, *, chaos=None, waits=1, timeouts=1, **given):
        """Deploys; the clients and names of the stack are then the test's own."""
        self.account = str(next(Deployed.NUMBERS))
        if chaos:
            control("chaos", account=self.account, **chaos)
        stack = control("deploy", account=self.account, template=template(**given), parameters={}, waits=waits, timeouts=timeouts)
        self.stack = stack["functions"]["Function"]["environment"]
        self.table, self.sqs = client("dynamodb", root(self.account)), client("sqs", root(self.account))
        return stack

    def instance(self, handle, name=""):
        """An instance of the function, until the test ends."""
        made = Instance(self.account, "Function", handle, name)
        self.addCleanup(made.kill)
        return made

    def put(self, name, **more):
        """Puts an item."""
        self.table.put_item(TableName=self.stack["TABLE"], Item={"p": {"S": name}, "s": {"S": "1"}, **more})

    def send(self, body):
        """Sends a message."""
        self.sqs.send_message(QueueUrl=self.stack["QUEUE"], MessageBody=body)

    def received(self, queue, count=1):
        """Waits for so many messages of a queue and takes them."""
        found = []

        def ask():
            answer = self.sqs.receive_message(
                QueueUrl=self.stack[queue], MaxNumberOfMessages=10, AttributeNames=["All"], MessageAttributeNames=["All"]
            )
            found.extend(answer.get("Messages", []))
            return len(found) >= count

        eventually(f"{count} messages in {queue}, but {found}", ask)
        return found

    def count(self, queue):
        """How many messages a queue holds, visible or not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"]
        told = self.sqs.get_queue_attributes(QueueUrl=self.stack[queue], AttributeNames=names)["Attributes"]
        return sum(map(int, told.values()))

    def failures(self):
        """What the account's functions failed with."""
        return reading("failures", self.account)["failures"]
