"""Asynchronous invocations and schedules: retries, age, destinations, and what a schedule sends."""

import json

from harness import Deployed, client, control, eventually, root

LOST = {"Fn::GetAtt": ["Lost", "Arn"]}


def config(**settings):
    """How a function takes asynchronous events, with a destination."""
    return {"EventInvokeConfig": {"DestinationConfig": {"OnFailure": {"Type": "SQS", "Destination": LOST}}, **settings}}


def nightly(**settings):
    """The one event of a function: a schedule."""
    role = {"Fn::GetAtt": ["Role", "Arn"]}
    given = {"ScheduleExpression": "cron(0 2 * * ? *)", "RoleArn": role, "DeadLetterConfig": {"Arn": LOST}, **settings}
    return {"Nightly": {"Type": "ScheduleV2", "Properties": given}}


class Fails(Exception):
    """What a function fails with."""


class Asynchronous(Deployed):
    """Events that nobody waits for."""

    def fails(self, times):
        """An instance that fails so many times."""
        left = [Fails("no")] * times

        def handle(_):
            if left:
                raise left.pop()

        return self.instance(handle)

    def invoke(self, event):
        """Hands an event over; the answer comes at once."""
        given = {"account": self.account, "function": "Function", "event": event, "asynchronous": True}
        self.assertEqual(control("invoke", **given), {})

    def test_it_is_tried_again_twice_unless_told_otherwise(self):
        self.deploy(function=config(), waits=600)
        instance = self.fails(2)
        self.invoke({"n": 1})
        eventually("three tries", lambda: len(instance.events) == 3)
        self.assertEqual(instance.events, [{"n": 1}] * 3)
        self.assertEqual(self.count("LOST"), 0)

    def test_what_fails_to_the_end_goes_to_the_destination_with_the_event(self):
        self.deploy(function=config(MaximumRetryAttempts=1), waits=600)
        self.fails(9)
        self.invoke({"n": 1})
        body = json.loads(self.received("LOST")[0]["Body"])
        self.assertEqual(set(body), {"version", "timestamp", "requestContext", "requestPayload", "responseContext", "responsePayload"})
        self.assertEqual(body["requestPayload"], {"n": 1})
        self.assertEqual((body["requestContext"]["condition"], body["requestContext"]["approximateInvokeCount"]), ("RetriesExhausted", 2))
        self.assertEqual(body["responseContext"]["functionError"], "Unhandled")
        self.assertEqual(body["responsePayload"], {"errorType": "Fails", "errorMessage": "no"})

    def test_what_waits_too_long_goes_there_too(self):
        self.deploy(function=config(MaximumEventAgeInSeconds=60), waits=600)
        self.invoke({"n": 1})
        body = json.loads(self.received("LOST")[0]["Body"])
        self.assertEqual((body["requestContext"]["condition"], body["requestContext"]["approximateInvokeCount"]), ("EventAgeExceeded", 0))
        self.assertNotIn("responsePayload", body)

    def test_a_call_of_lambda_s_own_interface_gets_the_answer_the_error_or_none(self):
        self.deploy(function=config(), waits=600)

        def handle(event):
            if event.get("bad"):
                raise Fails("no")
            return {"said": event}

        instance = self.instance(handle)
        lambdas = client("lambda", root(self.account))
        answer = lambdas.invoke(FunctionName="Function", Payload=b'{"n": 1}')
        self.assertEqual(json.loads(answer["Payload"].read()), {"said": {"n": 1}})
        self.assertNotIn("FunctionError", answer)
        answer = lambdas.invoke(FunctionName="Function", Payload=b'{"bad": 1}')
        self.assertEqual((answer["StatusCode"], answer["FunctionError"]), (200, "Unhandled"))
        self.assertEqual(json.loads(answer["Payload"].read()), {"errorType": "Fails", "errorMessage": "no"})
        self.assertEqual(lambdas.invoke(FunctionName="Function", InvocationType="Event", Payload=b'{"n": 2}')["StatusCode"], 202)
        eventually("third event", lambda: {"n": 2} in instance.events)
        self.refused("ResourceNotFoundException", lambdas.invoke, FunctionName="Another", Payload=b"{}")
        self.refused("InvalidRequestContentException", lambdas.invoke, FunctionName="Function", Payload=b"{")

    def test_chaos_delivers_twice(self):
        self.deploy(function=config(), chaos={"async_duplicate": 1.0})
        instance = self.instance(lambda _: None)
        self.invoke({"n": 1})
        eventually("twins", lambda: len(instance.events) == 2)

    def test_a_role_that_may_not_send_loses_the_event_and_that_is_told(self):
        self.deploy(function=config(MaximumRetryAttempts=0))
        from harness import document

        role = client("iam", root(self.account)).list_roles()["Roles"][0]["RoleName"]
        for name in client("iam", root(self.account)).list_role_policies(RoleName=role)["PolicyNames"]:
            client("iam", root(self.account)).put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document("s3:*", Resource="*"))
        self.fails(9)
        self.invoke({"n": 1})
        eventually("word of it", lambda: any("may not send" in one for one in self.failures()))


class Schedules(Deployed):
    """EventBridge Scheduler."""

    def test_a_schedule_sends_its_input_with_the_scheduled_time(self):
        words = '{"task": "nightly", "scheduled_at": "<aws.scheduler.scheduled-time>", "try": "<aws.scheduler.attempt-number>"}'
        stack = self.deploy(events=nightly(Input=words))
        self.assertEqual(stack["schedules"], ["Nightly"])
        instance = self.instance(lambda _: None)
        fired = control("fire", account=self.account, schedule="Nightly", at="2026-11-22T17:00:00Z")
        expected = {"task": "nightly", "scheduled_at": "2026-11-22T17:00:00Z", "try": "1"}
        self.assertEqual(fired["event"], expected)
        eventually("event", lambda: instance.events == [expected])

    def test_a_failing_function_is_lambda_s_to_try_again(self):
        self.deploy(function=config(MaximumRetryAttempts=0), events=nightly(Input="{}"), waits=600)

        def handle(_):
            raise Fails("no")

        self.instance(handle)
        control("fire", account=self.account, schedule="Nightly")
        self.assertIn("RetriesExhausted", self.received("LOST")[0]["Body"])

    def test_what_lambda_does_not_take_is_tried_again_then_dead(self):
        self.deploy(events=nightly(Input='{"n": 1}', RetryPolicy={"MaximumRetryAttempts": 2}), waits=600)
        instance = self.instance(lambda _: None)
        control("throttle", account=self.account, operations=["lambda:Invoke"], times=2)
        control("fire", account=self.account, schedule="Nightly")
        eventually("event", lambda: instance.events == [{"n": 1}])
        control("throttle", account=self.account, operations=["lambda:Invoke"])
        control("fire", account=self.account, schedule="Nightly", at="2026-11-22T17:00:00Z")
        (message,) = self.received("LOST")
        self.assertEqual(message["Body"], '{"n": 1}')
        told = {name: one["StringValue"] for name, one in message["MessageAttributes"].items()}
        self.assertEqual((told["RETRY_ATTEMPTS"], told["EXHAUSTED_RETRY_CONDITION"]), ("2", "MaximumRetryAttempts"))
        self.assertEqual((told["ERROR_CODE"], told["SCHEDULED_TIME"]), ("TooManyRequestsException", "2026-11-22T17:00:00Z"))
        control("reset", account=self.account)
