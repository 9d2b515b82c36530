"""IAM's credential report and the users with keys that are seeded for it."""

import csv
import io

from botocore.exceptions import ClientError

from harness import Case, client, control, root


class CredentialReport(Case):
    """The report is made, kept for four hours and dated."""

    def refused(self, call) -> str:
        with self.assertRaises(ClientError) as caught:
            call()
        return caught.exception.response["Error"]["Code"]

    def test_it_is_made_once_in_four_hours(self):
        account = "300000000041"
        iam = client("iam", root(account))
        self.assertEqual(self.refused(iam.get_credential_report), "ReportNotPresent")
        control("credential_report", account=account, seconds=60)
        states = [iam.generate_credential_report()["State"] for _ in range(2)]
        self.assertEqual(states, ["STARTED", "INPROGRESS"])
        self.assertEqual(self.refused(iam.get_credential_report), "ReportInProgress")
        control("credential_report", account=account, seconds=0, age=0)
        self.assertEqual(iam.generate_credential_report()["State"], "COMPLETE")
        control("credential_report", account=account, age=4 * 3600 + 1)
        self.assertEqual(self.refused(iam.get_credential_report), "ReportExpired")
        self.assertEqual(iam.generate_credential_report()["State"], "STARTED")
        self.assertEqual(iam.get_credential_report()["ReportFormat"], "text/csv")

    def test_it_holds_roots_row_and_every_key(self):
        account = "300000000042"
        seeded = control("seed", scenario="keys", account=account, users=40, root_keys=1)["keys"]
        iam = client("iam", root(account))
        iam.generate_credential_report()
        content = iam.get_credential_report()["Content"].decode()
        self.assertFalse(content.endswith("\n"))
        first, *rows = csv.DictReader(io.StringIO(content))
        self.assertEqual((first["user"], first["access_key_1_active"]), ("<root_account>", "true"))
        told = set()
        for row in rows:
            for slot in (1, 2):
                active, created = row[f"access_key_{slot}_active"], row[f"access_key_{slot}_last_rotated"]
                used = row[f"access_key_{slot}_last_used_date"]
                if created != "N/A":
                    told.add((row["user"], created, active == "true", None if used == "N/A" else used))
        self.assertEqual(told, {(key["user"], key["created"], key["active"], key["used"]) for key in seeded})
