"""What the data folder holds, counted."""

from collections.abc import Callable
from typing import Any

from articles.confidence import LOW
from articles.errors import SearchIndexError
from articles.urls import masked
from index.protocols import IndexReader
from index.query import Query
from pipeline import indexes
from pipeline.configuration.config import Config
from pipeline.maintenance.offloading import in_bucket
from pipeline.sites.site_folder import load_sites
from store.half_filled import HalfFilled
from store.ledger import capture_table, feed_table, tombstone_table, url_table
from store.ledger.database import Ledger
from store.ledger.watch import site_use_table


def _raise(error: SearchIndexError) -> None:
    raise error


def status(config: Config, trouble: Callable[[SearchIndexError], None] = _raise) -> dict[str, dict[str, int]]:
    """URLs by state, captures by outcome, articles in the index; segments by where they are, if there is a bucket. Raises LedgerError.

    An index that is being filled, or was left half-filled, is counted as `new_index`.

    Articles of sites that were taught are counted by whether the site's present rules cleaned them, or older ones, or none.

    The articles are counted by what found their text, and again those of them whose confidence is low. `trouble` is called
    when the index cannot be asked, whose part is empty then; by default it raises the error.
    """
    sites = load_sites(config)
    with Ledger.existing(config.ledger) as ledger, ledger.reading() as conn:
        counted = {"urls": url_table.counts(conn), "captures": capture_table.counts(conn)}
        deleted = tombstone_table.counts(conn)
        remote = in_bucket(config, conn)
        cleaned = site_use_table.cleaned_by(conn, sites.by_host.keys()) if sites.by_host else []
    if sites.by_host:
        present = sum(1 for url, stamp in cleaned if stamp == sites.of(url).stamp)
        counted["site_rules"] = {"present": present, "older": len(cleaned) - present}
    if any(deleted.values()):
        counted["deleted"] = deleted
    if remote:
        counted["segments"] = {
            "in_folder": remote.local,
            "in_bucket": remote.remote,
            "to_upload": remote.waiting,
            "to_remove": remote.doomed,
        }
    if half_filled := HalfFilled.told(config.folder / "rebuild"):
        counted["new_index"] = {"articles": half_filled.added, "expected": half_filled.expected}
    of_index: dict[str, dict[str, int]] = {"index": {}, "extractor": {}, "low_confidence": {}}
    try:
        of_index |= (
            _of_index(indexes.reader(config)) if indexes.exists(config) else {"index": {"documents": 0}}
        )
    except SearchIndexError as error:
        trouble(error)
    return counted | of_index


def _of_index(reader: IndexReader) -> dict[str, dict[str, int]]:
    def by_extractor(text: str) -> dict[str, int]:
        return {each.value: each.articles for each in reader.facet(Query(text=text), "extractor")}

    return {
        "index": {"documents": reader.count()},
        "extractor": by_extractor(""),
        "low_confidence": by_extractor(f"confidence<{LOW}"),
    }


def feeds(config: Config) -> list[dict[str, Any]]:
    """Each feed of the configuration with its last fetch, as far as there was one, and when it is worth asking again, if not at once."""
    health, due = {}, {}
    if config.ledger.exists():
        with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
            health = {(row.source, row.url): row for row in feed_table.health(conn)}
            due = {(row.source, row.url): row.due_at for row in feed_table.asks(conn)}
    rows = []
    for source in config.sources:
        for url in map(masked, source.ways):
            row = health.get((source.name, url))
            rows.append(
                {
                    "source": source.name,
                    "url": url,
                    "at": row.at if row else None,
                    "status": row.status if row else 0,
                    "entries": row.entries if row else 0,
                    "error": row.error if row else "",
                    "moved_to": row.moved_to if row else "",
                    "due_at": due.get((source.name, url)) if url != source.spider else None,
                }
            )
    return rows
