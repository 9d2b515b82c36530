"""Which of a batch a function's answer says has failed.

https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
"""


def failures(mapping: dict, answer, names: list) -> set:
    """The places of the failed ones. An answer that names nothing known, or has another form, means all of them."""
    if not mapping["partial"] or answer is None or answer == "":
        return set()
    everything = set(range(len(names)))
    if not isinstance(answer, dict):
        return everything
    told = answer.get("batchItemFailures")
    if not told:
        return set()
    if not isinstance(told, list):
        return everything
    places = {name: place for place, name in enumerate(names)}
    failed = set()
    for one in told:
        name = one.get("itemIdentifier") if isinstance(one, dict) else None
        if name not in places:
            return everything
        failed.add(places[name])
    return failed
