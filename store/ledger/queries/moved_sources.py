"""A source's history under another name, in the ledger: moved there, and told where the name was changed by hand."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, bindparam, exists, select

from articles.source.features import FORMAT, from_bytes, to_bytes
from articles.urls import masked
from store.ledger import knowledge_table, rename_table
from store.ledger.caption_table import CAPTIONS
from store.ledger.capture_table import CAPTURES
from store.ledger.catches.catch_table import CATCHES
from store.ledger.feed_table import FEEDS, LIST_SIZES
from store.ledger.knowledge_table import FEATURES, TEMPLATES
from store.ledger.lastmod_table import CLAIMS, PROOFS
from store.ledger.queries import tallies
from store.ledger.tombstone_table import TOMBSTONES
from store.ledger.url_table import URLS
from store.ledger.watch import baseline_table, told_table
from store.ledger.watch.arrival_table import ARRIVALS


def move(conn: Connection, old: str, new: str) -> int:
    """Have all that is known of a source belong to this name; how many captures it has.

    What is known of the new name already stays, beside the old one's; what is known of both is the new one's.
    """
    _move_urls(conn, old, new)
    moved = conn.execute(CAPTURES.update().where(CAPTURES.c.source == old).values(source=new)).rowcount
    for table in (ARRIVALS, CAPTIONS, CLAIMS, TOMBSTONES):
        conn.execute(table.update().where(table.c.source == old).values(source=new))
    baseline_table.rename(conn, old, new)
    _move_features(conn, old, new)
    for template in knowledge_table.templates(conn, old):
        if template.forgotten_at:
            same = (TEMPLATES.c.source == new, TEMPLATES.c.fingerprint == template.fingerprint)
            conn.execute(TEMPLATES.update().where(*same).values(forgotten_at=template.forgotten_at))
    told_table.rename(conn, old, new)
    for table in (FEEDS, TEMPLATES, PROOFS, CATCHES, LIST_SIZES):
        own = table.alias()
        rest = (own.c[key.name] == key for key in table.primary_key if key.name != "source")
        both = exists().where(own.c.source == new, *rest)
        conn.execute(table.delete().where(table.c.source == old, both))
        conn.execute(table.update().where(table.c.source == old).values(source=new))
    return moved


def is_known(conn: Connection, source: str) -> bool:
    """Whether anything was collected from a source of this name, or at least found."""
    return any(
        conn.execute(select(table.c.source).where(table.c.source == source).limit(1)).first()
        for table in (URLS, CAPTURES, FEEDS)
    )


def under_another_name(conn: Connection, sources: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """Names with captures that no source has any more, each with the source that has one of its feeds now.

    `sources` are the ways in of the present ones, by name. Renamings that were interrupted are among them.
    """
    of = {masked(way): name for name, ways in sources.items() for way in ways}
    captured = set(tallies.sources(conn)) - sources.keys()
    found = dict.fromkeys(rename_table.unfinished(conn))
    for row in conn.execute(select(FEEDS.c.source, FEEDS.c.url).order_by(FEEDS.c.source, FEEDS.c.url)):
        if row.source in captured and row.url in of:
            found[row.source, of[row.url]] = None
    return list(found)


def _move_urls(conn: Connection, old: str, new: str) -> None:
    known = select(URLS.c.url, URLS.c.entry).where(URLS.c.source == old)
    rows = [
        {"key": row.url, "source": new, "entry": json.dumps({**json.loads(row.entry), "source": new})}
        for row in conn.execute(known)
    ]
    columns: dict[str, Any] = {name: bindparam(name) for name in ("source", "entry")}
    if rows:
        conn.execute(URLS.update().where(URLS.c.url == bindparam("key")).values(columns), rows)


def _move_features(conn: Connection, old: str, new: str) -> None:
    rows = select(FEATURES.c.article_id, FEATURES.c.snapshot, FEATURES.c.format, FEATURES.c.row)
    for row in conn.execute(rows.where(FEATURES.c.source == old)).all():
        this = (FEATURES.c.article_id == row.article_id, FEATURES.c.snapshot == row.snapshot)
        packed = to_bytes(replace(from_bytes(row.row), source=new)) if row.format == FORMAT else row.row
        conn.execute(FEATURES.update().where(*this).values(source=new, row=packed))
