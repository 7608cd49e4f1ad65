"""The golden pages: read, cleaned, and pinned by their hashes in golden/fuse.json.

`python -m tests.golden_pages` writes fuse.json again. It refuses where the cleaned output of an unchanged page
changed and RULES did not rise.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from articles.clean import RULES, clean
from articles.model import Article, FeedEntry, Page, Rejection

GOLDEN = Path(__file__).parent / "golden"
FUSE = GOLDEN / "fuse.json"
FETCHED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CASES = sorted(path.parent.name for path in GOLDEN.glob("*/page.html"))
# The clock, what RULES says itself, and what is computed from all other fields.
_NOT_PINNED = ("first_seen_at", "fetched_at", "rules", "content_hash")


@dataclass(frozen=True, kw_only=True)
class Pins:
    """RULES, and for each page the hash of what goes in (bytes, URL) and of what comes out (all fields)."""

    rules: int
    pages: Mapping[str, tuple[str, str]]


def expected(case: str) -> dict[str, Any]:
    """What is right for the page; see golden/README.md."""
    found: dict[str, Any] = json.loads((GOLDEN / case / "expected.json").read_text(encoding="utf-8"))
    return found


def page(case: str) -> Page:
    url = expected(case)["url"]
    return Page(
        url=url,
        final_url=url,
        status=200,
        headers=(("content-type", "text/html"),),
        body=(GOLDEN / case / "page.html").read_bytes(),
        fetched_at=FETCHED,
        entry=FeedEntry(url=url, source="harbour"),
    )


@cache
def cleaned(case: str) -> Article | Rejection:
    return clean(page(case))


def pins() -> Pins:
    """What the pages and the cleaner of today give."""
    return Pins(rules=RULES, pages={case: (_input(page(case)), _output(cleaned(case))) for case in CASES})


def pinned() -> Pins:
    """What fuse.json says."""
    return msgspec.json.decode(FUSE.read_bytes(), type=Pins)


def blown(before: Pins, now: Pins) -> str:
    """Why the fuse has blown, and what to do; "" if nothing changed.

    Only the output of a page that itself is as it was speaks of the cleaner. So each page is pinned on its own:
    were all outputs one hash, a cleaner changed together with a new golden page would go unseen.
    """
    if now == before:
        return ""
    altered = sorted(
        case
        for case in before.pages.keys() & now.pages.keys()
        if before.pages[case][0] == now.pages[case][0] and before.pages[case][1] != now.pages[case][1]
    )
    if now.rules < before.rules:
        return f"RULES fell from {before.rules} to {now.rules}: it only ever rises."
    if altered and now.rules == before.rules:
        return (
            "changed? raise RULES, then this hash\n\n"
            f"What is cleaned from these pages changed, the pages did not, and RULES in articles/clean.py is still {now.rules}:\n"
            f"{_lines(altered, before, now)}\n"
            f"If that is meant, make it {now.rules + 1}, then run: python -m tests.golden_pages"
        )
    different = sorted(
        case
        for case in before.pages.keys() | now.pages.keys()
        if before.pages.get(case) != now.pages.get(case)
    )
    return (
        "changed? only this hash: RULES has risen, or pages were added, changed or removed\n\n"
        f"rules: {before.rules} -> {now.rules}\n{_lines(different, before, now)}\n"
        "Read what changed, then run: python -m tests.golden_pages"
    )


def _lines(cases: Iterable[str], before: Pins, now: Pins) -> str:
    hashes = ((case, before.pages.get(case, ("none",)), now.pages.get(case, ("none",))) for case in cases)
    return "\n".join(f"  {case}: {' '.join(old)} -> {' '.join(new)}" for case, old, new in hashes)


def _input(given: Page) -> str:
    return blake2b(given.final_url.encode() + b"\n" + given.body, digest_size=8).hexdigest()


def _output(result: Article | Rejection) -> str:
    fields = {name: value for name, value in msgspec.to_builtins(result).items() if name not in _NOT_PINNED}
    return blake2b(json.dumps(fields, sort_keys=True).encode(), digest_size=8).hexdigest()


def main() -> int:
    now = pins()
    why = blown(pinned(), now)
    if "raise RULES" in why or "RULES fell" in why:
        print(why, file=sys.stderr)
        return 1
    pages = ",\n".join(f"  {json.dumps(case)}: {json.dumps(list(now.pages[case]))}" for case in CASES)
    FUSE.write_text(f'{{\n "rules": {now.rules},\n "pages": {{\n{pages}\n }}\n}}\n', encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
