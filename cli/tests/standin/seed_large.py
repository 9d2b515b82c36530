"""An account too large for one page of anything, put straight into moto's memory: thousands of calls would take minutes."""

from moto.iam.models import iam_backends
from moto.s3.models import FakeBucket, PublicAccessBlock, s3_backends

import gaps
from seed_basic import seed_root
from truth import SETTINGS, Truth, created


def seed(account, regions, users=1200, buckets=1100):
    """Users with none, one or two keys; buckets of which every third is blocked and every second encrypted."""
    truth = Truth(account.account)
    gaps.ENABLED_REGIONS[account.account] = set(regions)
    seed_root(truth, 1, 0)
    iam = iam_backends[account.account]["aws"]
    for index in range(users):
        user = iam.create_user("us-east-1", f"user-{index:04}")
        for number in range(index % 3):
            key = iam.create_access_key(user.name)
            days, active = (index * 7 + number) % 200, index % 5 != 0
            key.create_date = created(days)
            key.status = "Active" if active else "Inactive"
            truth.key(user.arn, key.access_key_id, days, active)
    store = s3_backends[account.account]["aws"]
    for index in range(buckets):
        region = regions[index % len(regions)]
        bucket = FakeBucket(f"large-{index:04}-{account.account}", account.account, region)
        block = dict.fromkeys(SETTINGS, True) if index % 3 == 0 else {}
        if block:
            bucket.public_access_block = PublicAccessBlock(*["true"] * 4)
        if index % 2 == 0:
            bucket.encryption = {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}}
        store.buckets[bucket.name] = bucket
        truth.bucket(bucket.name, region, block, {}, False, False, index % 2 == 0)
    for region in regions:
        truth.guardduty(region, False)
    return truth.answer()
