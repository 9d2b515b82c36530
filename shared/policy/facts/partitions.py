"""Writes `src/partition/table.rs` from the data of botocore, AWS's own Python library.

    pip download --no-deps botocore
    python3 shared/policy/facts/partitions.py botocore-*.whl > shared/policy/src/partition/table.rs
    cargo fmt -p policy

Names, suffixes and regions are those of `partitions.json`. The home region is the one that IAM's requests are signed
for in `endpoints.json`; where IAM is not listed there it is the partition's `implicitGlobalRegion`.
"""

import datetime
import json
import re
import sys
import zipfile

wheel = zipfile.ZipFile(sys.argv[1])
version = re.search(r"botocore-([0-9.]+)-", sys.argv[1])[1]
partitions = json.loads(wheel.read("botocore/data/partitions.json"))["partitions"]
endpoints = {one["partition"]: one for one in json.loads(wheel.read("botocore/data/endpoints.json"))["partitions"]}
date = datetime.date(*wheel.getinfo("botocore/data/partitions.json").date_time[:3])


def text(values):
    return "&[" + ", ".join(json.dumps(value) for value in values) + "]"


def starts(regex):
    """What a region's name begins with: the regular expression without its free parts."""
    fixed = re.fullmatch(r"\^(.*)\\-\\w\+\\-\\d\+\$", regex)[1].replace("\\-", "-")
    before, choice, after = re.fullmatch(r"([^(]*)(?:\(([^)]*)\))?(.*)", fixed).groups()
    return [f"{before}{one}{after}-" for one in (choice or "").split("|")]


def home(partition):
    iam = endpoints.get(partition["id"], {}).get("services", {}).get("iam", {})
    signed = iam.get("endpoints", {}).get(iam.get("partitionEndpoint"), {})
    return signed.get("credentialScope", {}).get("region") or partition["outputs"]["implicitGlobalRegion"]


print(f"//! Made by `facts/partitions.py` from botocore {version} of {date}; change that, not this.\n")
print("use super::Partition;\n")
print(f"pub(super) const TABLE: [Partition; {len(partitions)}] = [")
for partition in sorted(partitions, key=lambda one: (one["id"].startswith("aws-iso"), one["id"])):
    regions = sorted(name for name in partition["regions"] if not name.endswith("-global"))
    print("    Partition {")
    print(f"        name: {json.dumps(partition['id'])},")
    print(f"        home_region: {json.dumps(home(partition))},")
    print(f"        dns_suffix: {json.dumps(partition['outputs']['dnsSuffix'])},")
    print(f"        region_starts: {text(starts(partition['regionRegex']))},")
    print(f"        regions: {text(regions)},")
    print("    },")
print("];")
