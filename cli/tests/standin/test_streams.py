"""A table's stream as an event source: what Lambda's documentation says of batches, filters, retries and what is given up."""

import json
import threading
import time

from harness import Deployed, control, eventually, template


def on_stream(**settings):
    """The one event of a function: its table's stream."""
    return {"Changed": {"Type": "DynamoDB", "Properties": settings}}


def full(size):
    """Settings that wait for a full batch."""
    return {"BatchSize": size, "MaximumBatchingWindowInSeconds": 300}


def names(event):
    """The items that an event's records are about."""
    return [one["dynamodb"]["Keys"]["p"]["S"] for one in event["Records"]]


def number(record):
    """What a record is called in a partial answer."""
    return record["dynamodb"]["SequenceNumber"]


class Fails(Exception):
    """What a function fails with."""


class Streams(Deployed):
    """Records, batches and failures."""

    def handled(self, instance):
        """The items that an instance was told of, batch by batch."""
        return [names(event) for event in instance.events]

    def delivered(self, instance, count):
        """Waits for so many batches."""
        eventually(f"{count} batches, but {self.handled(instance)}", lambda: len(instance.events) >= count)
        time.sleep(0.1)
        self.assertEqual(len(instance.events), count, self.handled(instance))
        return self.handled(instance)

    def test_a_record_has_the_form_that_lambda_gives_it(self):
        self.deploy(events=on_stream())
        instance = self.instance(lambda _: None)
        self.put("a", n={"N": "1"})
        self.delivered(instance, 1)
        record = instance.events[0]["Records"][0]
        self.assertEqual(record["eventSourceARN"], self.stack["STREAM"])
        self.assertEqual((record["eventName"], record["eventSource"], record["awsRegion"]), ("INSERT", "aws:dynamodb", "us-east-1"))
        self.assertEqual(record["dynamodb"]["NewImage"]["n"], {"N": "1"})
        self.assertIsInstance(record["dynamodb"]["ApproximateCreationDateTime"], (int, float))

    def test_batches_are_full_or_end_with_their_window(self):
        self.deploy(events=on_stream(BatchSize=3, MaximumBatchingWindowInSeconds=60), waits=200)
        for item in "abcde":
            self.put(item)
        instance = self.instance(lambda _: None)
        self.assertEqual(self.delivered(instance, 2), [["a", "b", "c"], ["d", "e"]])

    def test_what_no_filter_takes_is_not_delivered(self):
        image = lambda **more: {"Pattern": json.dumps({"dynamodb": {"NewImage": more}})}
        filters = [
            {"Pattern": json.dumps({"eventName": ["REMOVE"]})},
            image(kind={"S": ["alert", {"prefix": "au"}]}, state={"S": [{"anything-but": ["gone"]}]}),
            image(deep={"M": {"er": {"S": ["x"]}}}),
            image(left={"N": ["0"]}),
            image(quiet={"S": [{"exists": True}]}, loud={"S": [{"exists": False}]}),
            {"Pattern": json.dumps({"dynamodb": {"SizeBytes": [{"numeric": [">", 5000, "<=", 7000]}]}})},
        ]
        self.deploy(events=on_stream(FilterCriteria={"Filters": filters}))
        text = lambda value: {"S": value}
        for name, more in {
            "no": {},
            "exact": {"kind": text("alert"), "state": text("queued")},
            "no, gone": {"kind": text("alert"), "state": text("gone")},
            "no, half": {"kind": text("alert")},
            "prefix": {"kind": text("audit"), "state": text("queued")},
            "nested": {"deep": {"M": {"er": text("x")}}},
            "no, other": {"deep": {"M": {"er": text("y")}}},
            "zero": {"left": {"N": "0"}},
            "no, one": {"left": {"N": "1"}},
            "quiet": {"quiet": text("x")},
            "no, loud": {"quiet": text("x"), "loud": text("x")},
            "large": {"body": text("x" * 6000)},
            "no, larger": {"body": text("x" * 8000)},
        }.items():
            self.put(name, **more)
        instance = self.instance(lambda _: None)
        self.table.delete_item(TableName=self.stack["TABLE"], Key={"p": text("no"), "s": text("1")})
        seen = lambda: sum(self.handled(instance), [])
        eventually("the last record", lambda: "no" in seen())
        self.assertEqual(seen(), ["exact", "prefix", "nested", "zero", "quiet", "large", "no"])

    def test_it_goes_on_from_the_lowest_record_that_failed(self):
        once = set()

        def handle(event):
            failed = [one for one in event["Records"] if names({"Records": [one]})[0] in "bd"]
            failed = [one for one in failed if number(one) not in once]
            once.update(map(number, failed))
            return {"batchItemFailures": [{"itemIdentifier": number(one)} for one in reversed(failed)]}

        self.deploy(events=on_stream(FunctionResponseTypes=["ReportBatchItemFailures"], MaximumRetryAttempts=5, **full(5)), waits=20)
        for item in "abcde":
            self.put(item)
        instance = self.instance(handle)
        self.assertEqual(self.delivered(instance, 2), [list("abcde"), list("bcde")])

    def test_an_answer_that_names_nothing_known_fails_the_batch(self):
        answers = [{"batchItemFailures": [{"itemIdentifier": one}]} for one in ("", None, "unknown")]
        answers += [{"batchItemFailures": [{"wrong": "1"}]}, "text", {"batchItemFailures": []}]
        self.deploy(events=on_stream(FunctionResponseTypes=["ReportBatchItemFailures"]), waits=100)
        instance = self.instance(lambda _: answers.pop(0))
        self.put("a")
        self.assertEqual(self.delivered(instance, 6), [["a"]] * 6)

    def test_without_reporting_only_an_error_fails(self):
        self.deploy(events=on_stream())
        instance = self.instance(lambda event: {"batchItemFailures": [{"itemIdentifier": number(event["Records"][0])}]})
        self.put("a")
        self.delivered(instance, 1)

    def test_a_batch_is_halved_until_the_bad_record_is_alone(self):
        def handle(event):
            if "bad" in names(event):
                raise Fails("poison")

        settings = {"BisectBatchOnFunctionError": True, "MaximumRetryAttempts": 1, "DestinationConfig": {"OnFailure": {}}, **full(4)}
        self.deploy(events=on_stream(**settings), waits=100)
        for item in ("a", "b", "bad", "c"):
            self.put(item)
        instance = self.instance(handle)
        expected = [["a", "b", "bad", "c"], ["a", "b"], ["bad", "c"], ["bad"], ["bad"], ["c"]]
        self.assertEqual(self.delivered(instance, 6), expected)
        (message,) = self.received("LOST")
        body = json.loads(message["Body"])
        bad = next(one for event in instance.events for one in event["Records"] if names({"Records": [one]}) == ["bad"])
        self.assertEqual(set(body), {"version", "timestamp", "requestContext", "responseContext", "DDBStreamBatchInfo"})
        self.assertEqual(body["requestContext"]["condition"], "RetryAttemptsExhausted")
        self.assertEqual(body["requestContext"]["approximateInvokeCount"], 2)
        self.assertTrue(body["requestContext"]["functionArn"].endswith(":function:Function"))
        self.assertEqual(body["responseContext"], {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"})
        told = body["DDBStreamBatchInfo"]
        self.assertEqual((told["startSequenceNumber"], told["endSequenceNumber"], told["batchSize"]), (number(bad), number(bad), 1))
        self.assertEqual(told["streamArn"], self.stack["STREAM"])
        self.assertNotIn("NewImage", message["Body"])

    def test_records_that_are_too_old_are_given_up(self):
        self.deploy(events=on_stream(MaximumRecordAgeInSeconds=100, DestinationConfig={"OnFailure": {}}), waits=100)

        def handle(_):
            raise Fails("not today")

        self.instance(handle)
        self.put("a")
        body = json.loads(self.received("LOST")[0]["Body"])
        self.assertEqual(body["requestContext"]["condition"], "RecordAgeExceeded")
        self.assertGreater(body["requestContext"]["approximateInvokeCount"], 1)

    def test_the_role_has_to_be_allowed_to_read_the_stream(self):
        wrong = json.loads(template(events=on_stream()))
        wrong["Resources"]["Role"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0]["Action"] = ["dynamodb:GetItem"]
        with self.assertRaisesRegex(AssertionError, "may not dynamodb:DescribeStream"):
            control("deploy", account="600000000001", template=json.dumps(wrong), parameters={})

    def test_a_setting_that_is_not_played_is_refused(self):
        with self.assertRaisesRegex(AssertionError, "does not play TumblingWindowInSeconds"):
            control("deploy", account="600000000002", template=template(events=on_stream(TumblingWindowInSeconds=1)), parameters={})


class Chaos(Deployed):
    """What a stream may do and seldom does."""

    def seen(self, count, **chaos):
        """Which items a function was told of in which order, of so many written."""
        lock, told = threading.Lock(), []

        def handle(event):
            with lock:
                told.extend(names(event))

        self.deploy(events=on_stream(BatchSize=5), chaos=chaos)
        for item in range(count):
            self.put(f"{item:02}")
        for one in "ab":
            self.instance(handle, one)
        eventually("all records", lambda: len(set(told)) == count)
        time.sleep(0.2)
        return told

    def test_duplicates_are_whole_batches_and_the_same_each_time(self):
        first, second = (self.seen(20, stream_duplicate=0.5, seed=3) for _ in range(2))
        self.assertGreater(len(first), 20)
        self.assertEqual(first, second)
        self.assertNotEqual(first, self.seen(20, stream_duplicate=0.5, seed=4))

    def test_shards_keep_the_order_of_a_partition_only(self):
        told = self.seen(40, shards=4, delay=0.05)
        self.assertEqual(sorted(told), [f"{item:02}" for item in range(40)])
        self.assertNotEqual(told, sorted(told))

    def test_an_index_and_a_read_may_be_behind(self):
        self.deploy(chaos={"stale": 1.0})
        self.put("a", n={"N": "1"})
        key = {"TableName": self.stack["TABLE"], "Key": {"p": {"S": "a"}, "s": {"S": "1"}}}
        self.assertNotIn("Item", self.table.get_item(**key))
        self.assertIn("Item", self.table.get_item(**key, ConsistentRead=True))
