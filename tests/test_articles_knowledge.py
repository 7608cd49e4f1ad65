"""Knowledge of a source: the same from the same rows in any order, bounded, blind to copies."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.source import knowledge
from articles.source.copy_groups import Others
from articles.source.features import Features, features, fingerprint, informative, unpack
from articles.source.knowledge import build
from tests.desk import FIRST, STORIES, WIRE, article
from tests.patience import no_hang

FOOTER = "The Norland Post is printed on paper from the forests of Holm"
ROWS = [
    *(
        features(article(f"{language}-{n}", text, FOOTER, language=language, day=n))
        for language, texts in STORIES.items()
        for n, text in enumerate(texts)
    ),
    *(features(article(f"wire-{n}", *WIRE[n:], FOOTER, day=n)) for n in range(3)),
    features(article("wire-0", *WIRE[1:], FOOTER)),
]


@settings(deadline=None)
@given(st.lists(st.sampled_from(ROWS), max_size=40), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows: list[Features], rng: random.Random) -> None:
    shuffled = rng.sample(rows, len(rows))
    assert build("norland", 7, rows) == build("norland", 7, shuffled)


def test_nothing_is_known_of_nothing() -> None:
    empty = build("norland", 0, ())
    assert (empty.articles, dict(empty.recurring), dict(empty.words)) == ((), {}, {})
    assert empty.same_as(ROWS[0]) == frozenset()


def test_rows_of_another_source_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="'suderland'"):
        build("suderland", 1, ROWS)


def test_copies_count_once_and_are_the_same_article() -> None:
    known = build("norland", 1, ROWS)
    wires = [row for row in known.articles if row.article_id == article("wire-0").id]
    assert len(known.articles) == 48 + 1
    assert len(wires) == 1
    place = known.articles.index(wires[0])
    assert known.same_as(features(article("another", *WIRE))) == {place}
    assert known.same_as(features(article("wire-2", "Quite another text by now."))) == {place}
    assert known.same_as(features(article("new", *STORIES["en"][:3]))) == frozenset()


def test_recurring_lines_know_where_they_were_seen_unless_forgotten() -> None:
    line = fingerprint(FOOTER)
    assert len(build("norland", 1, ROWS).recurring[line]) == 49
    assert line not in build("norland", 1, ROWS, frozenset({line})).recurring
    assert list(build("norland", 1, ROWS).recurring) == [line]


def test_words_are_counted_by_language() -> None:
    words = build("norland", 1, ROWS).words
    assert set(words) == {"en", "de", "ru", "zh"}
    (raisin,) = informative("raisin")
    assert len(words["en"].having(raisin)) == 1
    assert not words["de"].having(raisin)
    footer = len(informative("the forests of Holm"))
    everywhere = [
        t
        for t in informative("the forests of Holm")
        if len(words["en"].having(t)) == len(words["en"].articles)
    ]
    assert len(everywhere) == footer


def test_other_sources_tell_which_words_are_rare_while_few_articles_are_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(knowledge, "ENOUGH", 6)
    english, german = ROWS[:4], ROWS[12:14]
    abroad = [replace(row, source="suderland", article_id=f"abroad {row.article_id}") for row in ROWS[2:24]]
    known = build("norland", 1, [*english, *german], others=Others(abroad))
    assert known == build("norland", 1, [*german, *english[::-1]], others=Others([*abroad, *english]))
    assert set(known.articles) == {*english, *german}
    assert [len(known.words[language].articles) for language in ("en", "de")] == [6, 6]
    taken = [row.article_id for row in known.known[len(known.articles) :]]
    assert taken[:2] == [row.article_id for row in abroad[2:4]], "the first two are copies of known ones"
    assert set(known.copies) == {row.article_id for row in (*english, *german)}
    assert known.same_as(features(article("another", *WIRE))) == frozenset()
    assert len(known.same_as(replace(abroad[2], article_id="copy"))) == 1
    assert all(index < len(known.articles) for seen in known.recurring.values() for index, _ in seen)


def test_what_is_old_or_too_much_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    old = replace(ROWS[0], day=FIRST + timedelta(days=11) - knowledge.WINDOW)
    older = replace(ROWS[0], article_id="older", day=old.day - timedelta(days=1))
    ids = {row.article_id for row in build("norland", 1, [*ROWS[1:12], old, older]).articles}
    assert old.article_id in ids
    assert "older" not in ids
    monkeypatch.setattr(knowledge, "MOST", 5)
    assert [row.day for row in build("norland", 1, ROWS[:12]).articles] == [
        FIRST + timedelta(days=n) for n in range(7, 12)
    ]


def test_a_busy_day_does_not_crowd_out_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knowledge, "MOST", 8)
    rows = [replace(row, day=FIRST + timedelta(days=n // 4)) for n, row in enumerate(ROWS[:12])]
    rows += [replace(row, day=FIRST + timedelta(days=2)) for row in ROWS[12:24]]
    days = [(row.day - FIRST).days for row in build("norland", 1, rows).articles]
    assert days == [1] * 4 + [2] * 4


def test_a_snapshot_cannot_be_changed() -> None:
    known = build("norland", 1, ROWS)
    with pytest.raises(TypeError):
        known.recurring[1] = ()  # type: ignore[index]
    with pytest.raises(AttributeError):
        known.number = 2  # type: ignore[misc]


def test_five_hundred_articles_are_learned_in_a_blink() -> None:
    rng = random.Random(3)
    words = [f"{rng.choice('bdfgklmnprst')}{rng.choice('aeiou')}{n}" for n in range(9_000)]
    rows = [
        features(
            article(f"a{n}", *(" ".join(rng.choices(words, k=40)) for _ in range(14)), FOOTER, day=n % 20)
        )
        for n in range(500)
    ]
    with no_hang(5):  # some 70 ms
        known = build("norland", 1, rows)
    assert len(known.articles) == 500


# Limits: one source just below each, and one just above.


def plain(number: int, day: int) -> Features:
    """An article that is a copy of none."""
    return replace(
        ROWS[0], article_id=f"plain-{number:04}", day=FIRST + timedelta(days=day), signature=b"", shingles=0
    )


@pytest.mark.parametrize(("count", "remembered"), [(480, 480), (520, 500)])
def test_the_newest_articles_are_remembered(count: int, remembered: int) -> None:
    rows = [plain(n, n // 100) for n in range(count)]
    assert len(build(ROWS[0].source, 1, rows).articles) == remembered


@pytest.mark.parametrize(("days", "remembered"), [(60, 2), (61, 1)])
def test_articles_are_remembered_for_sixty_days(days: int, remembered: int) -> None:
    assert len(build(ROWS[0].source, 1, [plain(0, 0), plain(1, days)]).articles) == remembered


def test_articles_with_a_word_are_found_alike_however_many_words_are_asked_for() -> None:
    words = build("norland", 1, ROWS).words["en"]
    said = [frozenset(ROWS[0].tokens), *(frozenset(unpack(each)) for each in words.packed_tokens)]
    asked = [*sorted(frozenset().union(*said))[:150], 0, 1, 2**32 - 1]
    assert len(asked) > 120, "more than are looked for one by one"
    found = [words.having(token) for token in asked]
    assert found == [[n for n, of in enumerate(said[1:]) if token in of] for token in asked]
    assert found == [words.having(token) for token in asked]
    at_once = build("norland", 1, ROWS).words["en"]
    at_once.look_for(set(asked))
    assert found == [at_once.having(token) for token in asked]
