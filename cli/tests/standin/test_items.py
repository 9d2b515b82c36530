"""DynamoDB's items as its documentation words them: keys, queries, expressions, limits and times to live.

moto 5.2.5 is different in most of what is asked here about pages (no LastEvaluatedKey where the limit ends a page at the last item),
keys-only indexes under load, and validation; see `dynamo`.
"""

import uuid

from botocore.exceptions import ClientError

from harness import Case, client, control, eventually, root

ACCOUNT = "300000000051"
WORDS = {"#s": "state"}


class Items(Case):
    """One table for all: partition p, sort key s, an index of keys only and one of everything."""

    @classmethod
    def setUpClass(cls):
        cls.client = client("dynamodb", root(ACCOUNT))
        cls.name = f"items-{uuid.uuid4()}"
        key = lambda *names: [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"))]
        cls.client.create_table(
            TableName=cls.name,
            KeySchema=key("p", "s"),
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("p", "s", "kind", "rank")],
            GlobalSecondaryIndexes=[
                {"IndexName": "keys", "KeySchema": key("kind", "rank"), "Projection": {"ProjectionType": "KEYS_ONLY"}},
                {"IndexName": "all", "KeySchema": key("kind", "rank"), "Projection": {"ProjectionType": "ALL"}},
            ],
            BillingMode="PAY_PER_REQUEST",
        )

    def setUp(self):
        self.p = self.id().rsplit(".", 1)[-1]

    def key(self, s):
        """A key in the test's own partition."""
        return {"p": {"S": self.p}, "s": {"S": s}}

    def put(self, s, **more):
        """Puts an item."""
        return self.client.put_item(TableName=self.name, Item=self.key(s) | more)

    def get(self, s, **more):
        """An item, or nothing."""
        return self.client.get_item(TableName=self.name, Key=self.key(s), **more).get("Item")

    def query(self, condition="p = :p", values=None, **more):
        """A page of a query."""
        values = {name: {"S": one} if isinstance(one, str) else one for name, one in ({":p": self.p} | (values or {})).items()}
        return self.client.query(TableName=self.name, KeyConditionExpression=condition, ExpressionAttributeValues=values, **more)

    def update(self, s, expression, values=None, **more):
        """An update; answers the new item."""
        given = {"ExpressionAttributeValues": values} if values else {}
        given = {"TableName": self.name, "Key": self.key(s), "UpdateExpression": expression, "ReturnValues": "ALL_NEW"} | given | more
        return self.client.update_item(**given).get("Attributes")

    def invalid(self, call, *args, **given):
        """The call is refused as invalid; answers why."""
        return self.refused("ValidationException", call, *args, **given)

    def found(self, *args, **given):
        """The sort keys of a page."""
        return [one["s"]["S"] for one in self.query(*args, **given)["Items"]]


