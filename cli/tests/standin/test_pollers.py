"""A queue as an event source: what Lambda's documentation says of batches, failures and how many run at once."""

import json
import random
import threading
import time

from harness import Deployed, Instance, control, eventually, template


def on_queue(**settings):
    """The one event of a function: its queue."""
    return {"Message": {"Type": "SQS", "Properties": settings}}


def bodies(event):
    """What an event's messages say."""
    return [one["body"] for one in event["Records"]]


class Fails(Exception):
    """What a function fails with."""


class Pollers(Deployed):
    """Messages, batches and failures."""

    def test_a_message_has_the_form_that_lambda_gives_it_and_is_deleted_when_handled(self):
        self.deploy(events=on_queue())
        instance = self.instance(lambda _: None)
        self.send('{"x": 1}')
        eventually("message", lambda: instance.events)
        record = instance.events[0]["Records"][0]
        self.assertEqual(set(record), {
            "messageId", "receiptHandle", "body", "attributes", "messageAttributes", "md5OfBody", "eventSource", "eventSourceARN", "awsRegion",
        })
        self.assertEqual(record["attributes"]["ApproximateReceiveCount"], "1")
        self.assertEqual((record["eventSource"], record["body"]), ("aws:sqs", '{"x": 1}'))
        eventually("empty queue", lambda: self.count("QUEUE") == 0)

    def test_only_what_failed_comes_again(self):
        failed = []

        def handle(event):
            again = [one for one in event["Records"] if one["body"] == "bad" and not failed]
            failed.extend(again)
            return {"batchItemFailures": [{"itemIdentifier": one["messageId"]} for one in again]}

        settings = {"FunctionResponseTypes": ["ReportBatchItemFailures"], "BatchSize": 3, "MaximumBatchingWindowInSeconds": 15}
        self.deploy(events=on_queue(**settings), waits=60)
        for body in ("a", "bad", "b"):
            self.send(body)
        instance = self.instance(handle)
        began = time.monotonic()
        eventually("second batch", lambda: len(instance.events) == 2)
        self.assertEqual(sorted(bodies(instance.events[0])), ["a", "b", "bad"])
        self.assertEqual(bodies(instance.events[1]), ["bad"])
        self.assertEqual(instance.events[1]["Records"][0]["attributes"]["ApproximateReceiveCount"], "2")
        self.assertGreater(time.monotonic() - began, 0.45, "its visibility timeout is 30 seconds, 60 times as fast")
        eventually("empty queue", lambda: self.count("QUEUE") == 0)

    def test_a_function_can_let_what_failed_come_again_sooner_or_later(self):
        def handle(event):
            entries = [
                {"Id": str(place), "ReceiptHandle": one["receiptHandle"], "VisibilityTimeout": 1 if one["body"] == "soon" else 120}
                for place, one in enumerate(event["Records"])
            ]
            answer = self.sqs.change_message_visibility_batch(QueueUrl=self.stack["QUEUE"], Entries=entries)
            self.assertEqual(len(answer["Successful"]), len(entries))
            return {"batchItemFailures": [{"itemIdentifier": one["messageId"]} for one in event["Records"]]}

        settings = {"FunctionResponseTypes": ["ReportBatchItemFailures"], "BatchSize": 1}
        self.deploy(events=on_queue(**settings))
        self.send("soon")
        self.send("late")
        instance = self.instance(handle)
        began = time.monotonic()
        eventually("third message", lambda: len(instance.events) == 3)
        self.assertLess(time.monotonic() - began, 20, "its visibility timeout is 30 seconds")
        told = [body for event in instance.events for body in bodies(event)]
        self.assertEqual(sorted(told), ["late", "soon", "soon"])

    def test_what_fails_for_ever_ends_with_the_dead(self):
        def handle(_):
            raise Fails("poison")

        self.deploy(events=on_queue(), waits=100)
        instance = self.instance(handle)
        self.send("poison")
        self.assertEqual(self.received("DEAD")[0]["Body"], "poison")
        self.assertEqual([bodies(event) for event in instance.events], [["poison"]] * 3)
        self.assertEqual(len(self.failures()), 3)

    def test_what_no_filter_takes_is_deleted(self):
        filters = [{"Pattern": json.dumps({"body": {"step": ["plan"]}})}]
        self.deploy(events=on_queue(FilterCriteria={"Filters": filters}))
        for body in ('{"step": "collect"}', "no JSON", '{"step": "plan"}'):
            self.send(body)
        instance = self.instance(lambda _: None)
        eventually("message", lambda: instance.events)
        eventually("empty queue", lambda: self.count("QUEUE") == 0)
        self.assertEqual([bodies(event) for event in instance.events], [['{"step": "plan"}']])

    def test_many_instances_each_handle_one_and_no_more_than_allowed(self):
        lock, running, most = threading.Lock(), [], []

        def handle(event):
            with lock:
                running.append(event)
                most.append(len(running))
            time.sleep(0.05)
            with lock:
                running.remove(event)

        self.deploy(events=on_queue(BatchSize=1, ScalingConfig={"MaximumConcurrency": 3}))
        instances = [self.instance(handle, f"i{number}") for number in range(5)]
        for body in range(20):
            self.send(str(body))
        eventually("all", lambda: sum(len(one.events) for one in instances) == 20)
        eventually("empty queue", lambda: self.count("QUEUE") == 0)
        self.assertEqual(max(most), 3)
        seen = sorted(body for one in instances for event in one.events for body in bodies(event))
        self.assertEqual(seen, sorted(str(body) for body in range(20)))

    def test_the_queue_s_visibility_timeout_is_no_less_than_the_function_s_timeout(self):
        with self.assertRaisesRegex(AssertionError, "less than function timeout"):
            control("deploy", account="600000000011", template=template(events=on_queue(), timeout=31), parameters={})


