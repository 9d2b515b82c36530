"""Reads one HTTP request of any AWS protocol: which operation, by whom, where, on what."""

import io
import json
import re
import urllib.parse
from dataclasses import dataclass, field

from moto.core.request import Request
from moto.core.routing import get_service_router

CREDENTIAL = re.compile(r"([^/,\s=]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")
RPC_PATH = re.compile(r"^/service/[^/]+/operation/([^/]+)$")

# Signing names that differ from the name botocore files the service under.
APIS = {
    "access-analyzer": ["accessanalyzer"],
    "apigateway": ["apigateway", "apigatewayv2"],
    "elasticfilesystem": ["efs"],
    "es": ["opensearch", "es"],
    "ses": ["sesv2", "ses"],
}
# Parameters that name what a call is about, most telling first.
NAMING = ("Bucket", "UserName", "RoleName", "GroupName", "RoleArn", "TableName", "FunctionName", "InstanceId.1")


@dataclass
class Call:
    """One request. `service` is the signing name, `api` tells S3 from S3 Control."""

    method: str
    path: str
    service: str = ""
    api: str = ""
    operation: str = ""
    protocol: str = "query"
    region: str = "us-east-1"
    key_id: str = ""
    token: str = ""
    account: str = ""
    caller: object = None
    lost: bool = False
    params: dict = field(default_factory=dict)

    @property
    def resource(self) -> str:
        """The name of what the call is about, or nothing."""
        return next((str(self.params[name]) for name in NAMING if self.params.get(name)), "")


def read(environ) -> Call:
    """Reads the call and leaves the body readable for moto."""
    body = _body(environ)
    query = urllib.parse.parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    call = Call(environ["REQUEST_METHOD"], environ.get("PATH_INFO", "/"))
    signed = environ.get("HTTP_AUTHORIZATION", "") or query.get("X-Amz-Credential", [""])[0]
    if found := CREDENTIAL.search(signed):
        call.key_id, call.region, call.service = found.groups()
    call.api = call.service
    call.token = environ.get("HTTP_X_AMZ_SECURITY_TOKEN", "") or query.get("X-Amz-Security-Token", [""])[0]
    _name(call, environ, query, body)
    return call


def _name(call: Call, environ, query, body: bytes):
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    form = query
    if "x-www-form-urlencoded" in environ.get("CONTENT_TYPE", ""):
        form = urllib.parse.parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True) | query
    if target:
        call.operation, call.protocol = target.rsplit(".", 1)[-1], "json"
        call.params = _json(body)
    elif "Action" in form:
        call.operation = form["Action"][0]
        call.protocol = "ec2" if call.service == "ec2" else "query"
        call.params = {key: values[0] for key, values in form.items()}
    elif found := RPC_PATH.match(call.path):
        call.operation, call.protocol = found.group(1), "json"
    else:
        _route(call, environ, query)


def _route(call: Call, environ, query):
    """REST: the service's own model says which operation a method, path and query are."""
    if call.service in ("s3", ""):
        call.service, call.api = "s3", "s3control" if call.path.startswith("/v20180820/") else "s3"
    call.protocol = "xml" if call.api == "s3" else "wrapped-xml" if call.api == "s3control" else "rest-json"
    for api in APIS.get(call.service, [call.api]):
        try:
            operation, labels = get_service_router(api).match(Request(environ.copy()))
        except Exception:  # no such service or no such route: the call stays unnamed
            continue
        call.operation = operation.name
        call.params = {key: values[0] for key, values in query.items()} | labels
        if operation.service_model.protocol == "rest-xml" and call.api not in ("s3", "s3control"):
            call.protocol = "wrapped-xml"
        return


def _body(environ) -> bytes:
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdigit():
        body = environ["wsgi.input"].read(int(length))
    elif environ.get("wsgi.input_terminated"):
        body = environ["wsgi.input"].read()
        environ["CONTENT_LENGTH"] = str(len(body))
    else:
        body = b""
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _json(body: bytes) -> dict:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
