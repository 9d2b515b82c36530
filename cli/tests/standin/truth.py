"""What an audit must find, computed from what was seeded and from the rules as they are specified."""

import datetime

SETTINGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
OLDEST_KEY = 90


def created(days: int) -> datetime.datetime:
    """When a key of that age was made, an hour late so that an audit minutes from now agrees on the day."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    return now - datetime.timedelta(days=days) + datetime.timedelta(hours=1 if days else 0)


class Truth:
    """The expected findings of one account."""

    def __init__(self, account: str):
        self.account = account
        self.findings = []
        self.public_buckets = set()

    def add(self, check: str, failed: bool, resource: str, region: str = "global", sub: str = "", severity: str = ""):
        """One expected finding; `severity` only where the specification lets it vary."""
        self.findings.append(
            {
                "check": check,
                "verdict": "fail" if failed else "pass",
                "resource": resource,
                "region": region,
                "sub_resource": sub or None,
                "severity": severity or None,
            }
        )

    def root(self, mfa: int, keys: int):
        """The two checks of the root user."""
        arn = f"arn:aws:iam::{self.account}:root"
        self.add("iam_root_mfa", mfa == 0, arn)
        self.add("iam_root_access_key", keys > 0, arn)

    def key(self, user_arn: str, key_id: str, days: int, active: bool):
        """An access key: only an active one can be too old."""
        self.add("iam_access_key_age", active and days > OLDEST_KEY, user_arn, sub=key_id)

    def bucket(self, name: str, region: str, own: dict, account: dict, policy_public: bool, acl_public: bool, encrypted: bool):
        """A bucket: a setting holds where the bucket or the account has it."""
        holds = {one: bool(own.get(one)) or bool(account.get(one)) for one in SETTINGS}
        open_policy = policy_public and not holds["RestrictPublicBuckets"]
        open_acl = acl_public and not holds["IgnorePublicAcls"]
        failed = not all(holds.values())
        severity = ("critical" if open_policy or open_acl else "high") if failed else ""
        if open_policy or open_acl:
            self.public_buckets.add(name)
        arn = f"arn:aws:s3:::{name}"
        self.add("s3_public_access", failed, arn, region, severity=severity)
        self.add("s3_encryption", not encrypted, arn, region)

    def instance(self, instance_id: str, region: str, tokens: str, endpoint: str, public: bool):
        """An instance that is not terminated."""
        arn = f"arn:aws:ec2:{region}:{self.account}:instance/{instance_id}"
        self.add("ec2_imdsv2", endpoint == "enabled" and tokens != "required", arn, region)
        self.add("ec2_public_ip", public, arn, region)

    def key_of_kms(self, key_id: str, region: str, rotates: bool):
        """A customer managed symmetric key that is enabled."""
        self.add("kms_rotation", not rotates, f"arn:aws:kms:{region}:{self.account}:key/{key_id}", region)

    def trail(self, arn: str, region: str, bucket: str):
        """A trail whose bucket is in the same account."""
        self.add("cloudtrail_bucket_public", bucket in self.public_buckets, arn, region)

    def guardduty(self, region: str, watches: bool):
        """A region, whether it has a detector or not."""
        self.add("guardduty_enabled", not watches, f"arn:aws:iam::{self.account}:root", region)

    def answer(self) -> dict:
        """The truth as JSON."""
        return {"account": self.account, "findings": self.findings}