class Queries(Items):
    """Query and Scan."""

    def setUp(self):
        super().setUp()
        for s in ("a", "b1", "b2", "b3", "c", "ü"):
            self.put(s, kind={"S": self.p}, rank={"S": f"r{s}"}, body={"S": f"body of {s}"})

    def test_conditions_on_the_sort_key(self):
        self.assertEqual(self.found(), ["a", "b1", "b2", "b3", "c", "ü"])
        self.assertEqual(self.found("p = :p AND begins_with(s, :b)", {":b": "b"}), ["b1", "b2", "b3"])
        self.assertEqual(self.found("p = :p AND s BETWEEN :b AND :c", {":b": "b2", ":c": "c"}), ["b2", "b3", "c"])
        self.assertEqual(self.found("s <= :b AND p = :p", {":b": "b1"}), ["a", "b1"])
        self.assertEqual(self.found("p = :p AND s < :b", {":b": "b1"}), ["a"])
        self.assertEqual(self.found("p = :p AND s > :b", {":b": "b3"}), ["c", "ü"])
        self.assertEqual(self.found("p = :p AND s >= :b", {":b": "c"}), ["c", "ü"])
        self.assertEqual(self.found("p = :p AND s = :b", {":b": "c"}), ["c"])
        self.assertEqual(self.found(ScanIndexForward=False), ["ü", "c", "b3", "b2", "b1", "a"])

    def test_pages_forward_and_backward(self):
        for forward in (True, False):
            for where in ({}, {"IndexName": "keys"}):
                seen, start = [], {}
                condition = "kind = :p" if where else "p = :p"
                for _ in range(4):
                    page = self.query(condition, Limit=2, ScanIndexForward=forward, ConsistentRead=not where, **where, **start)
                    seen.append([one["s"]["S"] for one in page["Items"]])
                    start = {"ExclusiveStartKey": page["LastEvaluatedKey"]} if "LastEvaluatedKey" in page else {}
                    if not start:
                        break
                self.assertEqual(sum(seen, []), self.found(ScanIndexForward=forward))
                self.assertEqual(seen[-1], [], "a page that the limit ended has another after it, if an empty one")

    def test_a_page_holds_a_megabyte(self):
        for number in range(4):
            self.put(f"large{number}", body={"S": "x" * 350_000})
        first = self.query("p = :p AND begins_with(s, :l)", {":l": "large"})
        self.assertEqual((first["Count"], first["LastEvaluatedKey"]["s"]["S"]), (2, "large1"))
        second = self.query("p = :p AND begins_with(s, :l)", {":l": "large"}, ExclusiveStartKey=first["LastEvaluatedKey"])
        self.assertEqual((second["Count"], "LastEvaluatedKey" in second), (2, False))

    def test_an_index_of_keys_shows_keys(self):
        page = self.query("kind = :p AND begins_with(#r, :r)", {":r": "rb"}, IndexName="keys", ExpressionAttributeNames={"#r": "rank"})
        self.assertEqual([one["s"]["S"] for one in page["Items"]], ["b1", "b2", "b3"])
        self.assertEqual(set(page["Items"][0]), {"p", "s", "kind", "rank"})
        self.assertIn("body", self.query("kind = :p", IndexName="all")["Items"][0])
        self.invalid(self.query, "kind = :p", IndexName="keys", ConsistentRead=True)
        self.invalid(self.query, "kind = :p", IndexName="keys", Select="ALL_ATTRIBUTES")

    def test_an_item_is_in_the_index_while_it_has_its_keys(self):
        named = lambda: [one["s"]["S"] for one in self.query("kind = :p", IndexName="keys")["Items"]]
        self.update("b1", "REMOVE #r", ExpressionAttributeNames={"#r": "rank"})
        self.assertEqual(named(), ["a", "b2", "b3", "c", "ü"])
        self.update("b1", "SET #r = :z", {":z": {"S": "z"}}, ExpressionAttributeNames={"#r": "rank"})
        self.assertEqual(named(), ["a", "b2", "b3", "c", "ü", "b1"])
        self.client.delete_item(TableName=self.name, Key=self.key("a"))
        self.assertEqual(named(), ["b2", "b3", "c", "ü", "b1"])

    def test_filters_come_after_the_limit(self):
        page = self.query(Limit=3, FilterExpression="contains(body, :b)", values={":b": "of b"})
        self.assertEqual((page["Count"], page["ScannedCount"]), (2, 3))
        page = self.query(Select="COUNT")
        self.assertEqual((page["Count"], "Items" in page), (6, False))
        self.assertEqual(self.query(ProjectionExpression="body", Limit=1)["Items"], [{"body": {"S": "body of a"}}])

    def test_a_scan_finds_everything_once_also_in_segments(self):
        found, start = [], {}
        while True:
            page = self.client.scan(TableName=self.name, Limit=3, **start)
            found += [(one["p"]["S"], one["s"]["S"]) for one in page["Items"]]
            if "LastEvaluatedKey" not in page:
                break
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        pages = self.client.get_paginator("scan").paginate
        segments = [page["Items"] for number in range(3) for page in pages(TableName=self.name, Segment=number, TotalSegments=3)]
        self.assertEqual(len(set(found)), len(found))
        self.assertEqual(sorted(found), sorted((one["p"]["S"], one["s"]["S"]) for part in segments for one in part))

    def test_what_no_query_can_be(self):
        for condition in ("s = :p", "p > :p", "p = :p AND body = :p", "p = :p OR s = :p", "p = :p AND contains(s, :p)", "p = :p AND p = :p"):
            with self.subTest(condition):
                self.invalid(self.query, condition)
        self.invalid(self.query, "p = :p AND s = :n", {":n": {"N": "1"}})
        self.invalid(self.query, "p = :p", {":unused": "x"})
        self.invalid(self.query, "kind = :p", IndexName="none")
        self.invalid(self.query, ExclusiveStartKey={"p": {"S": self.p}})


