"""Golden pages: what is right for a reader against what the cleaner gives, and the fuse that guards RULES."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

import pytest
from w3lib.encoding import html_body_declared_encoding

from articles.clean import RULES
from articles.model import Article, Reason, Rejection, from_json, to_json
from tests.golden_pages import (
    CASES,
    FETCHED,
    FUSE,
    GOLDEN,
    Pins,
    blown,
    cleaned,
    expected,
    page,
    pinned,
    pins,
)

FIELDS = (
    *("url", "canonical_url", "title", "lead", "body", "authors", "published_at", "published_on"),
    *("modified_at", "language", "section", "tags", "site_name", "access", "notes", "lead_image", "images"),
    "removed",
)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Where the cleaner differs from what is right: what it lacks, and what it gives in its place or besides."""

    field: str
    missing: Sequence[Any]
    extra: Sequence[Any]


def stated(result: Article | Rejection) -> dict[str, Any]:
    """The result in the form of expected.json."""
    if isinstance(result, Rejection):
        return {"reason": result.reason}
    found = {name: getattr(result, name) for name in FIELDS}
    for name in ("published_at", "published_on", "modified_at"):
        found[name] = found[name].isoformat() if found[name] else ""
    for name in ("body", "authors", "tags", "notes"):
        found[name] = list(found[name])
    found["images"] = [[image.url, image.caption, image.credit] for image in result.images]
    found["removed"] = [[removal.rule, removal.place, removal.text] for removal in result.removed]
    return found


def differences(right: dict[str, Any], result: Article | Rejection) -> list[Difference]:
    """All fields in which the result is not what is right."""
    given = stated(result)
    if ("reason" in right) != ("reason" in given):
        wanted, got = (side.get("reason", "an article") for side in (right, given))
        return [Difference(field="outcome", missing=[wanted], extra=[got])]
    compared = [name for name in (*FIELDS, "reason") if name in given]
    return [found for name in compared if (found := _difference(name, right[name], given[name]))]


def _difference(name: str, right: Any, given: Any) -> Difference | None:
    if name == "removed":  # those named must be among them; the fuse pins the rest
        missing = [wanted for wanted in right if not any(_is_removal(wanted, removal) for removal in given)]
        return Difference(field=name, missing=missing, extra=[]) if missing else None
    if right == given:
        return None
    if not isinstance(right, list):
        return Difference(field=name, missing=[right], extra=[given])
    missing = [item for item in right if item not in given]
    extra = [item for item in given if item not in right]
    if not missing and not extra:
        return Difference(field=name, missing=right, extra=given)  # in another order, or not as often
    return Difference(field=name, missing=missing, extra=extra)


def _is_removal(wanted: list[str], given: list[str]) -> bool:
    return wanted[:2] == given[:2] and wanted[2] in given[2]


def known_faults() -> list[dict[str, Any]]:
    faults: list[dict[str, Any]] = tomllib.loads(
        (GOLDEN / "known_faults.toml").read_text(encoding="utf-8")
    ).get("fault", [])
    return faults


@pytest.mark.parametrize("case", CASES)
def test_golden_pages(case: str) -> None:
    known = [
        Difference(field=fault["field"], missing=fault["missing"], extra=fault["extra"])
        for fault in known_faults()
        if fault["page"] == case
    ]
    found = differences(expected(case), cleaned(case))
    gone = [fault for fault in known if fault not in found]
    new = [difference for difference in found if difference not in known]
    assert not new, f"not what is right for a reader, and no known fault: {new}"
    assert not gone, f"mended, or different now: take it off golden/known_faults.toml: {gone}"


@pytest.mark.parametrize("case", CASES)
def test_articles_of_golden_pages_are_whole(case: str) -> None:
    result = cleaned(case)
    if isinstance(result, Rejection):
        assert result.reason in get_args(Reason)
        assert result.detail
        return
    assert (result.rules, result.source, result.archive) == (RULES, "harbour", "")
    assert result.first_seen_at == result.fetched_at == FETCHED
    assert from_json(to_json(result)) == result


@pytest.mark.parametrize("case", CASES)
def test_expected_files_hold_every_field(case: str) -> None:
    right = expected(case)
    assert set(right) == ({"url", "reason"} if "reason" in right else set(FIELDS))


def test_known_faults_name_pages_and_reasons() -> None:
    faults = known_faults()
    assert {fault["page"] for fault in faults} <= set(CASES)
    assert all(len(fault["why"]) > 20 for fault in faults)
    assert len({(fault["page"], fault["field"]) for fault in faults}) == len(faults)


def test_there_are_enough_kinds_of_pages() -> None:
    every = [expected(case) for case in CASES]
    assert len(every) >= 42
    assert len({right["language"] for right in every if "language" in right}) >= 22
    assert {right["reason"] for right in every if "reason" in right} >= {
        *("list_page", "consent_page", "not_found", "too_short"),
    }


def test_some_pages_are_in_old_encodings() -> None:
    declared = [
        html_body_declared_encoding(page(case).body) for case in CASES if not is_utf8(page(case).body)
    ]
    assert {*declared} >= {"cp1252", "cp1251", "gb18030", "cp932"}


def is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def test_a_change_of_what_is_cleaned_asks_for_rules_first() -> None:
    why = blown(pinned(), pins())
    assert not why, f"{FUSE.name}: {why}"


BEFORE = Pins(rules=4, pages={"ferry": ("a", "1"), "crane": ("b", "2")})


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (BEFORE, ""),
        (replace(BEFORE, pages={**BEFORE.pages, "ferry": ("a", "9")}), "changed? raise RULES, then this hash"),
        (replace(BEFORE, pages={"ferry": ("a", "9"), "crane": ("c", "3"), "new": ("d", "4")}), "changed? raise RULES, then this hash"),
        (replace(BEFORE, rules=5, pages={**BEFORE.pages, "ferry": ("a", "9")}), "changed? only this hash"),
        (replace(BEFORE, rules=5), "changed? only this hash"),
        (replace(BEFORE, pages={**BEFORE.pages, "new": ("d", "4")}), "changed? only this hash"),
        (replace(BEFORE, pages={**BEFORE.pages, "ferry": ("c", "9")}), "changed? only this hash"),
        (replace(BEFORE, pages={"crane": ("b", "2")}), "changed? only this hash"),
        (replace(BEFORE, rules=3), "RULES fell from 4 to 3"),
    ],
    ids=["nothing", "output", "output and new page", "output and RULES", "RULES", "new page", "page", "page gone", "RULES fell"],
)  # fmt: skip
def test_the_fuse_blows_for_what_it_should(now: Pins, why: str) -> None:
    said = blown(BEFORE, now)
    assert said.startswith(why)
    assert bool(said) == bool(why)
    if ("a", "9") in now.pages.values():
        assert "ferry: a 1 -> a 9" in said
