"""What moto does differently from AWS, and the stand-in as AWS does it."""

import urllib.error
import urllib.request

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from harness import Case, client, control, endpoint, root


class LikeAws(Case):
    """What moto does differently."""

    def test_users_and_buckets_come_in_pages(self):
        account = "300000000031"
        control("seed", scenario="large", account=account, regions=["us-east-1", "eu-west-1"], users=250, buckets=30)
        pages = client("iam", root(account)).get_paginator("list_users").paginate()
        self.assertEqual([len(page["Users"]) for page in pages], [100, 100, 50])
        s3 = client("s3", root(account))
        pages = list(s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 20}))
        self.assertEqual([len(page["Buckets"]) for page in pages], [20, 10])
        self.assertEqual({one["BucketRegion"] for one in pages[1]["Buckets"]}, {"us-east-1", "eu-west-1"})
        self.assertNotIn("BucketRegion", s3.list_buckets()["Buckets"][0])

    def test_a_bucket_of_another_region_redirects(self):
        account = "300000000032"
        where = {"LocationConstraint": "eu-west-1"}
        client("s3", root(account), "eu-west-1").create_bucket(Bucket=f"far-{account}", CreateBucketConfiguration=where)
        url = f"{endpoint()}/far-{account}?acl"
        request = AWSRequest("GET", url)
        SigV4Auth(Credentials(root(account)["AWS_ACCESS_KEY_ID"], "x"), "s3", "us-east-1").add_auth(request)
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(urllib.request.Request(url, headers=dict(request.headers)))
        with caught.exception as answer:
            self.assertEqual((answer.status, answer.headers["x-amz-bucket-region"]), (301, "eu-west-1"))

    def test_what_moto_lacks_is_not_worth_a_retry(self):
        with self.assertRaises(ClientError) as caught:
            client("accessanalyzer", root("300000000033")).list_analyzers()
        self.assertEqual(caught.exception.response["ResponseMetadata"]["HTTPStatusCode"], 400)

    def test_what_a_later_command_asks_for_stays_unsupported(self):
        account = "300000000035"
        lookup = client("cloudtrail", root(account)).lookup_events
        generate = client("iam", root(account)).generate_service_last_accessed_details
        for call, given in ((lookup, {}), (generate, {"Arn": f"arn:aws:iam::{account}:role/x"})):
            with self.assertRaises(ClientError) as caught:
                call(**given)
            self.assertEqual(caught.exception.response["ResponseMetadata"]["HTTPStatusCode"], 400)