class Updates(Items):
    """UpdateExpression."""

    def test_set_add_remove_and_what_is_returned(self):
        self.put("u", n={"N": "1"}, gone={"S": "x"}, tags={"SS": ["a"]})
        new = self.update("u", "SET #s = :r, m = if_not_exists(m, :zero) ADD n :two, tags :tags REMOVE gone", {
            ":r": {"S": "running"}, ":two": {"N": "2"}, ":zero": {"N": "0"}, ":tags": {"SS": ["b", "a"]},
        }, ExpressionAttributeNames=WORDS)
        self.assertEqual(new, self.key("u") | {"n": {"N": "3"}, "m": {"N": "0"}, "state": {"S": "running"}, "tags": {"SS": ["a", "b"]}})
        self.assertEqual(self.get("u", ConsistentRead=True), new)
        one = {":one": {"N": "1"}}
        self.assertEqual(self.update("u", "SET n = n - :one", one, ReturnValues="UPDATED_NEW"), {"n": {"N": "2"}})
        self.assertEqual(self.update("u", "SET n = :one + n", one, ReturnValues="UPDATED_OLD"), {"n": {"N": "2"}})
        self.assertIsNone(self.update("u", "ADD n :one", one, ReturnValues="NONE"))
        self.assertEqual(self.update("u", "ADD n :one", one, ReturnValues="ALL_OLD")["n"], {"N": "4"})

    def test_an_update_creates_and_add_begins_at_zero(self):
        self.assertEqual(self.update("new", "ADD n :one", {":one": {"N": "-1"}}), self.key("new") | {"n": {"N": "-1"}})
        self.assertEqual(self.client.update_item(TableName=self.name, Key=self.key("bare"), ReturnValues="ALL_NEW")["Attributes"], self.key("bare"))

    def test_values_are_those_of_before(self):
        self.put("swap", a={"N": "1"}, b={"N": "2"})
        self.assertEqual(self.update("swap", "SET a = b, b = a"), self.key("swap") | {"a": {"N": "2"}, "b": {"N": "1"}})

    def test_documents_and_lists(self):
        self.put("doc", d={"M": {"in": {"N": "1"}}}, l={"L": [{"S": "x"}, {"S": "y"}, {"S": "z"}]})
        new = self.update("doc", "SET d.more = :v, l[9] = :v REMOVE l[0], l[1]", {":v": {"S": "v"}})
        self.assertEqual(new["d"], {"M": {"in": {"N": "1"}, "more": {"S": "v"}}})
        self.assertEqual(new["l"], {"L": [{"S": "z"}, {"S": "v"}]})
        new = self.update("doc", "SET l = list_append(l, :l)", {":l": {"L": [{"N": "1"}]}})
        self.assertEqual(new["l"]["L"][-1], {"N": "1"})
        self.assertEqual(self.get("doc", ProjectionExpression="d.more, l[0]"), {"d": {"M": {"more": {"S": "v"}}}, "l": {"L": [{"S": "z"}]}})
        self.put("sets", s2={"NS": ["1", "2"]})
        self.assertNotIn("s2", self.update("sets", "DELETE s2 :n", {":n": {"NS": ["1", "2.0"]}}))

    def test_numbers_are_exact_and_of_one_notation(self):
        self.put("n", a={"N": "1.50"}, b={"N": "1E3"}, c={"N": "-0"}, d={"N": "9" * 38})
        self.assertEqual([self.get("n")[name]["N"] for name in "abcd"], ["1.5", "1000", "0", "9" * 38])
        self.assertEqual(self.update("n", "SET a = a + :t", {":t": {"N": "0.1"}})["a"], {"N": "1.6"})
        for number in ("1e126", "x", "NaN", "1" * 39):
            with self.subTest(number):
                self.invalid(self.put, "n", a={"N": number})

    def test_what_no_update_can_be(self):
        self.put("bad", n={"S": "text"}, l={"L": []})
        one = {":one": {"N": "1"}}
        for expression, values in (
            ("SET s = :one", one),
            ("SET state = :one", one),
            ("SET n = n + :one", one),
            ("SET m = absent", None),
            ("SET a.b = :one", one),
            ("SET a = :one, a = :one", one),
            ("SET a = :one, a.b = :one", one),
            ("SET a = :one SET b = :one", one),
            ("ADD n :one", one),
            ("SET a = :one", {":one": {"N": "1"}, ":two": {"N": "1"}}),
            ("SET a = :two", one),
            ("SET #a = :one", one),
            ("SET a = :one,", one),
            ("", None),
        ):
            with self.subTest(expression):
                self.invalid(self.update, "bad", expression, values)
        self.assertEqual(self.get("bad"), self.key("bad") | {"n": {"S": "text"}, "l": {"L": []}})


