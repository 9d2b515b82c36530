"""DynamoDB's items, answered here and not by moto.

moto 5.2.5 loses writes that run at once, leaves a copy of the table behind a failed transaction, ignores the transaction's
token, tells the stream of an update that creates an item as an INSERT without its attributes and a MODIFY, and searches all
items for a query. Tables are made and described by moto; PartiQL and the parameters from before expressions are not there.
"""

import json

import expressions
import reads
import tables
import transactions
import writes
from values import Refused, normal

LEGACY = ("AttributeUpdates", "AttributesToGet", "ConditionalOperator", "Expected", "KeyConditions", "QueryFilter", "ScanFilter")
PARTIQL = ("BatchExecuteStatement", "ExecuteStatement", "ExecuteTransaction")


class Request:
    """One request's parameters, and the account and region it is for."""

    def __init__(self, account: str, region: str, given: dict):
        self.account, self.region, self.given = account, region, given
        values = {name: normal(value) for name, value in (given.get("ExpressionAttributeValues") or {}).items()}
        self.scope = expressions.Scope(given.get("ExpressionAttributeNames"), values)

    def table(self):
        """The table it is about."""
        return tables.find(self.account, self.region, self.given.get("TableName"))

    def part(self, given: dict):
        """A request for one part of this one."""
        return Request(self.account, self.region, given)


def answer(call):
    """The answer to a call about items, or nothing when it is moto's to answer."""
    if call.operation not in OPERATIONS and call.operation not in PARTIQL:
        return None
    try:
        if call.operation in PARTIQL or any(name in call.params for name in LEGACY):
            raise Refused("UnknownOperationException", "The stand-in does not know PartiQL and parameters from before expressions.")
        with tables.LOCK:
            body = OPERATIONS[call.operation](Request(call.account, call.region, call.params))
    except Refused as refused:
        return _refusal(refused)
    return _json(200, body)


def conflict(call):
    """The answer when another transaction has the item, which here takes a fault: requests are carried out one at a time."""
    if call.operation not in ("TransactWriteItems", "TransactGetItems"):
        refused = Refused("TransactionConflictException", "Transaction is ongoing for the item")
    else:
        reasons = [{"Code": "None"} for _ in call.params.get("TransactItems", [])]
        reasons[-1] = {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}
        refused = transactions.cancelled(reasons)
    return _refusal(refused)


def _refusal(refused: Refused):
    kind = f"com.amazonaws.dynamodb.v20120810#{refused.code}"
    return _json(400, {"__type": kind, "message": refused.message} | refused.more, ("x-amzn-errortype", refused.code))


def _json(status: int, body: dict, *headers):
    return status, [("Content-Type", "application/x-amz-json-1.0"), *headers], json.dumps(body).encode()


OPERATIONS = {
    "BatchGetItem": reads.batch_get,
    "BatchWriteItem": writes.batch,
    "DeleteItem": writes.one("Delete"),
    "GetItem": reads.get,
    "PutItem": writes.one("Put"),
    "Query": reads.query,
    "Scan": reads.scan,
    "TransactGetItems": transactions.get,
    "TransactWriteItems": transactions.write,
    "UpdateItem": writes.one("Update"),
}
