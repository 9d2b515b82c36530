"""What requests to DynamoDB cost: the examples of AWS's own pages."""

import unittest

from botocore.exceptions import ClientError

from harness import Case, reading
from test_transactions import ACCOUNT, Table, key


class Metered(Case):
    """One table; every test begins to count anew."""

    def setUp(self):
        self.table = Table()
        self.client, self.name = self.table.client, self.table.name

    def units(self, ask, **given):
        """The write and read units of one request."""
        before = reading("metered", ACCOUNT)
        try:
            ask(**given)
        except ClientError:
            pass
        after = reading("metered", ACCOUNT)
        return after["write_units"] - before["write_units"], after["read_units"] - before["read_units"]

    def put(self, name, size, **more):
        """A put of an item of about a size in KB."""
        item = {**key(name), "text": {"S": "x" * (1024 * size - 100)}, **more}
        return self.units(self.client.put_item, TableName=self.name, Item=item)

    def test_a_write_takes_a_unit_for_each_kilobyte_of_the_larger_item(self):
        self.assertEqual(self.put("a", 1), (1, 0))
        self.assertEqual(self.put("a", 3), (3, 0))
        self.assertEqual(self.put("a", 1), (3, 0))
        self.assertEqual(self.units(self.client.delete_item, TableName=self.name, Key=key("a")), (1, 0))
        self.assertEqual(self.units(self.client.delete_item, TableName=self.name, Key=key("a")), (1, 0))

    def test_a_refused_condition_takes_what_the_item_takes(self):
        self.put("b", 2)
        put = {"TableName": self.name, "Item": key("b"), "ConditionExpression": "attribute_not_exists(p)"}
        self.assertEqual(self.units(self.client.put_item, **put), (2, 0))

    def test_an_index_takes_units_where_it_changes(self):
        kind, rank = {"kind": {"S": "k"}}, lambda one: {"rank": {"S": one}}
        self.assertEqual(self.put("c", 1, **kind, **rank("1")), (2, 0))
        self.assertEqual(self.put("c", 2, **kind, **rank("1")), (2, 0))
        self.assertEqual(self.put("c", 2, **kind, **rank("2")), (4, 0))
        self.assertEqual(self.put("c", 2), (3, 0))

    def test_a_transaction_takes_twice_as_many(self):
        puts = [{"Put": {"TableName": self.name, "Item": {**key(name), "text": {"S": "x" * 1500}}}} for name in ("d", "e")]
        self.assertEqual(self.units(self.client.transact_write_items, TransactItems=puts), (8, 0))
        gets = [{"Get": {"TableName": self.name, "Key": key("d")}}]
        self.assertEqual(self.units(self.client.transact_get_items, TransactItems=gets), (0, 2))

    def test_a_read_takes_half_a_unit_for_four_kilobytes_and_a_page_is_rounded_once(self):
        self.put("f", 5)
        get = {"TableName": self.name, "Key": key("f")}
        self.assertEqual(self.units(self.client.get_item, **get), (0, 1))
        self.assertEqual(self.units(self.client.get_item, **get, ConsistentRead=True), (0, 2))
        query = {"TableName": self.name, "KeyConditionExpression": "p = :p", "ExpressionAttributeValues": {":p": {"S": "f"}}}
        self.assertEqual(self.units(self.client.query, **query), (0, 1))
        query["ExpressionAttributeValues"][":p"]["S"] = "nobody"
        self.assertEqual(self.units(self.client.query, **query), (0, 0.5))


if __name__ == "__main__":
    unittest.main()