class Conditions(Items):
    """ConditionExpression."""

    def holds(self, condition, values=None, **names):
        """Whether a condition on the item c holds."""
        given = {"ExpressionAttributeValues": values} if values else {}
        given |= {"ExpressionAttributeNames": names["names"]} if names else {}
        asked = {"TableName": self.name, "Key": self.key("c"), "ConditionExpression": condition} | given
        try:
            self.client.transact_write_items(TransactItems=[{"ConditionCheck": asked}])
        except ClientError as refused:
            self.assertEqual(refused.response["Error"]["Code"], "TransactionCanceledException", refused)
            return False
        return True

    def test_operators(self):
        self.put("c", state={"S": "queued"}, n={"N": "10"}, tags={"SS": ["a"]}, l={"L": [{"N": "1"}]}, d={"M": {"in": {"S": "x"}}})
        nine, text = {":n": {"N": "9"}}, {":n": {"S": "9"}}
        one = {":n": {"N": "1"}}
        for condition, values, expected in (
            ("n > :n", nine, True),
            ("n < :n", nine, False),
            ("n > :n", text, False),
            ("n <> :n", text, True),
            ("absent <> :n", nine, True),
            ("absent < :n", nine, False),
            ("NOT absent = :n", nine, True),
            ("n BETWEEN :n AND :m", nine | {":m": {"N": "10"}}, True),
            ("n IN (:n, :m)", nine | {":m": {"N": "10.0"}}, True),
            ("attribute_exists(d.#in) AND attribute_not_exists(d.nope)", None, True),
            ("begins_with(#s, :q) OR n = :n", nine | {":q": {"S": "que"}}, True),
            ("(n = :n OR #s = :q) AND NOT (#s <> :q)", nine | {":q": {"S": "queued"}}, True),
            ("contains(tags, :t)", {":t": {"S": "a"}}, True),
            ("contains(l, :n)", one, True),
            ("size(#s) = :n", {":n": {"N": "6"}}, True),
            ("size(absent) = :n", nine, False),
            ("attribute_type(n, :n)", {":n": {"S": "N"}}, True),
        ):
            with self.subTest(condition):
                names = {name: one for name, one in {"#s": "state", "#in": "in"}.items() if name in condition}
                self.assertEqual(self.holds(condition, values, **({"names": names} if names else {})), expected)

    def test_a_refused_write_shows_the_item_where_asked_for(self):
        self.put("c", n={"N": "1"})
        asked = {"ConditionExpression": "attribute_not_exists(p)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        for call, given in (
            (self.client.put_item, {"Item": self.key("c")}),
            (self.client.delete_item, {"Key": self.key("c")}),
            (self.client.update_item, {"Key": self.key("c"), "UpdateExpression": "REMOVE n"}),
        ):
            with self.assertRaises(ClientError) as caught:
                call(TableName=self.name, **given, **asked)
            self.assertEqual(caught.exception.response["Error"]["Code"], "ConditionalCheckFailedException")
            self.assertEqual(caught.exception.response["Item"], self.key("c") | {"n": {"N": "1"}})
        self.assertEqual(self.get("c"), self.key("c") | {"n": {"N": "1"}})

    def test_what_no_condition_can_be(self):
        for condition in ("n", "n = ", "n = :v AND", "begins_with(n, :v, :v)", "nothing(n, :v)", "total = :v", "begins_with(n, :v)", "n ! :v"):
            with self.subTest(condition):
                given = {"ConditionExpression": condition, "ExpressionAttributeValues": {":v": {"N": "1"}}}
                self.invalid(self.client.put_item, TableName=self.name, Item=self.key("x"), **given)


