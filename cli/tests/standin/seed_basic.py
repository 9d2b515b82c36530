"""A small account with every case of every check."""

import json

from moto.iam.models import iam_backends
from moto.s3control.models import s3control_backends

import gaps
from seed import root_user
from truth import SETTINGS, Truth, created

# User, path, and its keys as (age in days, active).
USERS = [
    ("old", "/", [(120, True)]),
    ("just-too-old", "/", [(91, True)]),
    ("just-young-enough", "/", [(89, True)]),
    ("old-but-inactive", "/", [(400, False)]),
    ("two-keys", "/team/data/", [(1000, True), (0, True)]),
    ("rotated", "/team/", [(200, False), (3, True)]),
    ("without-keys", "/", []),
]
ALL = dict.fromkeys(SETTINGS, True)
NO_ENCRYPTION, SSE_S3, SSE_KMS, DSSE = None, "AES256", "aws:kms", "aws:kms:dsse"
# Bucket, its public access block (None: never set), canned ACL, policy, default encryption.
BUCKETS = [
    ("blocked", ALL, "private", "", SSE_S3),
    ("never-set", None, "private", "", NO_ENCRYPTION),
    ("all-off", dict.fromkeys(SETTINGS, False), "private", "", SSE_KMS),
    ("public-policy", None, "private", "public", DSSE),
    ("public-policy-restricted", {"RestrictPublicBuckets": True}, "private", "public", SSE_S3),
    ("public-policy-blocked", ALL, "private", "public", SSE_S3),
    ("private-policy", None, "private", "private", NO_ENCRYPTION),
    ("acl-everyone", None, "public-read", "", SSE_S3),
    ("acl-everyone-writes", {"BlockPublicAcls": True}, "public-read-write", "", SSE_S3),
    ("acl-authenticated", None, "authenticated-read", "", SSE_S3),
    ("acl-ignored", {"IgnorePublicAcls": True}, "public-read", "", SSE_S3),
    ("acl-logs", None, "log-delivery-write", "", SSE_S3),
] + [(f"without-{one.lower()}", ALL | {one: False}, "private", "", SSE_S3) for one in SETTINGS]
PUBLIC_ACLS = ("public-read", "public-read-write", "authenticated-read")
# Instance, HttpTokens, HttpEndpoint, how it is reached, state.
INSTANCES = [
    ("required", "required", "enabled", "private", "running"),
    ("optional", "optional", "enabled", "private", "running"),
    ("no-endpoint", "optional", "disabled", "private", "running"),
    ("public", "required", "enabled", "ipv4", "running"),
    ("second-interface", "required", "enabled", "eip", "running"),
    ("global-ipv6", "required", "enabled", "ipv6", "running"),
    ("stopped", "optional", "enabled", "private", "stopped"),
    ("gone", "optional", "enabled", "ipv4", "terminated"),
]


def seed(account, regions, mfa=1, root_keys=0, account_block=None):
    """Seeds users, buckets and instances over `regions`; `account_block` is the account's public access block."""
    truth = Truth(account.account)
    gaps.ENABLED_REGIONS[account.account] = set(regions)
    seed_root(truth, mfa, root_keys)
    _users(account, truth)
    block = account_block or {}
    if block:
        # Not through boto3: it would put the account id before a host that is an address.
        whole = dict.fromkeys(SETTINGS, False) | block
        s3control_backends[account.account]["aws"].put_public_access_block(account.account, whole)
    for index, bucket in enumerate(BUCKETS):
        _bucket(account, truth, regions[index % len(regions)], block, bucket)
    for index, region in enumerate(regions):
        _instances(account, truth, region)
        _keys(account, truth, region)
        _detector(account, truth, region, watches=index == 0)
    _trails(account, truth, regions[0])
    return truth.answer()


