"""The knowledge that is read by index is that of all rows of a source, whatever their history."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import URL, select

from articles.source import knowledge
from articles.source.copy_groups import Others
from articles.source.features import features, from_bytes
from articles.source.knowledge import Knowledge, build
from store.ledger import knowledge_table
from store.ledger.database import Ledger
from store.ledger.engines.places import LedgerPlace
from store.ledger.knowledge_table import FEATURES, Remembered
from store.ledger.queries import snapshot_rows
from tests import postgresql
from tests.desk import STORIES, WIRE, article

Runs = list[list[tuple[int, int, int]]]

START = datetime(2026, 3, 1, tzinfo=UTC)
SOURCES = ("herald", "post")
# Different texts, copies, and other wordings of the same articles.
TEXTS = [
    *(
        features(article(f"{language}-{n}", text, language=language))
        for language, texts in STORIES.items()
        for n, text in enumerate(texts[:5])
    ),
    *(features(article(f"wire-{n}", *WIRE[n:])) for n in range(3)),
]
remembered = st.builds(
    lambda number, text, hours: (number, text, hours),
    st.integers(0, 30),
    st.integers(0, len(TEXTS) - 1),
    st.integers(0, 80 * 24),
)


def row(number: int, text: int, hours: int) -> Remembered:
    """Which source an article belongs to is told by its number."""
    at = START + timedelta(hours=hours)
    named = replace(TEXTS[text], article_id=f"a{number}", source=SOURCES[number % 2], day=at.date())
    return Remembered(features=named, first_seen_at=at)


def of_all_rows(ledger: Ledger, source: str, number: int, others: Others) -> Knowledge:
    """As `of_source`, from the newest row of each article."""
    with ledger.reading() as conn:
        rows = select(FEATURES).where(FEATURES.c.source == source, FEATURES.c.snapshot <= number)
        newest = {
            each.article_id: from_bytes(each.row) for each in conn.execute(rows.order_by(FEATURES.c.snapshot))
        }
    return build(source, number, newest.values(), others=others)


some_runs = st.lists(st.lists(remembered, min_size=1, max_size=12), min_size=1, max_size=4)


@settings(deadline=None, max_examples=30)
@given(some_runs)
def test_what_is_known_of_a_source_does_not_depend_on_how_it_is_read(
    tmp_path_factory: pytest.TempPathFactory, runs: Runs
) -> None:
    read_both_ways(tmp_path_factory.mktemp("l") / "ledger.sqlite", runs)


@settings(deadline=None, max_examples=10)
@given(some_runs)
def test_nor_on_the_database(
    tmp_path_factory: pytest.TempPathFactory, postgresql_url: URL, runs: Runs
) -> None:
    with postgresql.place(postgresql_url, tmp_path_factory.mktemp("l")) as place:
        read_both_ways(place, runs)


def read_both_ways(place: LedgerPlace, runs: Runs) -> None:
    with pytest.MonkeyPatch.context() as patch, Ledger.open(place) as ledger:
        patch.setattr(knowledge, "MOST", 8)
        patch.setattr(knowledge, "ENOUGH", 4)
        for number, run in enumerate(runs, 1):
            with ledger.transaction() as conn:
                knowledge_table.remember(conn, [row(*each) for each in run])
            for snapshot in (number - 1, number):
                with ledger.reading() as conn:
                    others = snapshot_rows.newest_of_all(conn, snapshot)
                    found = [snapshot_rows.of_source(conn, source, snapshot, others) for source in SOURCES]
                assert found == [of_all_rows(ledger, source, snapshot, others) for source in SOURCES]
            with ledger.transaction() as conn:
                knowledge_table.close(conn, number, START + timedelta(days=20 * number))


def test_copies_are_found_within_a_month_and_by_their_newest_rows(ledger_place: LedgerPlace) -> None:
    wires = [row(0, len(TEXTS) - 3, 0), row(1, len(TEXTS) - 3, 24 * 30), row(2, len(TEXTS) - 3, 24 * 31)]
    with Ledger.open(ledger_place) as ledger, ledger.transaction() as conn:
        knowledge_table.remember(conn, [*wires, row(3, 0, 0)])
        assert snapshot_rows.sharing_bands(conn, wires[0]) == [wires[1]]
        assert snapshot_rows.sharing_bands(conn, row(3, 0, 0)) == []
        knowledge_table.close(conn, 1, START)
        newer = replace(wires[1], features=replace(wires[1].features, language="xx"))
        knowledge_table.remember(conn, [newer])
        assert snapshot_rows.sharing_bands(conn, wires[0]) == [newer]


def test_an_article_that_another_source_has_now_is_known_of_both_until_the_snapshot_is_closed(
    ledger_place: LedgerPlace,
) -> None:
    before, news = row(0, 0, 0), row(2, 1, 5)
    moved = replace(before, features=replace(before.features, source="post"))
    with Ledger.open(ledger_place) as ledger, ledger.transaction() as conn:
        knowledge_table.remember(conn, [before])
        knowledge_table.close(conn, 1, START)
        knowledge_table.remember(conn, [moved, news])

        def known(source: str) -> set[str]:
            return {each.article_id for each in snapshot_rows.of_source(conn, source, 2).articles}

        assert (known("herald"), known("post")) == ({"a0", "a2"}, {"a0"})
        knowledge_table.close(conn, 2, START)
        assert (known("herald"), known("post")) == ({"a2"}, {"a0"})
