"""Sources whose name was changed in the file alone, or whose renaming was interrupted, told without what renames them."""

from sqlalchemy import Connection

from pipeline.configuration.config import Config
from store.ledger.queries import moved_sources


def under_other_names(config: Config, conn: Connection) -> list[str]:
    """A sentence for each such source."""
    ways = {source.name: source.ways for source in config.sources}
    return [
        f"`{new}` has a feed of `{old}`, whose articles stay apart: `broadsheet rename {old} {new}` brings them together."
        for old, new in moved_sources.under_another_name(conn, ways)
    ]
