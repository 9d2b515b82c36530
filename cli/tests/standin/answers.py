"""Errors as each AWS protocol words them, so that an SDK treats them as the real thing."""

import json
from xml.sax.saxutils import escape

REQUEST_ID = "00000000-0000-4000-8000-000000000000"

# What a situation is called: per protocol (or service) the status and the error code.
KINDS = {
    "denied": {
        "ec2": (403, "UnauthorizedOperation"),
        "json": (400, "AccessDeniedException"),
        "rest-json": (403, "AccessDeniedException"),
        "": (403, "AccessDenied"),
    },
    "throttled": {
        "ec2": (503, "RequestLimitExceeded"),
        "xml": (503, "SlowDown"),
        "wrapped-xml": (503, "SlowDown"),
        "json": (400, "ThrottlingException"),
        "rest-json": (429, "TooManyRequestsException"),
        "": (400, "Throttling"),
    },
    "stranger": {
        "ec2": (401, "AuthFailure"),
        "xml": (403, "InvalidAccessKeyId"),
        "json": (400, "UnrecognizedClientException"),
        "rest-json": (403, "UnrecognizedClientException"),
        "": (403, "InvalidClientTokenId"),
    },
    "failed": {
        "ec2": (500, "InternalError"),
        "xml": (500, "InternalError"),
        "json": (500, "InternalServerError"),
        "rest-json": (500, "InternalServerException"),
        "": (500, "InternalFailure"),
    },
    "unsupported": {
        "xml": (400, "NotImplemented"),
        "json": (400, "UnknownOperationException"),
        "rest-json": (400, "UnknownOperationException"),
        "": (400, "InvalidAction"),
    },
    "invalid": {"json": (400, "ValidationException"), "": (400, "ValidationError")},
}
WORDS = {
    "throttled": "Rate exceeded",
    "stranger": "The security token included in the request is invalid.",
    "failed": "We encountered an internal error. Please try again.",
    "unsupported": "The stand-in does not know this operation.",
}


def kind(call, name: str, message: str = ""):
    """The answer to `call` in the situation `name`."""
    status, code = KINDS[name].get(call.protocol, KINDS[name][""])
    if code == "UnauthorizedOperation":
        message = f"You are not authorized to perform this operation. {message}"
    return error(call, status, code, message or WORDS.get(name, code))


def error(call, status: int, code: str, message: str, headers=()):
    """An error in the call's protocol: `(status, headers, body)`."""
    said = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    if call.protocol in ("json", "rest-json"):
        body = json.dumps({"__type": code, "message": message})
        content = "application/x-amz-json-1.1" if call.protocol == "json" else "application/json"
        headers = [("x-amzn-errortype", code), *headers]
    elif call.protocol == "ec2":
        body = f"<Response><Errors><Error>{said}</Error></Errors><RequestID>{REQUEST_ID}</RequestID></Response>"
        content = "text/xml"
    elif call.protocol == "xml":
        body = f"<Error>{said}<RequestId>{REQUEST_ID}</RequestId><HostId>stand-in</HostId></Error>"
        content = "application/xml"
    else:
        who = "Receiver" if status >= 500 else "Sender"
        body = (
            f"<ErrorResponse><Error><Type>{who}</Type>{said}</Error>"
            f"<RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
        )
        content = "text/xml"
    data = b"" if call.method == "HEAD" else body.encode()
    return status, [("Content-Type", content), *headers], data
