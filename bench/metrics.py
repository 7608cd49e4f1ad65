"""The scores of an extractor: four-word shingles for the body, equality for metadata, shares for captions."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import mean
from typing import Any

_WORD = re.compile(r"\w+")
_INVISIBLE = {0xAD: None, 0x200B: None, 0x2060: None, 0xFEFF: None}
_LENGTH = 4
_FEWEST_WORDS = 4  # shorter captions are not scored


@dataclass(slots=True)
class Scores:
    """The scores of the pages in one set, one value per page."""

    pages: int = 0
    failed: int = 0
    precision: list[float] = field(default_factory=list)
    recall: list[float] = field(default_factory=list)
    exact: list[float] = field(default_factory=list)
    title: list[float] = field(default_factory=list)
    date: list[float] = field(default_factory=list)
    authors: list[float] = field(default_factory=list)
    leak: list[float] = field(default_factory=list)
    captions: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def f1(self) -> float:
        """From mean precision (pages with output) and mean recall (pages with gold), as in scrapinghub's article-extraction-benchmark."""
        p, r = (mean(values) if values else 0.0 for values in (self.precision, self.recall))
        return 2 * p * r / (p + r) if p + r else 0.0

    def row(self) -> str:
        values = (
            self.precision,
            self.recall,
            self.exact,
            self.title,
            self.date,
            self.authors,
            self.leak,
            self.captions,
        )
        shown = [f"{self.f1:.3f}", *(f"{mean(value):.3f}" if value else "" for value in values)]
        return " | ".join((*shown, f"{1000 * mean(self.seconds):.0f}", str(self.failed)))


def score(
    totals: Scores, found: dict[str, Any], gold: dict[str, Any], seconds: float, *, failed: bool
) -> float:
    """Adds a page to the totals; returns its F1."""
    body, wanted = _clean(found.get("body")), _clean(gold["body"])
    lead = _clean(found.get("lead"))
    if gold.get("lead_in_body") and lead and lead not in body:
        body = f"{lead}\n{body}"
    totals.pages += 1
    totals.failed += failed
    totals.seconds.append(seconds)
    hits, false, missed = overlap(wanted, body)
    if hits + false:
        totals.precision.append(hits / (hits + false))
    if hits + missed:
        totals.recall.append(hits / (hits + missed))
    totals.exact.append(words(body) == words(wanted))
    if gold.get("title"):
        totals.title.append(_spelled(found.get("title")) == _spelled(gold["title"]))
    if gold.get("date"):
        totals.date.append(str(found.get("date") or "")[:10] == gold["date"])
    if names := set(map(_spelled, gold.get("authors") or ())):
        totals.authors.append(_f1(set(map(_spelled, found.get("authors") or ())), names))
    captions = {_spelled(caption) for caption in gold.get("captions") or ()}
    captions = {
        caption
        for caption in captions
        if len(caption.split()) >= _FEWEST_WORDS and caption not in _spelled(wanted)
    }
    if captions:
        text, returned = _spelled(body), _spelled("\n".join(found.get("captions") or ()))
        totals.leak.append(mean(caption in text for caption in captions))
        totals.captions.append(mean(caption in returned for caption in captions))
    return 2 * hits / (2 * hits + false + missed) if hits + false + missed else 1.0


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def overlap(wanted: str, found: str) -> tuple[int, int, int]:
    """The numbers of shingles in both texts, only in `found`, and only in `wanted`."""
    a, b = _shingles(words(wanted)), _shingles(words(found))
    return sum((a & b).values()), sum((b - a).values()), sum((a - b).values())


def _shingles(tokens: Sequence[str]) -> Counter[tuple[str, ...]]:
    if not tokens:
        return Counter()
    return Counter(tuple(tokens[at : at + _LENGTH]) for at in range(max(1, len(tokens) - _LENGTH + 1)))


def _clean(text: Any) -> str:
    return unicodedata.normalize("NFC", str(text or "").translate(_INVISIBLE))


def _spelled(text: Any) -> str:
    return " ".join(words(unicodedata.normalize("NFKC", str(text or "")).replace("’", "'").lower()))


def _f1(found: set[str], wanted: set[str]) -> float:
    hits = len(found & wanted)
    return 2 * hits / (len(found) + len(wanted)) if hits else 0.0
