"""Lambda's Invoke: a person or a program calls a deployed function.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

import json

import answers
import asynchronous
import names
from runtime import Busy, Failed

# How long a call waits for an instance: Lambda starts one, here a test does.
PATIENCE = 30


def answer(stand_in, call, environ):
    """The answer to a call of a function, or nothing when it is about something else."""
    if call.service != "lambda" or call.operation != "Invoke":
        return None
    name = call.params["FunctionName"].rsplit(":", 1)[-1]
    function = stand_in.functions.get((call.account, name))
    if function is None:
        return answers.error(call, 404, "ResourceNotFoundException", f"Function not found: {names.resource(call)}")
    try:
        event = json.loads(environ["wsgi.input"].getvalue() or b"{}")
    except ValueError as wrong:
        return answers.error(call, 400, "InvalidRequestContentException", f"Could not parse request body into json: {wrong}")
    how = environ.get("HTTP_X_AMZ_INVOCATION_TYPE", "RequestResponse")
    if how == "Event":
        asynchronous.invoke(stand_in, function, event)
        return 202, [], b""
    if how == "DryRun":
        return 204, [], b""
    headers = [("Content-Type", "application/json"), ("X-Amz-Executed-Version", "$LATEST")]
    try:
        return 200, headers, json.dumps(stand_in.runtime.invoke(call.account, name, event, PATIENCE)).encode()
    except Busy:
        return answers.error(call, 429, "TooManyRequestsException", "Rate Exceeded.")
    except Failed as failed:
        return 200, [*headers, ("X-Amz-Function-Error", "Unhandled")], json.dumps(failed.told).encode()
