"""Copies of one text are found; series, the next day's report and an update of the same article are none."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.source import minhash
from articles.source.features import Features, features, pack, unpack
from articles.source.near_copies import Match, near, story_id
from tests.desk import STORIES, WIRE, article

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HEAD = (
    "From our correspondent in Vesting. The Post was the first to write about the closed waters, in January this year.",
)
TAIL = (
    "Readers who want to comment may write to the editors; a selection of letters is printed on Saturdays.",
)


def row(name: str, *body: str, language: str = "en") -> Features:
    return features(article(name, *body, language=language))


@pytest.mark.parametrize(
    "copy",
    [
        WIRE,
        (*HEAD, *WIRE),
        (*WIRE, *TAIL),
        (*HEAD, *WIRE[:-1], *TAIL),
        WIRE[:6],  # a third shorter
        (*HEAD, *WIRE[:6]),
        (" ".join(WIRE[:4]), " ".join(WIRE[4:])),
        tuple(line.upper() for line in WIRE),
    ],
)
def test_copies_of_an_agencys_report_are_near(copy: tuple[str, ...]) -> None:
    one, other = row("wire", *WIRE), row("copy", *copy)
    assert near(one, other)
    assert near(other, one)
    assert set(minhash.bands(one.signature)) & set(minhash.bands(other.signature))


def test_two_heads_and_tails_and_a_third_less_are_near_still() -> None:
    assert near(row("one", *HEAD, *WIRE), row("two", *WIRE[:6], *TAIL))


def test_copies_are_found_in_scripts_without_spaces() -> None:
    text = STORIES["zh"][:8]
    assert near(row("one", *text, language="zh"), row("two", *text[:7], STORIES["zh"][9], language="zh"))
    assert not near(row("one", *text[:4], language="zh"), row("two", *text[4:], language="zh"))


def test_an_update_is_no_copy_of_its_own_article() -> None:
    assert not near(row("wire", *WIRE), row("wire", *WIRE[:6]))


def test_parts_of_a_series_are_no_copies() -> None:
    introduction = (
        WIRE[0]
        + " In this series our reporters travel along the border and ask people what they think of it."
    )
    box = "The series: part one was about the fishermen, part two about the plant near Holm, part three about the schools."
    parts = [row(f"part-{n}", introduction, *STORIES["en"][n * 4 : n * 4 + 4], box) for n in range(3)]
    assert not any(near(one, other) for one, other in permutations(parts, 2))


def weather(day: int) -> Features:
    rng = random.Random(day)
    regions = rng.sample(
        ["the north", "the islands", "the valley of the Aune", "Holm and Vesting", "the mountains"], 3
    )
    return row(
        f"weather-{day}",
        f"On day {day} of the month {regions[0]} will see clouds at first, with a high of {rng.randint(-5, 30)} degrees and winds of "
        f"{rng.randint(5, 90)} kilometres an hour from the {rng.choice(['west', 'south', 'east'])}.",
        f"In {regions[1]} it will stay dry; expect {rng.randint(2, 31)} degrees by noon and {rng.randint(-9, 15)} at night, with "
        f"{rng.randint(1, 14)} hours of sun.",
        f"For {regions[2]} the weather office forecasts {rng.randint(1, 60)} millimetres of rain, visibility of {rng.randint(1, 40)} "
        f"kilometres, and a sea temperature of {rng.randint(4, 22)} degrees at a wave height of {rng.randint(1, 5)}.{rng.randint(0, 9)} metres.",
    )


def lottery(day: int) -> Features:
    """Most of it is the same every time: that alone does not make it a copy."""
    rng = random.Random(day)
    drawn = ", ".join(map(str, rng.sample(range(1, 50), 6)))
    return row(
        f"lottery-{day}",
        f"The numbers drawn on Saturday are {drawn}; the jackpot stands at {rng.randint(100, 999)} thousand crowns.",
        "Every week six balls out of forty-nine are drawn under the eyes of a notary, and the draw is shown live after the late news.",
        "Winners must show their ticket at a counter of the lottery within thirteen weeks; sums above a thousand crowns are paid by transfer.",
        "Whoever feels that playing is no longer fun may call the help line of the health office free of charge at any hour.",
    )


def test_reports_that_fill_the_same_sentences_are_no_copies() -> None:
    for report in (weather, lottery):
        days = [report(day) for day in range(12)]
        assert not any(near(one, other) for one, other in permutations(days, 2)), report


def test_texts_too_short_to_tell_are_no_copies() -> None:
    assert not near(
        row("one", "The ferry stayed in the harbour."), row("two", "The ferry stayed in the harbour.")
    )
    assert not near(row("one"), row("two"))


@given(
    st.lists(st.sampled_from(STORIES["en"]), max_size=8), st.lists(st.sampled_from(STORIES["en"]), max_size=8)
)
def test_nearness_has_no_direction(one: list[str], other: list[str]) -> None:
    a, b = row("one", *one), row("other", *other)
    assert near(a, b) == near(b, a)


# Stories


def match(name: str, hours: int, story: str = "") -> Match:
    return Match(article_id=name, first_seen_at=NOON + timedelta(hours=hours), story_id=story)


def test_the_story_is_that_of_the_first_article() -> None:
    assert story_id("b", NOON, ()) == "b"
    assert story_id("b", NOON, [match("a", -1)]) == "a"
    assert story_id("b", NOON, [match("c", 1)]) == "b"
    assert story_id("c", NOON, [match("b", -1, "a"), match("d", 2, "d")]) == "a"
    assert story_id("b", NOON, [match("a", 0)]) == "a"
    assert story_id("a", NOON, [match("b", 0)]) == "a"
    assert story_id("a", NOON, [match("b", 9, "b"), match("c", -1)]) == "b", "a story that was told is kept"
    assert story_id("a", NOON, [match("a", -5, "z")]) == "a"


@given(
    st.lists(
        st.builds(match, st.sampled_from("abcdef"), st.integers(-3, 3), st.sampled_from(["", "a", "x"])),
        max_size=5,
    )
)
def test_the_order_of_matches_does_not_matter(matches: list[Match]) -> None:
    assert len({story_id("c", NOON, order) for order in permutations(matches)}) == 1


# Signatures


@given(st.sets(st.integers(0, 2**61 - 2), min_size=1, max_size=400), st.randoms(use_true_random=False))
def test_a_signature_is_of_the_set_alone(parts: set[int], rng: random.Random) -> None:
    shuffled = list(parts)
    rng.shuffle(shuffled)
    signature = minhash.sign(parts)
    assert signature == minhash.sign(set(shuffled))
    assert len(unpack(signature)) == minhash.BINS
    assert all(0 <= band < 2**38 for band in minhash.bands(signature))
    assert minhash.resemblance(signature, signature) == 1.0


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8])
def test_resemblance_is_the_share_of_common_shingles(share: float) -> None:
    rng = random.Random(7)
    estimates = []
    for _ in range(40):
        both, one, other = (
            {rng.randrange(2**61 - 1) for _ in range(count)}
            for count in (round(600 * share), round(300 * (1 - share)), round(300 * (1 - share)))
        )
        estimates.append(minhash.resemblance(minhash.sign(both | one), minhash.sign(both | other)))
    assert sum(estimates) / 40 == pytest.approx(share, abs=0.03)
    assert all(abs(estimate - share) < 0.17 for estimate in estimates)


def test_shingles_are_the_runs_of_five_words() -> None:
    words = ["a", "b", "c", "d", "e", "f"]
    assert len(minhash.shingles(words)) == 2
    assert minhash.shingles(words[:5]) | minhash.shingles(words[1:]) == minhash.shingles(words)
    assert minhash.shingles(words * 3) == minhash.shingles(words * 4)
    assert minhash.shingles(words[:4]) == set()
    assert minhash.shingles(["e", "d", "c", "b", "a"]) != minhash.shingles(words[:5])
    assert minhash.sign(set()) == b""
    assert minhash.bands(()) == []


# Thresholds: one pair just below each, and one just above.


def remembered(
    name: str, shingles: int, agree: int = minhash.BINS, figures: tuple[int, ...] = ()
) -> Features:
    """An article of so many shingles whose signature agrees with the plain one in so many of 128 bins."""
    signature = pack((*range(agree), *(1000 + place for place in range(agree, minhash.BINS))))
    return replace(row(name, *WIRE), shingles=shingles, signature=signature, packed_tokens=pack(figures))


@pytest.mark.parametrize(
    ("one", "other", "copies"),
    [
        (remembered("one", 22), remembered("other", 22), False),  # _FEWEST_SHINGLES
        (remembered("one", 28), remembered("other", 28), True),
        (remembered("one", 100), remembered("other", 300, agree=44), False),  # _LEAST_RESEMBLANCE: .34 and .42
        (remembered("one", 100), remembered("other", 300, agree=54), True),
        (remembered("one", 100), remembered("other", 100, agree=61), False),  # _LEAST_CONTAINED: .65 and .75
        (remembered("one", 100), remembered("other", 100, agree=77), True),
        (remembered("one", 99, figures=(1, 3)), remembered("other", 99, figures=(5, 7)), True),  # _FEWEST_FIGURES
        (remembered("one", 99, figures=(1, 3, 5)), remembered("other", 99, figures=(7, 9, 11)), False),
        (remembered("one", 99, figures=(1, 3, 5, 7)), remembered("other", 99, figures=(1, 3, 5, 9)), False),  # _LEAST_FIGURES
        (remembered("one", 99, figures=(1, 3, 5, 7, 9, 11)), remembered("other", 99, figures=(1, 3, 5, 7, 9, 13)), True),
    ],
)  # fmt: skip
def test_copies_share_wording_and_figures_from_a_threshold_on(
    one: Features, other: Features, copies: bool
) -> None:
    assert near(one, other) is near(other, one) is copies


def test_texts_that_share_half_are_found_by_bands_and_others_seldom() -> None:
    rng = random.Random(11)
    found = {}
    for share in (0.1, 0.5):
        pairs = []
        for _ in range(100):
            both, one, other = (
                {rng.randrange(2**61 - 1) for _ in range(count)}
                for count in (
                    round(600 * share),
                    round(300 * (1 - share)),
                    round(300 * (1 - share)),
                )
            )
            bands = [set(minhash.bands(minhash.sign(both | each))) for each in (one, other)]
            pairs.append(bool(bands[0] & bands[1]))
        found[share] = sum(pairs)
    assert found[0.5] >= 97
    assert found[0.1] <= 15
