"""IAM's access keys and credential report, as AWS tells them.

moto needs milliseconds to list the keys of a user, which the tests ask for by the thousand; its report is made anew for each reader, is
dated 2015, has no root and is never being made.

A report is what the account was when it was made. It is made at most every four hours and expires then; making it takes as long as
the control endpoint `credential_report` says. Rows are in the order of the users' names, root's first; times end in `Z`.

Source: *Generate credential reports for your AWS account*, IAM User Guide; GenerateCredentialReport and GetCredentialReport, IAM API Reference.
"""

import base64
import csv
import datetime
import io
import threading
from xml.sax.saxutils import escape

from moto.iam.models import iam_backends

import answers

FOUR_HOURS = 4 * 3600
KEY = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
COLUMNS = [
    *("user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed"),
    *("password_next_rotation", "mfa_active"),
    *(f"access_key_{slot}_{what}" for slot in (1, 2) for what in KEY),
    *("cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated"),
]
NO_KEY = ("false", "N/A", "N/A", "N/A", "N/A")
LOCK = threading.Lock()
REPORTS = {}
SECONDS = {}


class Report:
    """The report of one account, made or being made."""

    def __init__(self, account: str, started: float):
        self.account, self.ready = account, started + SECONDS.get(account, 0)
        self.content = None

    def look(self, now: float):
        """Makes it when its time has come."""
        if self.content is None and now >= self.ready:
            self.content = written(self.account)


def set_for(account: str, seconds: float | None = None, age: float | None = None) -> dict:
    """Says how long making a report takes, and moves the time of the last one back."""
    with LOCK:
        if seconds is not None:
            SECONDS[account] = seconds
        if age is not None and account in REPORTS:
            REPORTS[account].look(_now())
            REPORTS[account].ready = _now() - age
    return {}


def answer(call):
    """The answer to a call about the report or a user's keys, or nothing where the call is about something else."""
    if call.service == "iam" and call.operation == "ListAccessKeys" and call.params.get("UserName"):
        return _access_keys(call)
    if call.service != "iam" or call.operation not in ("GenerateCredentialReport", "GetCredentialReport"):
        return None
    now = _now()
    with LOCK:
        report = REPORTS.get(call.account)
        if report:
            report.look(now)
        if call.operation == "GenerateCredentialReport":
            return _generate(call, report, now)
        if report is None:
            return answers.error(call, 410, "ReportNotPresent", "Unknown")
        if report.content is None:
            return answers.error(call, 404, "ReportInProgress", "Unknown")
        if now - report.ready > FOUR_HOURS:
            return answers.error(call, 410, "ReportExpired", "Unknown")
        content = base64.b64encode(report.content).decode()
        made = datetime.datetime.fromtimestamp(int(report.ready), datetime.timezone.utc)
        fields = f"<Content>{content}</Content><ReportFormat>text/csv</ReportFormat><GeneratedTime>{_text(made)}</GeneratedTime>"
        return _result(call, fields)


def _access_keys(call):
    name = call.params["UserName"]
    user = iam_backends[call.account]["aws"].users.get(name)
    if user is None:
        return answers.error(call, 404, "NoSuchEntity", f"The user with name {name} cannot be found.")
    told = "".join(
        f"<member><UserName>{escape(name)}</UserName><AccessKeyId>{key.access_key_id}</AccessKeyId>"
        f"<Status>{key.status}</Status><CreateDate>{_text(key.create_date)}</CreateDate></member>"
        for key in list(user.access_keys)
    )
    return _result(call, f"<AccessKeyMetadata>{told}</AccessKeyMetadata><IsTruncated>false</IsTruncated>")


def _generate(call, report, now):
    if report and report.content is None:
        return _result(call, "<State>INPROGRESS</State>")
    if report and now - report.ready <= FOUR_HOURS:
        return _result(call, "<State>COMPLETE</State>")
    REPORTS[call.account] = Report(call.account, now)
    why = "No report exists. Starting a new report generation task"
    return _result(call, f"<State>STARTED</State><Description>{why}</Description>")


def _result(call, fields: str):
    name = call.operation
    body = (
        f'<{name}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><{name}Result>{fields}</{name}Result>'
        f"<ResponseMetadata><RequestId>{answers.REQUEST_ID}</RequestId></ResponseMetadata></{name}Response>"
    )
    return 200, [("Content-Type", "text/xml")], body.encode()


def written(account: str) -> bytes:
    """The CSV file of the account as it is now."""
    iam = iam_backends[account]["aws"]
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    summary = iam.account_summary
    root_keys = summary._account_access_keys_present
    first = ("true", "2020-01-01T00:00:00Z", "N/A", "N/A", "N/A") if root_keys else NO_KEY
    mfa = "true" if summary._account_mfa_enabled else "false"
    arn = f"arn:aws:iam::{account}:root"
    unsaid = ("not_supported", "no_information", "not_supported", "not_supported")
    rows.writerow(["<root_account>", arn, "2019-01-01T00:00:00Z", *unsaid, mfa, *first, *NO_KEY, *_no_certificates()])
    for user in sorted(list(iam.users.values()), key=lambda one: (one.name.lower(), one.name)):
        rows.writerow(_row(user))
    return out.getvalue().rstrip("\n").encode()


def _row(user) -> list:
    keys = [_key(key) for key in sorted(list(user.access_keys), key=lambda one: one.access_key_id)]
    cells = [cell for key in [*keys, NO_KEY, NO_KEY][:2] for cell in key]
    password = ("true", "no_information", _text(user.create_date), "N/A") if user.password else ("false", "N/A", "N/A", "N/A")
    mfa = "true" if user.mfa_devices else "false"
    return [user.name, user.arn, _text(user.create_date), *password, mfa, *cells, *_no_certificates()]


def _key(key) -> tuple:
    used = ("N/A", "N/A", "N/A")
    if key.last_used:
        used = (_text(key.last_used.timestamp), key.last_used.region, key.last_used.service)
    return ("true" if key.status == "Active" else "false", _text(key.create_date), *used)


def _no_certificates() -> tuple:
    return ("false", "N/A", "false", "N/A")


def _text(time: datetime.datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def _now() -> float:
    return datetime.datetime.now(datetime.timezone.utc).timestamp()