class Instances(Deployed):
    """Processes that hang and die."""

    def test_a_function_that_does_not_answer_in_time_has_failed_and_is_told_its_deadline(self):
        def handle(_):
            time.sleep(0.6)

        self.deploy(events=on_queue(), waits=60, timeouts=10)
        slow = self.instance(handle, "slow")
        self.send("a")
        eventually("failure", self.failures)
        self.assertIn("Task timed out after 0.30 seconds", self.failures()[0])
        self.assertTrue(0.2 < slow.deadlines[0] <= 0.3, slow.deadlines)
        eventually("second try", lambda: len(slow.events) > 1)

    def test_an_instance_that_dies_fails_its_event_which_comes_again_to_another(self):
        began = threading.Event()

        def dies(_):
            began.set()
            time.sleep(30)

        self.deploy(events=on_queue(), waits=60, timeout=20)
        victim = self.instance(dies, "victim")
        self.send("a")
        began.wait(10)
        at = time.monotonic()
        victim.kill()
        eventually("failure", self.failures)
        self.assertLess(time.monotonic() - at, 3)
        self.assertIn("Runtime.ExitError", self.failures()[0])
        heir = self.instance(lambda _: None, "heir")
        eventually("second try", lambda: heir.events)
        eventually("empty queue", lambda: self.count("QUEUE") == 0)

    def test_a_death_can_be_told_and_is_seen_when_the_instance_starts_anew(self):
        def hangs(_):
            raise Instance.Silent

        self.deploy(events=on_queue(), waits=60, timeout=20)
        self.instance(hangs, "one")
        self.send("a")
        eventually("failure: it asked for the next event without an answer", lambda: len(self.failures()) == 1)
        busy = threading.Event()

        def waits(_):
            busy.set()
            time.sleep(30)

        self.instance(waits, "two")
        control("instance_died", account=self.account, function="Function", instance="one")
        busy.wait(10)
        control("instance_died", account=self.account, function="Function", instance="two")
        eventually("failure: it was told", lambda: len(self.failures()) >= 2)

    def test_one_that_died_while_it_waited_takes_no_event(self):
        self.deploy(events=on_queue())
        victim = self.instance(lambda _: None, "victim")
        eventually("idle", lambda: control("instances", account=self.account)["instances"])
        victim.kill()
        eventually("gone", lambda: not control("instances", account=self.account)["instances"])
        self.send("a")
        time.sleep(0.2)
        heir = self.instance(lambda _: None, "heir")
        eventually("message", lambda: heir.events)
        self.assertEqual(self.failures(), [])


class Chaos(Deployed):
    """What a queue may do and seldom does."""

    def order(self, count=30, **chaos):
        """In which order messages came, of so many sent."""
        told = []
        self.deploy(events=on_queue(BatchSize=1), chaos=chaos)
        for body in range(count):
            self.send(f"{body:02}")
        self.instance(lambda event: told.extend(bodies(event)))
        eventually("all messages", lambda: len(set(told)) == count)
        eventually("empty queue", lambda: self.count("QUEUE") == 0)
        return told

    def test_messages_come_twice(self):
        told = self.order(queue_duplicate=0.3)
        self.assertGreater(len(told), 30)
        self.assertEqual(len(set(told)), 30)

    def test_messages_come_in_another_order_and_late(self):
        self.assertEqual(self.order(10), [f"{body:02}" for body in range(10)])
        told = self.order(reorder=True)
        self.assertNotEqual(told, sorted(told))
        told = self.order(delay=0.3)
        self.assertNotEqual(told, sorted(told))

    def test_nothing_is_lost_while_instances_die(self):
        handled, lock, dice = set(), threading.Lock(), random.Random(11)
        alive = {}
        queue = {"VisibilityTimeout": 30, "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 50}}
        chaos = {"queue_duplicate": 0.1, "reorder": True, "delay": 0.05}
        self.deploy(events=on_queue(BatchSize=1), queue=queue, chaos=chaos, waits=300)

        def start(name):
            def handle(event):
                time.sleep(0.005)
                with lock:
                    dies = dice.random() < 0.2
                if dies:
                    alive.pop(name).kill()
                    start(f"{name}x"[-20:])
                    raise Instance.Silent
                handled.update(bodies(event))

            alive[name] = self.instance(handle, name)

        for number in range(4):
            start(f"i{number}")
        for body in range(150):
            self.send(str(body))
        eventually("all messages", lambda: len(handled) == 150)
        eventually("empty queue", lambda: self.count("QUEUE") == 0)
        self.assertEqual(self.count("DEAD"), 0)
        self.assertTrue(any("Runtime." in one for one in self.failures()))
