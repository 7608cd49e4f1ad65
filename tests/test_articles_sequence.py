"""Versions, counted over the captures of an article."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from articles.edits.corrections import corrections, new_corrections
from articles.edits.seen import Wording
from articles.edits.sequence import Edits, Sighting, edits, numbered
from articles.model import PARTS

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def sighting(hour: int, *marks: str, stated_on: date | None = None) -> Sighting:
    return Sighting(capture_id=hour, at=NOON + timedelta(hours=hour), marks=marks, stated_on=stated_on)


A, B = ("t", "l", "a", ""), ("t", "l", "b", "c")


def test_a_text_that_returns_is_another_version_and_pages_without_an_article_are_none() -> None:
    found = numbered([sighting(1, *A), sighting(2), sighting(3, *A), sighting(4, *B), sighting(5, *A)])
    assert [found[hour].number for hour in range(1, 6)] == [1, 0, 1, 2, 3]
    assert found[4].changed == found[5].changed == ("body", "captions")
    assert edits(found.values()) == Edits(3, ("body", "captions"))
    assert edits(numbered([sighting(1)]).values()) == Edits()


def test_what_comes_late_takes_its_place_by_the_time_of_its_fetch() -> None:
    captures = [sighting(3, *B), sighting(1, *A), sighting(2, *A)]
    assert numbered(captures) == numbered(captures[::-1])
    assert {hour: place.number for hour, place in numbered(captures).items()} == {1: 1, 2: 1, 3: 2}


def test_a_moved_day_is_a_version_and_one_that_is_not_stated_for_a_while_is_none() -> None:
    first, later = date(2026, 3, 1), date(2026, 3, 2)
    found = numbered(
        [
            sighting(1, *A, stated_on=first),
            sighting(2, *A),
            sighting(3, *A, stated_on=first),
            sighting(4, *A, stated_on=later),
            sighting(5, *B, stated_on=first),
        ]
    )
    assert [found[hour].number for hour in range(1, 6)] == [1, 1, 1, 2, 3]
    assert (found[4].changed, found[5].changed) == (("times",), ("body", "captions", "times"))
    assert edits(found.values()).changed == tuple(part for part in PARTS if part not in ("title", "lead"))


@given(st.lists(st.sampled_from([A, B, ("x", "l", "a", "")]), max_size=12), st.randoms())
def test_versions_hang_on_times_alone(texts: list[tuple[str, ...]], random: object) -> None:
    captures = [sighting(hour, *marks) for hour, marks in enumerate(texts)]
    shuffled = captures.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    found = numbered(shuffled)
    runs = [text for index, text in enumerate(texts) if not index or text != texts[index - 1]]
    assert edits(found.values()).versions == max(1, len(runs))
    assert found == numbered(captures)


def test_corrections_are_named_in_many_languages() -> None:
    before = Wording(title="Ferry", lead="", body=("It sails again.", "Correction: it is 40 metres long."))
    lines = (
        "An earlier version of this article named another captain.",
        "Korrektur: Die Fähre ist 40 Meter lang.",
        "Anmerkung der Redaktion: Der Absatz wurde geändert.",
        "Editor’s note: a paragraph was removed.",
        "Rectificatif : le ferry mesure 40 mètres.",
        "Nota de la redacción: el barco mide 40 metros.",
        "От редакции: длина парома — 40 метров.",
        "訂正：フェリーの長さは40メートルです。",
    )
    after = replace(before, body=(*before.body, "Nothing was corrected by the editor."), notes=lines)
    assert corrections(before) == before.body[1:]
    assert new_corrections(before, after) == lines
    assert new_corrections(None, before) == before.body[1:]
