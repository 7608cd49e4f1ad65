"""Copies among a source's articles are those that are found when each article is compared by all of its bands."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from articles.source import copy_groups, knowledge, minhash
from articles.source.features import Features, features
from articles.source.knowledge import Knowledge, build
from articles.source.near_copies import near
from tests.desk import FIRST, STORIES, article

ENOUGH = 5
PLAIN = features(article("plain", *STORIES["en"]))


def test_of_many_that_share_a_band_the_twenty_that_share_most_are_looked_at() -> None:
    by_band = {0: tuple(range(30)), 1: (29, 28)}
    assert copy_groups.candidates([0, 1], by_band) == [28, 29, *range(18)]


def family(rng: random.Random, count: int) -> Iterator[bytes]:
    """Signatures that have more or less in common with each other."""
    first = [rng.getrandbits(32) for _ in range(minhash.BINS)]
    for _ in range(count):
        share = rng.choice((0.0, 0.3, 0.6, 0.9, 1.0))
        each = [value if rng.random() < share else rng.getrandbits(32) for value in first]
        yield b"" if rng.random() < 0.1 else minhash._PACKED.pack(*each)


def some(rng: random.Random, source: str, signatures: Sequence[bytes]) -> list[Features]:
    return [
        replace(
            PLAIN,
            article_id=f"{source}-{n}",
            source=source,
            language=rng.choice(("en", "en", "de")),
            day=FIRST + timedelta(days=n % 9),
            signature=signature,
            shingles=100 if signature else 0,
        )
        for n, signature in enumerate(signatures)
    ]


def plainly(own: Sequence[Features], others: Sequence[Features]) -> tuple[list[Features], dict[str, int]]:
    """The known articles, and the index of the oldest copy for each id; each is compared by its bands with all before."""
    known: list[Features] = []
    copies: dict[str, int] = {}
    by_band: defaultdict[int, list[int]] = defaultdict(list)

    def same(row: Features) -> int:
        shared = Counter(index for band in minhash.bands(row.signature) for index in by_band[band])
        likely = sorted(shared, key=lambda index: (-shared[index], index))[:20]
        found = next((index for index in likely if near(row, known[index])), len(known))
        if found == len(known):
            for band in minhash.bands(row.signature):
                by_band[band].append(found)
            known.append(row)
        return found

    for row in sorted(own, key=lambda each: (each.day, each.article_id)):
        copies[row.article_id] = same(row)
    languages = Counter(row.language for row in known)
    for row in others:
        before = len(known)
        if 0 < languages[row.language] < ENOUGH and same(row) == before:
            languages[row.language] += 1
    return known, copies


def same_plainly(known: Knowledge, row: Features) -> set[int]:
    bands = set(minhash.bands(row.signature))
    shared = {
        index: len(bands.intersection(minhash.bands(each.signature)))
        for index, each in enumerate(known.known)
    }
    likely = sorted(filter(shared.get, shared), key=lambda index: (-shared[index], index))[:20]
    own = {known.copies[row.article_id]} if row.article_id in known.copies else set()
    return own | {index for index in likely if near(row, known.known[index])}


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32), st.integers(0, 40), st.integers(0, 30))
def test_copies_are_found_as_if_all_were_compared_by_all_bands(seed: int, count: int, abroad: int) -> None:
    rng = random.Random(seed)
    signatures = [*family(rng, count), *family(rng, abroad)]
    if rng.random() < 0.5:
        rng.shuffle(signatures)
    own, others = some(rng, "norland", signatures[:count]), some(rng, "suderland", signatures[count:])
    before, knowledge.ENOUGH = knowledge.ENOUGH, ENOUGH
    try:
        built = build("norland", 1, own, others=copy_groups.Others(others))
    finally:
        knowledge.ENOUGH = before
    known, copies = plainly(own, others)
    assert (list(built.known), dict(built.copies)) == (known, copies)
    new = some(rng, "new", signatures[:5])
    changed = [replace(row, signature=each) for row, each in zip(own, family(rng, 5), strict=False)]
    for row in (*own, *others, *new, *changed):
        assert built.same_as(row) == same_plainly(built, row)


SOME = st.lists(st.sampled_from(list(family(random.Random(3), 12))), max_size=12)


@given(SOME, SOME)
def test_signatures_that_share_a_band_are_all_found(mine: list[bytes], theirs: list[bytes]) -> None:
    bands = [set(minhash.bands(each)) for each in mine]
    foreign = [set(minhash.bands(each)) for each in theirs]
    openings, others = minhash.Openings(mine), minhash.Openings(theirs)
    assert openings.shared() >= {
        index
        for index, own in enumerate(bands)
        if any(own & each for place, each in enumerate(bands) if place != index)
    }
    here, there = openings.shared_with(others)
    assert here >= {index for index, own in enumerate(bands) if any(own & each for each in foreign)}
    assert there >= {index for index, each in enumerate(foreign) if any(own & each for own in bands)}


def test_signatures_that_share_nothing_are_not() -> None:
    rng = random.Random(1)
    signatures = [
        minhash._PACKED.pack(*(rng.getrandbits(32) for _ in range(minhash.BINS))) for _ in range(50)
    ]
    assert minhash.Openings([*signatures, b"", b""]).shared() == set()
    assert minhash.Openings([b"", *signatures, b"", signatures[7]]).shared() == {8, 52}
    openings = minhash.Openings([b"", *signatures[:25]])
    assert openings.shared_with(minhash.Openings(signatures[25:])) == (set(), set())
    assert openings.shared_with(minhash.Openings([b"", *signatures[20:]])) == (
        set(range(21, 26)),
        set(range(1, 6)),
    )
