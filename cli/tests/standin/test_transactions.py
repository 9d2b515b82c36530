"""DynamoDB's transactions and concurrent writes: what plain moto 5.2.5 does to them, and that the stand-in does not."""

import concurrent.futures
import unittest
import uuid

from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

from harness import Case, client, root

ACCOUNT = "300000000041"
KEYS = [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "s", "KeyType": "RANGE"}]
INDEX = [{"AttributeName": "kind", "KeyType": "HASH"}, {"AttributeName": "rank", "KeyType": "RANGE"}]


def key(name):
    """An item's key."""
    return {"p": {"S": name}, "s": {"S": "1"}}


class Table:
    """A new table with an index and a stream that has an open iterator."""

    def __init__(self, at=None):
        who = root(ACCOUNT)
        self.client, self.streams = client("dynamodb", who, at=at), client("dynamodbstreams", who, at=at)
        self.name = f"t-{uuid.uuid4()}"
        made = self.client.create_table(
            TableName=self.name,
            KeySchema=KEYS,
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("p", "s", "kind", "rank")],
            GlobalSecondaryIndexes=[{"IndexName": "by_kind", "KeySchema": INDEX, "Projection": {"ProjectionType": "KEYS_ONLY"}}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )["TableDescription"]
        stream = made["LatestStreamArn"]
        shard = self.streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"][0]["ShardId"]
        at = self.streams.get_shard_iterator(StreamArn=stream, ShardId=shard, ShardIteratorType="LATEST")
        self.iterator = at["ShardIterator"]
        self.put("counter", n={"N": "0"})
        self.streamed()

    def put(self, name, **more):
        """Puts an item."""
        self.client.put_item(TableName=self.name, Item=key(name) | more)

    def item(self, name):
        """An item, or nothing."""
        return self.client.get_item(TableName=self.name, Key=key(name), ConsistentRead=True).get("Item")

    def streamed(self):
        """What the stream has told since the last call."""
        answer = self.streams.get_records(ShardIterator=self.iterator)
        self.iterator = answer["NextShardIterator"]
        return [(one["eventName"], one["dynamodb"]["Keys"]["p"]["S"]) for one in answer["Records"]]

    def indexed(self):
        """The names of the items of kind k in the index."""
        given = {"KeyConditionExpression": "kind = :k", "ExpressionAttributeValues": {":k": {"S": "k"}}}
        return [one["p"]["S"] for one in self.client.query(TableName=self.name, IndexName="by_kind", **given)["Items"]]

    def up(self, **more):
        """Counts up, as a part of a transaction."""
        changed = {"UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
        return {"Update": {"TableName": self.name, "Key": key("counter")} | changed | more}

    def new(self, name, **more):
        """Puts an item that must not be there, as a part of a transaction."""
        item = key(name) | {"kind": {"S": "k"}, "rank": {"S": name}}
        return {"Put": {"TableName": self.name, "Item": item, "ConditionExpression": "attribute_not_exists(p)", **more}}

    def check(self, name, fits):
        """A condition on an item that is not there, as a part of a transaction."""
        condition = f"attribute_{'not_' if fits else ''}exists(p)"
        return {"ConditionCheck": {"TableName": self.name, "Key": key(name), "ConditionExpression": condition}}

    def transact(self, *parts, **more):
        """A transaction."""
        self.client.transact_write_items(TransactItems=list(parts), **more)


class Plain(unittest.TestCase):
    """The faults of plain moto, which are why the stand-in answers itself. A moto without them makes this fail."""

    @classmethod
    def setUpClass(cls):
        """moto as it is."""
        cls.server = ThreadedMotoServer(port=0, verbose=False)
        cls.server.start()
        host, port = cls.server.get_host_and_port()
        cls.at = f"http://{host}:{port}"

    @classmethod
    def tearDownClass(cls):
        """Ends it."""
        cls.server.stop()

    def test_a_failed_transaction_leaves_an_open_iterator_behind(self):
        table = Table(self.at)
        with self.assertRaises(ClientError):
            table.transact(table.up(), table.check("nobody", False))
        told = table.streamed()
        table.put("after")
        told += table.streamed()
        self.assertNotEqual(told, [("INSERT", "after")])

    def test_the_token_of_a_transaction_is_not_looked_at(self):
        table = Table(self.at)
        for _ in range(2):
            table.transact(table.up(), ClientRequestToken="one")
        self.assertEqual(table.item("counter")["n"], {"N": "2"})

    def test_an_update_that_creates_is_told_twice(self):
        table = Table(self.at)
        change = {"UpdateExpression": "SET n = :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
        table.client.update_item(TableName=table.name, Key=key("new"), **change)
        self.assertEqual(table.streamed(), [("INSERT", "new"), ("INSERT", "new")])

    def test_a_write_that_changes_nothing_is_told(self):
        table = Table(self.at)
        table.put("counter", n={"N": "0"})
        self.assertEqual(table.streamed(), [("MODIFY", "counter")])


class Transactions(Case):
    """All or nothing."""

    def setUp(self):
        self.table = Table()

    def reasons(self, *parts):
        """Why a transaction is cancelled."""
        with self.assertRaises(ClientError) as caught:
            self.table.transact(*parts)
        self.assertEqual(caught.exception.response["Error"]["Code"], "TransactionCanceledException")
        return caught.exception.response["CancellationReasons"]

    def test_a_failed_one_leaves_table_index_and_stream_as_they_were(self):
        self.reasons(self.table.up(), self.table.new("put"), self.table.check("nobody", False))
        self.assertEqual(self.table.item("counter")["n"], {"N": "0"})
        self.assertIsNone(self.table.item("put"))
        self.assertEqual(self.table.indexed(), [])
        self.assertEqual(self.table.streamed(), [])
        self.table.put("after")
        self.assertEqual(self.table.streamed(), [("INSERT", "after")], "the iterator still reads the live table")

    def test_a_successful_one_reaches_an_open_iterator_in_order_and_the_index(self):
        self.table.transact(self.table.new("b"), self.table.up(), self.table.check("nobody", True), self.table.new("a"))
        self.assertEqual(self.table.streamed(), [("INSERT", "b"), ("MODIFY", "counter"), ("INSERT", "a")])
        self.assertEqual(self.table.indexed(), ["a", "b"])
        gone = {"Delete": {"TableName": self.table.name, "Key": key("a")}}
        self.table.transact(gone)
        self.assertEqual(self.table.streamed(), [("REMOVE", "a")])
        self.assertEqual(self.table.indexed(), ["b"])

    def test_an_update_that_creates_is_one_insert_and_a_write_without_change_none(self):
        change = {"UpdateExpression": "SET n = :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
        for _ in range(2):
            self.table.client.update_item(TableName=self.table.name, Key=key("new"), **change)
        self.assertEqual(self.table.streamed(), [("INSERT", "new")])

    def test_reasons_come_in_order_with_the_item_where_asked_for(self):
        self.table.put("there", kind={"S": "k"})
        self.table.put("also")
        asked = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        found = self.reasons(
            self.table.new("there", **asked), self.table.up(), self.table.new("also"), self.table.check("nobody", False)
        )
        self.assertEqual([one["Code"] for one in found], ["ConditionalCheckFailed", "None", "ConditionalCheckFailed", "ConditionalCheckFailed"])
        self.assertEqual(found[0]["Item"], key("there") | {"kind": {"S": "k"}})
        self.assertEqual(found[0]["Message"], "The conditional request failed")
        self.assertFalse(any("Item" in one for one in found[1:]))

    def test_what_the_item_makes_invalid_is_a_reason_too(self):
        self.table.put("text", n={"S": "no number"})
        add = {"UpdateExpression": "SET n = n + :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
        found = self.reasons({"Update": {"TableName": self.table.name, "Key": key("text")} | add}, self.table.new("x"))
        self.assertEqual([one["Code"] for one in found], ["ValidationError", "None"])
        self.assertIsNone(self.table.item("x"))

    def test_a_token_makes_a_transaction_once(self):
        for _ in range(3):
            self.table.transact(self.table.up(), self.table.new("once"), ClientRequestToken="token")
        self.assertEqual(self.table.item("counter")["n"], {"N": "1"})
        again = self.table.transact
        self.refused("IdempotentParameterMismatchException", again, self.table.up(), ClientRequestToken="token")
        self.table.transact(self.table.up(), ClientRequestToken="another")
        self.assertEqual(self.table.item("counter")["n"], {"N": "2"})

    def test_a_token_of_a_cancelled_one_is_free(self):
        cancelled = self.table.up(), self.table.check("late", False)
        self.refused("TransactionCanceledException", self.table.transact, *cancelled, ClientRequestToken="free")
        self.table.put("late")
        self.table.transact(*cancelled, ClientRequestToken="free")
        self.assertEqual(self.table.item("counter")["n"], {"N": "1"})

    def test_limits(self):
        refused = lambda *parts: self.refused("ValidationException", self.table.transact, *parts)
        said = refused(*[self.table.new(str(number)) for number in range(101)])
        self.assertIn("less than or equal to 100", said)
        refused()
        self.assertIn("multiple operations on one item", refused(self.table.up(), self.table.check("counter", True)))
        refused(self.table.up(), self.table.up())
        self.table.transact(*[self.table.new(str(number)) for number in range(100)])
        large = self.table.new("large")
        large["Put"]["Item"]["body"] = {"S": "x" * 400 * 1024}
        self.assertIn("Item size has exceeded", refused(large))
        large["Put"]["Item"]["body"] = {"S": "x" * (400 * 1024 - 100)}
        self.table.transact(large)
        self.refused("ResourceNotFoundException", self.table.transact, {"Delete": {"TableName": "none", "Key": key("a")}})

    def test_a_transaction_reads_too(self):
        self.table.put("there")
        get = lambda name: {"Get": {"TableName": self.table.name, "Key": key(name)}}
        found = self.table.client.transact_get_items(TransactItems=[get("none"), get("there")])["Responses"]
        self.assertEqual(found, [{}, {"Item": key("there")}])


class Concurrent(Case):
    """Many write at once."""

    def setUp(self):
        self.table = Table()

    def all(self, one, count):
        """Runs one of many, eight at a time."""
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            return list(pool.map(one, range(count)))

    def test_nothing_is_lost_when_some_fail(self):
        def one(number):
            if number % 4 == 0:
                parts = self.table.up(), self.table.check("nobody", False)
                self.refused("TransactionCanceledException", self.table.transact, *parts)
            elif number % 4 == 1:
                self.table.transact(self.table.up(), self.table.new(f"of-{number}"))
            else:
                self.table.put(f"item-{number}", kind={"S": "k"}, rank={"S": str(number)})

        self.all(one, 160)
        self.assertEqual(self.table.item("counter")["n"], {"N": "40"})
        told = self.table.streamed()
        self.assertEqual(told.count(("MODIFY", "counter")), 40)
        self.assertEqual(len([one for one in told if one[0] == "INSERT"]), 120)
        self.assertEqual(len(self.table.indexed()), 120)

    def test_adding_adds_up_alone_and_in_transactions(self):
        def one(number):
            if number % 2:
                self.table.transact(self.table.up())
            else:
                part = self.table.up()["Update"]
                self.table.client.update_item(**part)

        self.all(one, 200)
        self.assertEqual(self.table.item("counter")["n"], {"N": "200"})

    def test_of_conditional_writers_one_wins(self):
        def one(number):
            mine = {":n": {"N": str(number)}, ":q": {"S": "queued"}, ":r": {"S": "running"}}
            change = {"UpdateExpression": "SET #s = :r, n = :n", "ConditionExpression": "#s = :q"}
            try:
                named = {"ExpressionAttributeNames": {"#s": "state"}, "ExpressionAttributeValues": mine}
                self.table.client.update_item(TableName=self.table.name, Key=key("task"), **change, **named)
            except ClientError as refused:
                self.assertEqual(refused.response["Error"]["Code"], "ConditionalCheckFailedException")
                return None
            return str(number)

        for _ in range(10):
            self.table.put("task", state={"S": "queued"})
            winners = [number for number in self.all(one, 16) if number is not None]
            self.assertEqual(len(winners), 1)
            self.assertEqual(self.table.item("task")["n"], {"N": winners[0]})
