"""The errors of Broadsheet, each named for what its reader does next.

BroadsheetError
├── ConfigError        mend broadsheet.toml or the environment
├── UrlError           mend the URL
├── UsageError         mend the call from Python: an argument, or a collection that is closed already
├── FeedError          the feed cannot be read; look at what the site sends
├── QueryError         mend the query; it points at the character
├── LockedError        another run has the data folder; wait for it or end it
├── SchedulerError     Prefect's server cannot be reached, or did not start; look at its address or its log
├── OutputError        standard output cannot be written; make room, or send it elsewhere
├── CrawlError         the crawl ended before its time; the message says why, the next run goes on
├── StorageError       the disk is full, read-only or gone; make room, then run again
├── ArchiveError       a WARC segment is damaged; `broadsheet doctor` says where
├── LedgerError        the ledger is damaged or of another version; `broadsheet rebuild` makes it anew
└── SearchIndexError   the index is damaged, missing, of another version or closed to us; the message says what to do
    └── IndexUnavailableError   the index cannot be reached or takes nothing for now; run again later, nothing is lost

A page that cannot become an article is no error: it is a `Rejection`, which is data.
"""


class BroadsheetError(Exception):
    """What failed, on which input, and what to do next: one message for the person who reads it."""


class ConfigError(BroadsheetError):
    """The configuration is wrong; names the file and the key."""


class UrlError(BroadsheetError, ValueError):
    """A URL that is malformed or not http(s); names it."""


class UsageError(BroadsheetError, ValueError):
    """A call from Python that cannot be meant; names the argument."""


class FeedError(BroadsheetError):
    """Bytes that are no feed, or that no parser could read within its limits."""


class QueryError(BroadsheetError):
    """A query that does not compile.

    `query` is what was typed and `position` the index of the character at fault (0 to len(query)).
    """

    def __init__(self, message: str, query: str, position: int) -> None:
        super().__init__(message)
        self.query = query
        self.position = position


class LockedError(BroadsheetError):
    """Another run holds the data folder."""


class SchedulerError(BroadsheetError):
    """Prefect's server cannot be reached, refuses, or did not come up."""


class OutputError(BroadsheetError):
    """Standard output takes nothing (a full device)."""


class SpiderError(BroadsheetError):
    """A spider of the user's own cannot be loaded; says what is not there, or what failed."""


class CrawlError(BroadsheetError):
    """The crawl process ended before its time; what it fetched is kept."""


class StorageError(BroadsheetError):
    """The data folder cannot be written (full, read-only, gone)."""


class ArchiveError(BroadsheetError):
    """A WARC segment is missing, cut or damaged; names segment and offset."""


class LedgerError(BroadsheetError):
    """The ledger is damaged, missing, or of a schema that this version cannot read."""


class SearchIndexError(BroadsheetError):
    """The index is damaged, missing, or of a schema that this version cannot read."""


class IndexUnavailableError(SearchIndexError):
    """The index cannot be reached, or takes nothing for the time being (busy, full, read-only).

    What it has not acknowledged stays pending.
    """
