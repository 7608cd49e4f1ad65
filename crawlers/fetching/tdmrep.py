"""What a site reserves from text and data mining in /.well-known/tdmrep.json, by the TDM Reservation Protocol."""

import json
from typing import Any

PATH = "/.well-known/tdmrep.json"


def as_robots(body: bytes) -> str:
    """The file as a robots.txt, whose patterns it has: what is reserved is disallowed, for everybody.

    A rule that cannot be read counts for nothing, and so does a file that is none.
    """
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        found = []
    lines = [line for rule in (found if isinstance(found, list) else []) for line in _lines(rule)]
    return "\n".join(["User-agent: *", *lines])


def _lines(rule: Any) -> list[str]:
    if not isinstance(rule, dict):
        return []
    location, reserved = rule.get("location"), rule.get("tdm-reservation")
    if not isinstance(location, str) or not location.isprintable() or reserved not in (0, 1):
        return []
    return [f"{'Disallow' if reserved else 'Allow'}: {location.partition('#')[0]}"]
