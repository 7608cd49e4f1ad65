"""The older versions of articles in an index of their own, next to that of the newest; made from the ledger alone.

One has the id of its article and the time of the first capture that showed it, so that it keeps its id when an earlier
capture arrives and the versions are numbered anew.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from articles.content_hash import content_hash
from articles.model import Article, Image
from index.documents import older_id
from index.protocols import IndexWriter
from pipeline.versions.noting import Noted
from store.ledger import capture_table, version_table
from store.ledger.database import Ledger
from store.ledger.queries import seen_texts
from store.ledger.version_table import Version
from store.records import Capture

_AT_ONCE = 250  # articles of one request


def put_older(ledger: Ledger, writer: IndexWriter, found: Noted) -> None:
    """Have the index of older versions as it is to be once the ledger has what was noted. In a turn of the ledger.

    Always whole, for each of these articles that has older versions or had some: whatever a killed process left there is mended.
    """
    ids = {one for one in found.after if max(found.before[one].versions, found.after[one].versions) > 1}
    if not ids:
        return
    with ledger.trial() as conn:
        found.of(ids).write(conn)
        wanted, ever = _older(conn, ids), _possible(conn, ids)
    _bring(writer, wanted, ever)


def fill_older(ledger: Ledger, writer: IndexWriter, after: str = "") -> Iterator[str]:
    """Put the older versions of all articles into a new index, in the order of the articles' ids, after this one; up to which they are in."""
    while True:
        with ledger.reading() as conn:
            ids = seen_texts.edited(conn, _AT_ONCE, after)
            wanted = _older(conn, ids)
        if not ids:
            return
        _bring(writer, wanted, ())
        after = ids[-1]
        yield after


def renew_older(ledger: Ledger, writer: IndexWriter, ids: Collection[str]) -> None:
    """Put the older versions of these articles into the index as the ledger has them now. In a turn of the ledger."""
    with ledger.reading() as conn:
        wanted, ever = _older(conn, ids), _possible(conn, ids)
    _bring(writer, wanted, ever)


def older_ids(captures: Iterable[Capture]) -> list[str]:
    """All ids that older versions of the articles of these captures can have, or have had; one capture alone shows none."""
    found = list(captures)
    number = Counter(each.article_id for each in found)
    return sorted(
        {older_id(each.article_id, each.fetched_at) for each in found if number[each.article_id] > 1}
    )


def _bring(writer: IndexWriter, wanted: list[Article], ever: Collection[str]) -> None:
    if wanted:
        writer.add(wanted)
    if gone := sorted(set(ever) - {each.id for each in wanted}):
        writer.delete(gone)


def _possible(conn: Connection, ids: Collection[str]) -> list[str]:
    return older_ids(capture_table.of_articles(conn, ids))


def _older(conn: Connection, ids: Collection[str]) -> list[Article]:
    """All versions of these articles but the newest of each."""
    found = [one for each in sorted(ids) for one in version_table.versions(conn, each)[:-1]]
    captures = {each.id: each for each in capture_table.by_ids(conn, [one.capture_id for one in found])}
    first_seen = capture_table.first_seen(conn, {one.article_id for one in found})
    return [_as_article(one, captures[one.capture_id], first_seen[one.article_id]) for one in found]


def _as_article(version: Version, capture: Capture, first_seen_at: datetime) -> Article:
    """What is kept of a version, as an article; `versions` is its number, `changed` what was edited since the one before."""
    seen, wording = version.seen, version.seen.wording
    article = Article(
        id=older_id(version.article_id, seen.at),
        url=capture.final_url,
        canonical_url=capture.final_url,
        source=capture.source,
        title=wording.title,
        lead=wording.lead,
        body=wording.body,
        notes=wording.notes,
        images=tuple(Image(url="", caption=caption) for caption in wording.captions),
        language=wording.language,
        published_at=seen.published_at,
        published_on=seen.stated_on,
        modified_at=seen.modified_at,
        first_seen_at=first_seen_at,
        fetched_at=seen.at,
        word_count=seen.words,
        rules=seen.rules,
        archive=str(capture.ref),
        story_id=version.article_id,
        versions=version.number,
        changed=version.changed,
        content_hash="",
    )
    return replace(article, content_hash=content_hash(article))