class Limits(Items):
    """Batches, sizes, keys, times to live."""

    def test_batches(self):
        put = lambda s: {"PutRequest": {"Item": self.key(s)}}
        write = lambda *writes: self.client.batch_write_item(RequestItems={self.name: list(writes)})
        self.assertEqual(write(*[put(f"{number:02}") for number in range(25)])["UnprocessedItems"], {})
        self.invalid(write, *[put(str(number)) for number in range(26)])
        self.invalid(write, put("a"), put("a"))
        write({"DeleteRequest": {"Key": self.key("00")}})
        keys = [self.key(f"{number:02}") for number in range(25)]
        found = self.client.batch_get_item(RequestItems={self.name: {"Keys": keys, "ConsistentRead": True}})
        self.assertEqual((len(found["Responses"][self.name]), found["UnprocessedKeys"]), (24, {}))
        self.invalid(self.client.batch_get_item, RequestItems={self.name: {"Keys": [keys[0], keys[0]]}})
        self.invalid(self.client.batch_get_item, RequestItems={self.name: {"Keys": [self.key(str(n)) for n in range(101)]}})

    def test_an_item_is_no_larger_than_400_kilobytes(self):
        self.put("large", body={"S": "x" * (400 * 1024 - 100)})
        self.assertIn("Item size has exceeded", self.invalid(self.put, "large", body={"S": "x" * 400 * 1024}))
        said = self.invalid(self.update, "large", "SET more = :m", {":m": {"S": "x" * 200}})
        self.assertIn("Item size to update has exceeded", said)
        self.put("binary", body={"B": b"\x00\xff" * 100_000})
        self.assertEqual(self.get("binary")["body"]["B"], b"\x00\xff" * 100_000)

    def test_keys(self):
        self.invalid(self.put, "")
        self.invalid(self.put, "x" * 1025)
        self.invalid(self.client.put_item, TableName=self.name, Item={"p": {"S": "only"}})
        self.invalid(self.client.put_item, TableName=self.name, Item=self.key("a") | {"p": {"N": "1"}})
        self.invalid(self.client.get_item, TableName=self.name, Key={"p": {"S": "only"}})
        self.invalid(self.put, "a", kind={"NULL": True}, rank={"S": "x"})
        self.invalid(self.put, "a", kind={"S": ""}, rank={"S": "x"})
        self.invalid(self.put, "a", tags={"SS": []})
        self.invalid(self.put, "a", tags={"SS": ["a", "a"]})
        self.refused("ResourceNotFoundException", self.client.get_item, TableName="none", Key=self.key("a"))

    def test_what_is_past_expires_when_it_is_told_to(self):
        ttl = {"AttributeName": "until", "Enabled": True}
        self.client.update_time_to_live(TableName=self.name, TimeToLiveSpecification=ttl)
        self.assertEqual(self.client.describe_time_to_live(TableName=self.name)["TimeToLiveDescription"]["AttributeName"], "until")
        for s, until in (("past", {"N": "100"}), ("later", {"N": "300"}), ("text", {"S": "100"})):
            self.put(s, until=until)
        self.assertEqual(control("expire", account=ACCOUNT, table=self.name, now=200), {"expired": 1})
        self.assertEqual(self.found(), ["later", "text"])

    def test_an_index_may_be_behind(self):
        self.put("before", kind={"S": self.p}, rank={"S": "1"})
        named = lambda: [one["s"]["S"] for one in self.query("kind = :p", IndexName="keys")["Items"]]
        self.assertEqual(named(), ["before"])
        control("chaos", account=ACCOUNT, index_lag=0.3)
        self.addCleanup(control, "chaos", account=ACCOUNT)
        self.put("after", kind={"S": self.p}, rank={"S": "2"})
        self.assertEqual(named(), ["before"])
        eventually("the write in the index", lambda: named() == ["before", "after"])
