"""How many articles there are, by what several lists name: never fewer than are seen, and right where the lists are."""

import random
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.coverage.estimate import Estimate, estimate
from pipeline.coverage.log_linear import expected

NAMES = ("feed", "link", "section", "sitemap")
CAUGHT = st.lists(st.sets(st.sampled_from(NAMES), min_size=1), max_size=60)


def caught(draw: random.Random, size: int, *chances: float) -> list[set[str]]:
    """What lists name that catch each of so many articles independently of each other."""
    return [
        {name for name, chance in zip(NAMES, chances, strict=False) if draw.random() < chance}
        for _ in range(size)
    ]


@given(CAUGHT)
def test_there_are_never_fewer_than_are_seen(lists: list[set[str]]) -> None:
    found = estimate(lists)
    assert found.seen == len(lists) <= found.low
    if found.number is not None:
        assert found.low <= found.number
        assert found.high is None or found.number <= found.high


@given(CAUGHT, st.permutations(NAMES))
def test_it_does_not_matter_which_list_is_which(lists: list[set[str]], names: list[str]) -> None:
    renamed = dict(zip(NAMES, names, strict=True))
    one, other = estimate(lists), estimate([{renamed[name] for name in each} for each in lists])
    assert (one.seen, one.number, one.low, one.high) == (other.seen, other.number, other.low, other.high)
    assert one.is_least == other.is_least


@given(st.integers(1, 400), st.integers(2, 4))
def test_lists_that_have_all_leave_nothing_to_guess(size: int, lists: int) -> None:
    found = estimate([NAMES[:lists]] * size)
    assert (found.number, found.low) == (size, size)
    assert found.high is not None
    assert found.high <= size + 3


def test_one_list_gives_no_estimate() -> None:
    nothing = Estimate(seen=0, number=None, low=0, high=None, dependence="untested")
    assert estimate([]) == nothing
    found = estimate([{"feed"}] * 9)
    assert (found.seen, found.number, found.high, found.is_least) == (9, None, None, True)


def test_two_lists_with_nothing_in_common_say_only_that_there_are_many() -> None:
    found = estimate([{"feed"}] * 8 + [{"sitemap"}] * 8)
    assert (found.number, found.high) == (None, None)
    assert found.low > 16


def test_two_lists_are_estimated_as_chapman_does() -> None:
    """30 in one, 20 in the other, 10 in both: 31 × 21 / 11 - 1."""
    found = estimate([{"feed"}] * 20 + [{"sitemap"}] * 10 + [{"feed", "sitemap"}] * 10)
    assert (found.seen, found.number, found.dependence) == (40, 58, "untested")
    assert found.high is not None
    assert 42 <= found.low <= 48
    assert 75 <= found.high <= 110


@pytest.mark.parametrize("lists", [2, 3, 4])
def test_the_interval_of_independent_lists_holds_the_truth(lists: int) -> None:
    draw = random.Random(lists)
    held = 0
    for _ in range(100):
        size = round(5 * 80 ** draw.random())
        found = estimate(caught(draw, size, *(draw.uniform(0.3, 0.95) for _ in range(lists))))
        held += found.low <= size and (found.high is None or size <= found.high)
    assert held >= 93


def test_lists_that_name_the_same_are_seen_to_depend_on_each_other() -> None:
    """Half of the articles are in nearly every list, the others in hardly any."""
    draw = random.Random(1)
    found = estimate(caught(draw, 150, 0.9, 0.9, 0.9) + caught(draw, 150, 0.2, 0.2, 0.2))
    assert (found.dependence, found.is_least) == ("positive", True)
    assert estimate(caught(draw, 300, 0.7, 0.6, 0.8)).dependence == "none"


def test_two_lists_of_which_one_copies_the_other_count_as_one() -> None:
    """A third one is independent of both: with a term for the pair the truth is held; without, it is not."""
    draw = random.Random(3)
    lists = [{"section", *({"feed", "link"} if draw.random() < 0.5 else ())} for _ in range(400)]
    lists = [{name for name in each if name != "section" or draw.random() < 0.5} for each in lists]
    lists = [each - {"link"} if draw.random() < 0.1 else each for each in lists]
    found = estimate(lists)
    assert (found.dependence, found.pairs) == ("positive", (("feed", "link"),))
    assert found.high is not None
    assert found.low <= 400 <= found.high


def test_lists_that_divide_the_articles_between_them_are_seen_to_do_so() -> None:
    draw = random.Random(4)
    lists = [
        {"feed" if draw.random() < 0.5 else "section", *({"sitemap"} if draw.random() < 0.6 else ())}
        for _ in range(300)
    ]
    lists += [{"feed", "section", "sitemap"}] * 10
    found = estimate(lists)
    assert found.dependence == "negative"
    assert not found.is_least


def test_too_few_seen_twice_test_nothing() -> None:
    assert estimate([{"feed", "link", "section"}] * 3 + [{"feed"}] * 9).dependence == "untested"


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_a_fitted_table_has_the_margins_of_its_lists(order: tuple[int, ...]) -> None:
    counts = [0, 31, 12, 9, 5, 14, 3, 20]
    one, other, _ = order
    table = expected(counts, 7, ((one, other),))
    for number in range(3):
        bit = 1 << number
        assert sum(table[cell] for cell in range(8) if cell & bit) == pytest.approx(
            sum(counts[cell] for cell in range(8) if cell & bit)
        )
    assert table[0] >= 0
