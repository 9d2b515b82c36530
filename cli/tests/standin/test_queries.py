"""DynamoDB's Query and Scan as its documentation words them.

moto 5.2.5 does not name where to go on when the limit ends a page at the last item, and needs longer the more other items there are.
"""

from harness import control, eventually
from test_items import ACCOUNT, Items


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


class Behind(Items):
    """What chaos does to an index."""

    def test_an_index_may_be_behind(self):
        self.put("before", kind={"S": self.p}, rank={"S": "1"})
        named = lambda: [one["s"]["S"] for one in self.query("kind = :p", IndexName="keys")["Items"]]
        self.assertEqual(named(), ["before"])
        control("chaos", account=ACCOUNT, index_lag=0.3)
        self.addCleanup(control, "chaos", account=ACCOUNT)
        self.put("after", kind={"S": self.p}, rank={"S": "2"})
        self.assertEqual(named(), ["before"])
        eventually("the write in the index", lambda: named() == ["before", "after"])
