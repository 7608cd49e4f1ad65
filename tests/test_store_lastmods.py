"""When a lastmod is believed: what holds for every history of claims."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.lastmods import AT_ONCE, KEPT, NEEDED, WHOLESALE, after, is_believed, is_wholesale, latest, verdict
from store.records import Outcome

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HISTORIES = st.lists(st.booleans(), max_size=30)


def proofs(history: list[bool]) -> str:
    told = ""
    for true in history:
        told = after(told, true=true)
    return told


@given(HISTORIES)
def test_nobody_is_believed_before_three_claims_were_true(history: list[bool]) -> None:
    assert not is_believed(proofs(history)) or sum(history[-KEPT:]) >= NEEDED


@given(HISTORIES)
def test_more_than_one_lie_in_four_is_not_believed(history: list[bool]) -> None:
    last = history[-KEPT:]
    if last.count(False) * 4 > len(last):
        assert not is_believed(proofs(history))


@given(HISTORIES)
def test_trust_comes_by_truth_and_goes_by_lies(history: list[bool]) -> None:
    told = proofs(history)
    assert is_believed(after(told, true=True)) or not is_believed(told)
    assert is_believed(told) or not is_believed(after(told, true=False))
    assert is_believed(proofs(history + [True] * KEPT))
    assert not is_believed(proofs(history + [False] * 3))


@given(HISTORIES, HISTORIES)
def test_what_is_long_ago_is_forgotten(one: list[bool], other: list[bool]) -> None:
    same = [True, False] * (KEPT // 2)
    assert proofs(one + same) == proofs(other + same)


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_claim_for_most_of_many_is_a_lie(claims: int, known: int) -> None:
    if is_wholesale(claims, known):
        assert known >= WHOLESALE
        assert claims > known - claims
        assert is_wholesale(claims + 1, known)


@pytest.mark.parametrize(
    ("looks", "changed"),
    [
        ([], False),
        ([Outcome.UNCHANGED], False),
        ([Outcome.UNCHANGED, Outcome.INDEXED], True),
        ([Outcome.SUPERSEDED, Outcome.UNCHANGED], True),
        ([Outcome.REJECTED], None),
        ([Outcome.UNCHANGED, Outcome.DUPLICATE], None),
    ],
)
def test_the_looks_tell_whether_an_article_changed(looks: list[Outcome], changed: bool | None) -> None:
    assert verdict(looks) is changed


@given(st.integers(0, 3 * AT_ONCE))
def test_the_latest_are_looked_at_first(number: int) -> None:
    claims = {str(each): NOON + timedelta(minutes=each) for each in range(number)}
    assert latest(claims) == {str(each) for each in range(number)[-AT_ONCE:]}
