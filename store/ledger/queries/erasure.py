"""What the ledger knows of the text of articles, taken out of it; that they were there, and what became of them, stays."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from articles.source.features import FORMAT, from_bytes
from store.archived import wordless
from store.ledger import capture_table, knowledge_table, url_table, version_table
from store.ledger.capture_table import CAPTURES
from store.ledger.knowledge_table import FEATURES, TEMPLATES
from store.ledger.lastmod_table import CLAIMS
from store.ledger.miss_table import MISSES
from store.ledger.parts import part_table
from store.ledger.tombstone_table import Tombstone
from store.ledger.url_table import URLS
from store.ledger.watch import arrival_table, site_use_table
from store.records import Capture, Outcome, UrlState

# Every table that keeps something of the text of articles, by what takes these (ids) out of it: a further one gets its line here.
HOLDERS: tuple[Callable[[Connection, Collection[str]], None], ...] = (
    knowledge_table.disregard,
    arrival_table.blank,
    version_table.remove,
    site_use_table.remove,
    part_table.remove,
)


def captures(conn: Connection, tombstones: Iterable[Tombstone]) -> list[Capture]:
    """All captures that lie under these tombstones."""
    return capture_table.of_articles(conn, [one for stone in tombstones for one in stone.ids])


def erase(conn: Connection, tombstones: Iterable[Tombstone], at: datetime) -> None:
    """Take out what is known of the text of articles that lie under these tombstones, and let their captures say so.

    An address that also led to other articles is fetched again, but what its list said of it is forgotten, too.
    """
    for stone in tombstones:
        taken = captures(conn, [stone])
        for capture in taken:
            _settle(conn, capture, stone, at)
        asked = {*stone.urls, *(capture.url for capture in taken)}
        for url in sorted(asked):
            _blank_url(conn, url, deleted=url in stone.urls)
        for holder in HOLDERS:
            holder(conn, stone.ids)


def forget_templates(conn: Connection, sources: Collection[str]) -> None:
    """Forget the lines of these sources that were learned from articles of which none is known any more."""
    for source in sources:
        learned = knowledge_table.templates(conn, source)
        if not learned:
            continue
        rows = conn.scalars(
            select(FEATURES.c.row).where(FEATURES.c.source == source, FEATURES.c.format == FORMAT)
        )
        seen = {line & ~3 for row in rows for line in from_bytes(row).lines}
        for template in learned:
            if template.fingerprint in seen:
                continue
            this = (TEMPLATES.c.source == source, TEMPLATES.c.fingerprint == template.fingerprint)
            if template.forgotten_at:  # a person's word stays, without the line
                conn.execute(TEMPLATES.update().where(*this).values(text=""))
            else:
                conn.execute(TEMPLATES.delete().where(*this))


def _settle(conn: Connection, capture: Capture, stone: Tombstone, at: datetime) -> None:
    if capture.outcome is Outcome.DELETED:
        return
    nothing = dict.fromkeys(("reason", "related", "content_hash", "canonical"), "")
    deleted = {"outcome": Outcome.DELETED, "detail": stone.reason, "settled_at": at, "removed_at": None}
    conn.execute(CAPTURES.update().where(CAPTURES.c.id == capture.id).values(**nothing, **deleted))


def _blank_url(conn: Connection, url: str, *, deleted: bool) -> None:
    known = url_table.get(conn, url)
    if known is None:
        return
    values: dict[str, object] = {"entry": url_table.to_json(wordless(known.entry))}
    if deleted:
        validators = {"etag": "", "last_modified": "", "last_error": "", "rejections": 0}
        values |= {"state": UrlState.DELETED, "due_at": None, **validators}
        conn.execute(CLAIMS.delete().where(CLAIMS.c.url == url))
    conn.execute(URLS.update().where(URLS.c.url == url).values(values))
    conn.execute(MISSES.update().where(MISSES.c.url == url).values(detail=""))
