"""Where moto 5.2.5 differs from AWS in ways an audit notices, made as AWS does it.

- ListUsers pages (100 at a time unless MaxItems says otherwise, at most 1,000); moto returns all at once.
- GetAccountSummary tells whether root has a password; moto leaves it out.
- GetAccessKeyLastUsed finds a key at once; moto looks through the users of all accounts.
- ListBuckets pages with max-buckets and continuation-token and then names each BucketRegion.
- DescribeRegions can be narrowed to the regions an account has enabled.
- CloudFormation sets a table's TimeToLiveSpecification; moto passes over it.
- GetObject of a key that is not there answers 403 to those who may not list the bucket.
- A bucket asked for through another region's endpoint answers 301 with x-amz-bucket-region.

Left as moto does it: a bucket without an encryption setting has none. AWS has applied SSE-S3 to every
bucket since 2023; the difference gives the failing case of `s3_encryption`.
"""

import functools

from moto import backends
from moto.core.responses import ActionResult
from moto.dynamodb.models.table import Table
from moto.ec2.models.availability_zones_and_regions import Region
from moto.ec2.responses.availability_zones_and_regions import AvailabilityZonesAndRegions
from moto.iam.models import AccountSummary, IAMBackend
from moto.iam.responses import IamResponse
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.s3.models import s3_backends
from moto.s3.responses import S3Response

import answers

ENABLED_REGIONS = {}
OPEN_TO_ALL_REGIONS = ("CreateBucket", "ListBuckets")


def _list_users(self):
    size = min(int(self._get_param("MaxItems") or 100), 1000)
    start = int(self._get_param("Marker") or 0)
    users = list(self.backend.list_users(self._get_param("PathPrefix"), None, None))
    more = start + size < len(users)
    page = {"Users": users[start : start + size], "IsTruncated": more}
    return ActionResult(page | ({"Marker": str(start + size)} if more else {}))


def _last_used(original):
    def get_access_key_last_used(self, access_key_id):
        key = self.access_keys.get(access_key_id)
        return {"user_name": key.user_name, "last_used": key.last_used} if key else original(self, access_key_id)

    return get_access_key_last_used


def _with_root_password(original):
    def summary_map(self):
        return original.fget(self) | {"AccountPasswordPresent": getattr(self, "root_password", 1)}

    return property(summary_map)


def _all_buckets(self):
    asked = {name: self._get_param(name) for name in ("prefix", "bucket-region", "max-buckets", "continuation-token")}
    found = self.backend.list_buckets(asked["prefix"], asked["bucket-region"], None)
    found = sorted(found, key=lambda bucket: bucket.name)
    if after := asked["continuation-token"]:
        found = [bucket for bucket in found if bucket.name > after]
    size = int(asked["max-buckets"] or 10_000)
    buckets = [{"Name": one.name, "CreationDate": one.creation_date_ISO8601} for one in found[:size]]
    if any(asked.values()):
        for entry, bucket in zip(buckets, found):
            entry["BucketRegion"] = bucket.region_name
    self.data["Action"] = "ListBuckets"
    result = {"Owner": {"ID": "0" * 64}, "Buckets": buckets}
    if len(found) > size:
        result["ContinuationToken"] = buckets[-1]["Name"]
    return self.serialized(ActionResult(result))


def _describe_regions(original):
    def describe_regions(self):
        enabled = ENABLED_REGIONS.get(self.current_account)
        if enabled is None:
            return original(self)
        regions = self.ec2_backend.describe_regions(self._get_param("RegionNames", []))
        if self._get_param("AllRegions") in (True, "true"):
            status = {True: "opted-in", False: "not-opted-in"}
            named = [Region(one.name, one.endpoint, status[one.name in enabled]) for one in regions]
            return ActionResult({"Regions": named})
        return ActionResult({"Regions": [region for region in regions if region.name in enabled]})

    return describe_regions


def _with_time_to_live(original):
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **given):
        table = original(resource_name, cloudformation_json, account_id, region_name, **given)
        if wanted := cloudformation_json["Properties"].get("TimeToLiveSpecification"):
            enabled = str(wanted.get("Enabled")).lower() == "true"
            table.ttl |= {"TimeToLiveStatus": "ENABLED" if enabled else "DISABLED", "AttributeName": wanted["AttributeName"]}
        return table

    return classmethod(create_from_cloudformation_json)


def install():
    """Puts the replacements in place, and lets moto remember which service a host is: it would list its own folder for each call."""
    backends.list_of_moto_modules = functools.cache(lambda listed=backends.list_of_moto_modules: frozenset(listed()))
    found = DomainDispatcherApplication.get_backend_for_host
    DomainDispatcherApplication.get_backend_for_host = functools.lru_cache(1000)(found)
    IAMBackend.get_access_key_last_used = _last_used(IAMBackend.get_access_key_last_used)
    IamResponse.list_users = _list_users
    AccountSummary.summary_map = _with_root_password(AccountSummary.summary_map)
    S3Response.all_buckets = _all_buckets
    Table.create_from_cloudformation_json = _with_time_to_live(Table.create_from_cloudformation_json)
    AvailabilityZonesAndRegions.describe_regions = _describe_regions(AvailabilityZonesAndRegions.describe_regions)


def wrong_region(call):
    """The redirect for a bucket that lives in another region than the call was signed for, if it does."""
    bucket = call.params.get("Bucket") if call.api == "s3" else None
    if not bucket or call.operation in OPEN_TO_ALL_REGIONS:
        return None
    if call.operation == "GetBucketLocation" and call.region == "us-east-1":
        return None
    where = s3_backends.bucket_accounts.get(bucket)
    if where is None:
        return None
    partition, account = where
    found = s3_backends[account][partition].buckets.get(bucket)
    if found is None or found.region_name == call.region:
        return None
    return answers.error(
        call,
        301,
        "PermanentRedirect",
        "The bucket you are attempting to access must be addressed using the specified endpoint.",
        [("x-amz-bucket-region", found.region_name)],
    )


def hidden(call, status: int):
    """The refusal of an object that is not there to a caller who may not list the bucket, and so must not learn it."""
    if call.api != "s3" or status != 404 or call.operation not in ("GetObject", "HeadObject"):
        return None
    bucket = f"arn:aws:s3:::{call.params['Bucket']}"
    if call.params["Bucket"] not in s3_backends.bucket_accounts:
        return None
    why = call.caller.refusal("s3:ListBucket", bucket)
    return answers.kind(call, "denied", why) if why else None
