"""The errors of Broadsheet, one class for each thing that a person does next.

BroadsheetError
├── ConfigError        fix broadsheet.toml or the environment
├── SelectorError      fix the selector of a site's rule
├── UrlError           fix the URL
├── UsageError         fix the call from Python: an argument, or a collection that is already closed
├── FeedError          the feed cannot be read; check what the site sends
├── QueryError         fix the query; the error points at the character
├── LockedError        another run uses the data folder; wait for it or stop it
├── SchedulerError     Prefect's server cannot be reached or did not start; check its address or its log
├── OutputError        standard output cannot be written; free space, or redirect it
├── CrawlError         the crawl ended early; the message says why, the next run continues
├── WarcError          a WARC file to import cannot be read or downloaded, or is none; check its name, or try again
├── StorageError       the disk is full, read-only or missing; free space, then run again
├── ArchiveError       a WARC segment is damaged; `broadsheet doctor` says where
│   └── ArchiveUnavailableError the bucket of the archive cannot be reached or denies access; run again later, nothing is lost
├── BackupError        a backup is missing, damaged or not whole, or may not be put there; the message says what to do
├── LedgerError        the ledger is damaged or of another version; `broadsheet rebuild` recreates it
│   └── LedgerUnavailableError  the server that keeps the ledger cannot be reached for now; run again later, nothing is lost
└── SearchIndexError   the index is damaged, missing, of another version or denies access; the message says what to do
    └── IndexUnavailableError   the index cannot be reached or accepts nothing for now; run again later, nothing is lost

A page without an article is not an error: it gives a `Rejection`, which is data.
"""


class BroadsheetError(Exception):
    """What failed, with which input, and what to do next: one message for the person who reads it."""


class ConfigError(BroadsheetError):
    """The configuration is wrong; names the file and the key."""


class SelectorError(BroadsheetError, ValueError):
    """A CSS selector or XPath that cannot be used; says why, and the caller where it stands."""


class UrlError(BroadsheetError, ValueError):
    """A URL that is malformed or not http(s); names it."""


class UsageError(BroadsheetError, ValueError):
    """An invalid call from Python; names the argument."""


class FeedError(BroadsheetError):
    """Bytes that are not a feed, or that could not be parsed within the limits."""


class QueryError(BroadsheetError):
    """A query that does not compile.

    `query` is what was typed and `position` the index of the invalid character (0 to len(query)).
    """

    def __init__(self, message: str, query: str, position: int) -> None:
        super().__init__(message)
        self.query = query
        self.position = position


class LockedError(BroadsheetError):
    """Another run uses the data folder."""


class SchedulerError(BroadsheetError):
    """Prefect's server cannot be reached, refuses the request, or did not start."""


class OutputError(BroadsheetError):
    """Standard output cannot be written (a full device)."""


class HeadersError(BroadsheetError):
    """The headers of a source cannot be sent, because the environment does not have their values."""


class BrowserError(BroadsheetError):
    """Pages of a source cannot be rendered: what is not installed, or how the browser failed."""


class SpiderError(BroadsheetError):
    """A spider of the user's own cannot be loaded; says what is not there, or what failed."""


class CrawlError(BroadsheetError):
    """The crawl process ended early; what it fetched is kept."""


class WarcError(BroadsheetError):
    """A file to import is missing, cannot be read or downloaded, or holds no WARC record; names it."""


class StorageError(BroadsheetError):
    """The data folder cannot be written (full, read-only, missing)."""


class ArchiveError(BroadsheetError):
    """A WARC segment is missing, truncated or damaged; names segment and offset."""


class ArchiveUnavailableError(ArchiveError):
    """The bucket that holds a segment cannot be reached, or does not do what it is asked for; nothing is wrong with the segment."""


class LedgerError(BroadsheetError):
    """The ledger is damaged, missing, or of a schema that this version cannot read."""


class LedgerUnavailableError(LedgerError):
    """The server that keeps the ledger cannot be reached for now. What was not committed is taken again by the next run."""


class BackupError(BroadsheetError):
    """There is no backup that can be used, files of it are damaged (it names them), or the place to restore into is taken."""


class SearchIndexError(BroadsheetError):
    """The index is damaged, missing, or of a schema that this version cannot read."""


class IndexUnavailableError(SearchIndexError):
    """The index cannot be reached, or accepts nothing for now (busy, full, read-only).

    Articles that it has not acknowledged stay pending.
    """
