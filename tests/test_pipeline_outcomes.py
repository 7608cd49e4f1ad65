"""What becomes of captures does not depend on the batch they are in; an older one never takes a newer one's place."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.model import Article
from articles.urls import article_id
from pipeline.outcomes import decide, without_deleted
from store.ledger.capture_table import Latest
from store.ledger.tombstone_table import Tombstone
from store.records import ArchiveRef, Capture, Outcome
from tests import desk

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def cleaned(number: int, hours: int, text: str) -> tuple[Capture, Article]:
    at = NOON + timedelta(hours=hours)
    article = desk.article("ferry", text)
    article = replace(article, id=article_id(article.url), fetched_at=at)
    capture = Capture(
        id=number,
        url=article.url,
        final_url=article.url,
        article_id=article.id,
        source="norland",
        status=200,
        fetched_at=at,
        ref=ArchiveRef(segment="s", offset=number, length=1),
        outcome=Outcome.PENDING,
    )
    return capture, article


def settle(batches: list[list[tuple[Capture, Article]]]) -> dict[int, Outcome]:
    """The outcomes after all batches, with what the index would hold in between."""
    outcomes: dict[int, Outcome] = {}
    times: dict[int, datetime] = {}
    latest: dict[str, Latest] = {}
    for batch in batches:
        decision = decide(batch, latest, {}, NOON)
        times |= {capture.id: capture.fetched_at for capture, _ in batch}
        outcomes |= {one.capture_id: one.outcome for one in decision.settled}
        for capture, article in decision.to_add:
            for number, outcome in outcomes.items():
                outcomes[number] = Outcome.SUPERSEDED if outcome is Outcome.INDEXED else outcome
            outcomes[capture.id] = Outcome.INDEXED
            latest = {
                article.id: Latest(
                    fetched_at=capture.fetched_at, content_hash=article.content_hash, capture_id=capture.id
                )
            }
        seen = [times[n] for n, one in outcomes.items() if one in {Outcome.INDEXED, Outcome.UNCHANGED}]
        latest = {one: replace(held, fetched_at=max(seen)) for one, held in latest.items()}
    return outcomes


@pytest.mark.parametrize("together", [True, False])
def test_an_older_capture_never_takes_the_place_of_a_newer_one(together: bool) -> None:
    new, old, same = cleaned(1, 5, "new text"), cleaned(2, 0, "old text"), cleaned(3, 1, "new text")
    batches = [[new, old, same]] if together else [[new], [old], [same]]
    assert settle(batches) == {1: Outcome.INDEXED, 2: Outcome.SUPERSEDED, 3: Outcome.SUPERSEDED}


@pytest.mark.parametrize("together", [True, False])
def test_a_later_capture_with_the_same_content_is_unchanged(together: bool) -> None:
    pairs = [cleaned(1, 0, "a"), cleaned(2, 1, "a"), cleaned(3, 2, "b")]
    assert settle([pairs] if together else [[pair] for pair in pairs]) == {
        1: Outcome.SUPERSEDED,
        2: Outcome.UNCHANGED,
        3: Outcome.INDEXED,
    }


@given(
    st.lists(st.tuples(st.integers(0, 4), st.sampled_from("ab")), min_size=1, max_size=7),
    st.lists(st.booleans(), min_size=7, max_size=7),
)
def test_batches_make_no_difference(captures: list[tuple[int, str]], ends: list[bool]) -> None:
    pairs = [cleaned(number, hours, text) for number, (hours, text) in enumerate(captures)]
    batches: list[list[tuple[Capture, Article]]] = [[]]
    for pair, end in zip(pairs, ends, strict=False):
        batches[-1].append(pair)
        if end:
            batches.append([])
    assert settle(batches) == settle([[pair] for pair in pairs])


def buried(url: str, hours: int) -> dict[str, Tombstone]:
    stone = Tombstone(
        id=article_id(url),
        url=url,
        urls=(url,),
        source="norland",
        reason="asked by the author",
        asked_at=NOON + timedelta(hours=hours),
    )
    return {stone.id: stone}


def test_what_was_deleted_is_not_indexed_again() -> None:
    capture, article = cleaned(1, 5, "text")
    found = without_deleted([(capture, article)], buried(article.url, 0), {}, NOON)
    assert (found.rest, found.asked) == ((), ())
    (settled,) = found.settled
    assert (settled.outcome, settled.detail, settled.related) == (Outcome.DELETED, "asked by the author", "")


def test_a_page_that_names_what_was_deleted_as_its_original_is_deleted_or_a_duplicate() -> None:
    capture, article = cleaned(1, 5, "text")
    original = "https://norland-post.example/original"
    pair = (capture, replace(article, canonical_url=original))
    since = without_deleted([pair], buried(original, 0), {}, NOON)
    assert [(one.outcome, one.reason, one.related) for one in since.settled] == [
        (Outcome.DELETED, "canonical", article_id(original))
    ]
    assert [(stone.id, stone.urls, stone.done_at) for stone in since.asked] == [
        (article.id, (article.url,), None)
    ]
    before = without_deleted([pair], buried(original, 9), {}, NOON)
    assert [(one.outcome, one.related) for one in before.settled] == [
        (Outcome.DUPLICATE, article_id(original))
    ]
    assert before.asked == ()
    held = Latest(fetched_at=NOON, content_hash="", capture_id=7)
    there = without_deleted([pair], buried(original, 0), {article.id: held}, NOON)
    assert (there.rest, there.settled, there.asked) == ((pair,), (), ())
