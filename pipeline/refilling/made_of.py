"""What the content of a new index hangs on, besides the pages: if any of it has changed, a half-filled one is of no use."""

import json
from collections.abc import Iterator
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

from articles.clean import RULES
from pipeline.configuration.config import Config
from store.ledger import rename_table, tombstone_table
from store.ledger.database import Ledger

_OF_INDEX = {"backend", "url", "alias", "split", "shards", "pipeline"}


def made_of(config: Config, ledger: Ledger) -> str:
    """A digest of the program, its rules, what was configured and taught, renamings and deletions. Raises LedgerError."""
    with ledger.reading() as conn:
        changed = [rename_table.number(conn), tombstone_table.counts(conn)["articles"]]
    extractors = config.extractors
    known = [
        version("broadsheet"),
        RULES,
        config.index.model_dump(include=_OF_INDEX, mode="json"),
        str(config.ledger),
        [extractors.common, sorted(extractors.own.items())],
        sorted(config.crawl.obey),
        [list(_files(folder)) for folder in (config.sites, config.site_configs) if folder],
        changed,
    ]
    return blake2b(json.dumps(known, sort_keys=True).encode(), digest_size=16).hexdigest()


def _files(folder: Path) -> Iterator[tuple[str, int, int]]:
    """The files of a folder, each with when it was changed."""
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        state = path.stat()
        yield path.name, state.st_mtime_ns, state.st_size
