"""By how much knowledge the captions of articles were judged, in the ledger; what was undecided is judged again by more."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import Boolean, Column, Connection, Index, Integer, Table, bindparam, select, text

from store.ledger.schema import METADATA, AnyText, among

CAPTIONS = Table(
    "captions",
    METADATA,
    Column("article_id", AnyText, primary_key=True),
    Column("source", AnyText, nullable=False),
    Column("language", AnyText, nullable=False),
    Column("known", Integer, nullable=False),
    Column("undecided", Boolean, nullable=False),
    Index(
        *("captions_undecided", "source", "language", "known", "article_id"),
        sqlite_where=text("undecided = 1"),
        postgresql_where=text("undecided"),
    ),
    sqlite_with_rowid=False,
)

_MOST = 250  # articles of a source that are judged again in one run
_UNDECIDED = (
    select(CAPTIONS.c.article_id)
    .where(CAPTIONS.c.source == bindparam("of"), CAPTIONS.c.language == bindparam("in"))
    .where(CAPTIONS.c.undecided, CAPTIONS.c.known <= bindparam("most"))
    .order_by(CAPTIONS.c.article_id)
    .limit(_MOST)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """An article that was judged: by how many `known` articles in its language, and whether one of its captions is undecided.

    `captions` is their number.
    """

    article_id: str
    source: str
    language: str
    known: int
    captions: int
    undecided: bool


def note(conn: Connection, verdicts: Collection[Verdicts]) -> None:
    """Record by what articles were judged; those without captions are forgotten."""
    conn.execute(
        CAPTIONS.delete().where(CAPTIONS.c.article_id.in_(among([one.article_id for one in verdicts])))
    )
    kept = [
        {name: value for name, value in asdict(each).items() if name != "captions"}
        for each in verdicts
        if each.captions
    ]
    if kept:
        conn.execute(CAPTIONS.insert(), kept)


def again(conn: Connection, source: str, known: Mapping[str, int]) -> list[str]:
    """Ids of a source's undecided articles for which, by language, twice as many articles are known as when they were judged.

    Of each language the first 250; the others come next time.
    """
    return [
        article_id
        for language, count in sorted(known.items())
        for article_id in conn.scalars(
            _UNDECIDED, {"of": source, "in": language, "most": min(count - 1, count // 2)}
        )
    ]


def known(conn: Connection, article_id: str) -> int | None:
    """By how many articles an article's captions were judged; None if they were not, or by an earlier version."""
    return conn.scalar(select(CAPTIONS.c.known).where(CAPTIONS.c.article_id == article_id))
