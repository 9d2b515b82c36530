"""Users with access keys of every age, put straight into moto's memory."""

import datetime
import random

from moto.iam.models import AccessKeyLastUsed, iam_backends

from seed import root_user

HOUR = 3600


def seed(account, users=1200, oldest=87_000, seed=1, root_keys=0):
    """Users with none, one or two keys, some inactive, some never used, and some pairs made in one second.

    A key's age is half an hour past whole hours, give or take a quarter, so that an answer some minutes from now is the same.
    """
    dice = random.Random(seed)
    root_user(account.account, 1, root_keys)
    iam = iam_backends[account.account]["aws"]
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None, microsecond=0)
    keys = []
    for index in range(users):
        user = iam.create_user("us-east-1", f"user-{index:05}")
        age = None
        for number in range(dice.choice((0, 1, 1, 2))):
            if number == 0 or dice.random() > 0.05:
                age = dice.randrange(oldest) * HOUR + HOUR // 2 + dice.randrange(-HOUR // 4, HOUR // 4)
            key = iam.create_access_key(user.name)
            key.create_date = now - datetime.timedelta(seconds=age)
            active = dice.random() < 0.75
            key.status = "Active" if active else "Inactive"
            used = None
            if dice.random() < 0.6:
                used = now - datetime.timedelta(seconds=dice.randrange(age))
                key.last_used = AccessKeyLastUsed(used, "s3", "eu-west-1")
            keys.append(
                {
                    "user": user.name,
                    "id": key.access_key_id,
                    "hours": age // HOUR,
                    "created": _text(key.create_date),
                    "active": active,
                    "used": used and _text(used),
                }
            )
    return {"keys": keys}


def _text(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