def _keys(account, truth, region):
    """A key that is rotated, one that is not, and one that cannot be."""
    kms = account.client("kms", region)
    for spec, rotates in [("SYMMETRIC_DEFAULT", True), ("SYMMETRIC_DEFAULT", False), ("RSA_2048", None)]:
        usage = "SIGN_VERIFY" if rotates is None else "ENCRYPT_DECRYPT"
        key_id = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["KeyId"]
        if rotates:
            kms.enable_key_rotation(KeyId=key_id)
        truth.key_of_kms(key_id, region, rotates is not False)


def _detector(account, truth, region, watches):
    if watches:
        account.client("guardduty", region).create_detector(Enable=True)
    truth.guardduty(region, watches)


def _trails(account, truth, region):
    """A trail whose bucket is closed, and one whose bucket is public."""
    cloudtrail = account.client("cloudtrail", region)
    for name in ("blocked", "public-policy"):
        bucket = f"{name}-{account.account}"
        arn = cloudtrail.create_trail(Name=f"to-{name}", S3BucketName=bucket)["TrailARN"]
        truth.trail(arn, region, bucket)


def seed_root(truth, mfa, keys):
    """The root user's state and its truth."""
    root_user(truth.account, mfa, keys)
    truth.root(mfa, keys)


def _users(account, truth):
    iam = account.client("iam")
    held = iam_backends[account.account]["aws"].access_keys
    for name, path, keys in USERS:
        tags = [{"Key": "Owner", "Value": f"{name}@example.com"}] if name == "old" else []
        arn = iam.create_user(UserName=name, Path=path, Tags=tags)["User"]["Arn"]
        for days, active in keys:
            key_id = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
            held[key_id].create_date = created(days)
            if not active:
                iam.update_access_key(UserName=name, AccessKeyId=key_id, Status="Inactive")
            truth.key(arn, key_id, days, active)


def _bucket(account, truth, region, account_block, bucket):
    short, block, acl, policy, encryption = bucket
    s3 = account.client("s3", region)
    name = f"{short}-{account.account}"
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, ObjectOwnership="ObjectWriter", **place)
    s3.put_bucket_acl(Bucket=name, ACL=acl)
    if policy:
        principal = "*" if policy == "public" else {"AWS": f"arn:aws:iam::{account.account}:root"}
        statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    if block is not None:
        whole = dict.fromkeys(SETTINGS, False) | block
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=whole)
    if encryption:
        key = {} if encryption == SSE_S3 else {"KMSMasterKeyID": f"arn:aws:kms:{region}:{account.account}:key/of-{short}"}
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": encryption, **key}}
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})
    truth.bucket(name, region, block or {}, account_block, policy == "public", acl in PUBLIC_ACLS, encryption is not None)


def _instances(account, truth, region):
    ec2 = account.client("ec2", region)
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
    wide = vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"].replace("/56", "/64")
    subnet = ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock="10.9.1.0/24", Ipv6CidrBlock=wide)["Subnet"]["SubnetId"]
    for _, tokens, endpoint, reached, state in INSTANCES:
        interface = {"DeviceIndex": 0, "SubnetId": subnet, "AssociatePublicIpAddress": reached == "ipv4"}
        network = {"NetworkInterfaces": [interface]}
        if reached == "ipv6":  # moto reads the count only here
            network = {"SubnetId": subnet, "Ipv6AddressCount": 1}
        found = ec2.run_instances(
            ImageId="ami-00000000000000000",
            InstanceType="t3.micro",
            MinCount=1,
            MaxCount=1,
            **network,
            MetadataOptions={"HttpTokens": tokens, "HttpEndpoint": endpoint},
        )["Instances"][0]["InstanceId"]
        if reached == "eip":
            _second_interface(ec2, subnet, found)
        if state == "stopped":
            ec2.stop_instances(InstanceIds=[found])
        if state == "terminated":
            ec2.terminate_instances(InstanceIds=[found])
        else:
            truth.instance(found, region, tokens, endpoint, reached != "private")


def _second_interface(ec2, subnet, instance):
    interface = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    ec2.attach_network_interface(NetworkInterfaceId=interface, InstanceId=instance, DeviceIndex=1)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    ec2.associate_address(AllocationId=address, NetworkInterfaceId=interface)
