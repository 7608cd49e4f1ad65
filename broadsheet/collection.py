"""Read a collection made by `broadsheet run` from Python."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, get_args

from articles.errors import UsageError
from articles.model import Article
from articles.sites.site_rules import PICKED
from articles.urls import masked
from broadsheet.lookup import find_article, open_index
from broadsheet.namesakes import check_path
from index.documents import Facet
from index.protocols import Count, Hits, IndexReader
from index.query import Query
from index.query_language import parse
from pipeline.configuration.config import FILE_NAME, load

if TYPE_CHECKING:
    from pipeline.explain import Step
    from pipeline.sites.teaching import Proposal
    from pipeline.versions.version_list import ArticleHistory

Day = str | date | datetime  # a day such as "2026-11-23", or an aware time
_NAME = re.compile(r"[\w.:-]+")
_LAST_DAY = date.max - timedelta(days=1)  # the last one that has a next day


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source of the collection: its name in queries and the URLs of its feeds, sitemaps and sections."""

    name: str
    feeds: tuple[str, ...]
    sitemaps: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()


class Collection:
    """The collection of a `broadsheet.toml`: search its index, list its articles, query its ledger.

    A context manager; it cannot be used once it is closed. It only reads (but for `teach`), sees what runs add meanwhile from the
    next call on, and works with both backends (credentials for Elasticsearch come from the environment).

    Queries are in the language of the command `search`. `since` and `until` are days ("2026-11-23" or a `date`, in
    UTC, inclusive) or aware times (`until` is then exclusive). They limit an article's date: when it was published,
    or else first seen.

    Methods raise UsageError for invalid arguments (QueryError for a query, UrlError for a URL), SearchIndexError
    if the index is missing or damaged, and IndexUnavailableError while Elasticsearch cannot be reached.
    """

    def __init__(self, where: str | PathLike[str] = ".") -> None:
        """Open the collection of this `broadsheet.toml`, or of the one in this folder. Raises ConfigError."""
        path = Path(where)
        self._config = load(path / FILE_NAME if path.is_dir() else path)
        self._reader: IndexReader | None = None
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Collection {str(self._config.path)!r}>"

    def close(self) -> None:
        """Release the index."""
        if self._reader is not None:
            self._reader.close()
        self._reader, self._closed = None, True

    def search(
        self,
        text: str = "",
        *,
        since: Day | None = None,
        until: Day | None = None,
        sort: Literal["relevance", "newest"] = "relevance",
        limit: int = 10,
        offset: int = 0,
    ) -> Hits:
        """One page of hits, best or newest first, with their total number; only the first 10,000 can be reached."""
        if sort not in ("relevance", "newest") or limit < 1 or offset < 0:
            raise UsageError(
                f"sort={sort!r}, limit={limit}, offset={offset}: "
                'sort is "relevance" or "newest", limit 1 or more, offset 0 or more'
            )
        start, end = _bounds(since, until)
        return self._index.search(
            Query(text=text, since=start, until=end, sort=sort, limit=limit, offset=offset)
        )

    def articles(
        self,
        query: str = "",
        *,
        since: Day | None = None,
        until: Day | None = None,
        source: str = "",
        language: str = "",
    ) -> Iterator[Article]:
        """Every matching article, however many, newest first, as of the first one read; a few are in memory at a time.

        `source` is a source's name, `language` a code such as "de".
        """
        return self._index.scan(_query(_narrowed(query, source=source, language=language), since, until))

    def article(self, which: str) -> Article | None:
        """The article with this id, the beginning of an id (six characters or more), or URL; None if there is none.

        The URL of a further page of an article is the article's, too.
        """
        return find_article(self._config, self._index, which)

    def facet(
        self,
        field: Facet,
        query: str = "",
        *,
        since: Day | None = None,
        until: Day | None = None,
        limit: int = 10,
    ) -> list[Count]:
        """The most frequent values of a field in all matching articles: "source", "section", "language", "author" or "extractor"."""
        if field not in get_args(Facet) or limit < 1:
            raise UsageError(
                f"field={field!r}, limit={limit}: field is one of {', '.join(get_args(Facet))}, limit 1 or more"
            )
        return self._index.facet(_query(query, since, until), field, limit)

    def days(self, query: str = "", *, since: Day | None = None, until: Day | None = None) -> list[Count]:
        """How many matching articles there are for each day (UTC) that has any, in order."""
        return self._index.days(_query(query, since, until))

    def explain(self, url: str) -> "list[Step]":
        """Every decision about a URL, in order, as the command `explain` prints them.

        Raises ConfigError for a URL that was never discovered, LedgerError, ArchiveError.
        """
        from pipeline.explain import explain

        self._check_open()
        return explain(self._config, url)

    def history(self, which: str) -> "ArticleHistory":
        """The versions of the article with this id, the beginning of an id (six characters or more), or URL, oldest first.

        Raises ConfigError where nothing is known of it, LedgerError.
        """
        from pipeline.versions.version_list import history

        self._check_open()
        return history(self._config, which)

    def status(self) -> dict[str, dict[str, int]]:
        """Counts: `urls` by state, `captures` by outcome, `index` with its `documents`, and these by `extractor`, all of them and
        those of `low_confidence` (below .7). Raises LedgerError.
        """
        from pipeline.status import status

        self._check_open()
        return status(self._config)

    def coverage(
        self, source: str = "", *, since: Day | None = None, until: Day | None = None
    ) -> list[dict[str, Any]]:
        """How many articles there are by estimate and how many are had, by source, as `broadsheet coverage --json` says it.

        Without days, those of the last seven days; with a source, each day as well. Raises ConfigError, LedgerError.
        """
        from broadsheet.coverage_shown import as_json
        from crawlers.clock import now
        from pipeline.configuration.config import choose
        from pipeline.coverage.covering import chosen_days, cover

        self._check_open()
        days = chosen_days(*_bounds(since, until), now())
        return as_json(cover(self._config, choose(self._config, (source,) if source else ()), days))

    def teach(
        self,
        url: str,
        *,
        cut: str | Iterable[str] = (),
        keep: str | Iterable[str] = (),
        forget: str | Iterable[str] = (),
        select: Mapping[str, str] | None = None,
        not_article: str = "",
        rule: int | None = None,
        pages: int = 200,
    ) -> "Proposal":
        """Correct the page at this URL: what is returned changes its site's rules. Its `preview()` tells the effect, `apply()` keeps it.

        Corrections are those of the command `teach`: lines to cut or to keep, names of rules to forget, selectors of parts (such as
        {"author": ".who b"}), a pattern of addresses that are no articles. Where a line may mean several rules, `rule` chooses by
        number. At most so many archived `pages` of the site are looked at. A page that is not archived is fetched, politely.

        Pages are cleaned in processes: a script needs the guard that `clean_many` needs.

        Raises ConfigError if a correction gives no rule, CrawlError if the page cannot be fetched, LedgerError, ArchiveError.
        """
        from pipeline.sites.correcting import corrected
        from pipeline.sites.teaching import Correction, look_up

        self._check_open()
        check_path()
        parts = dict(select or {})
        if unknown := sorted(set(parts) - set(PICKED)):
            raise UsageError(f"select={unknown[0]!r}: its keys are of {', '.join(PICKED)}")
        asked = [
            *(Correction("cut", line) for line in _several(cut)),
            *(Correction("keep", line) for line in _several(keep)),
            *(Correction(kind, parts[kind]) for kind in PICKED if kind in parts),
            *([Correction("not_article", not_article)] if not_article else []),
            *(Correction("forget", name) for name in _several(forget)),
        ]
        return corrected(look_up(self._config, url, pages), asked, rule)

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources that `broadsheet.toml` names, user and password in their URLs masked."""
        return tuple(
            Source(
                name=each.name,
                feeds=tuple(map(masked, each.feeds)),
                sitemaps=tuple(map(masked, each.sitemaps)),
                sections=tuple(map(masked, each.sections)),
            )
            for each in self._config.sources
        )

    @property
    def _index(self) -> IndexReader:
        self._check_open()
        if self._reader is None:
            self._reader = open_index(self._config)
        return self._reader

    def _check_open(self) -> None:
        if self._closed:
            raise UsageError(f"{self!r} is closed; open it again with broadsheet.Collection")


def _several(values: str | Iterable[str]) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else tuple(values)


def _query(text: str, since: Day | None, until: Day | None) -> Query:
    parse(text)  # raises now rather than at an iterator's first step
    start, end = _bounds(since, until)
    return Query(text=text, since=start, until=end)


def _narrowed(query: str, **values: str) -> str:
    """The query, restricted to these values of keyword fields; "" does not restrict."""
    parse(query)
    parts = [f"({query})"] if query.strip() else []
    for field, value in values.items():
        if value:
            if not _NAME.fullmatch(value):
                raise UsageError(f"{field}={value!r}: letters, digits and . : - _ only")
            parts.append(f'{field}:"{value}"')
    return " ".join(parts)


def _bounds(since: Day | None, until: Day | None) -> tuple[datetime | None, datetime | None]:
    return _moment(since, "since", 0), _moment(until, "until", 1)


def _moment(value: Day | None, name: str, days: int) -> datetime | None:
    """The given time; for a day, its start plus `days` days."""
    if isinstance(value, str):
        try:
            value = (
                date.fromisoformat(value)
                if len(value) == len("2026-11-23")
                else datetime.fromisoformat(value)
            )
        except ValueError:
            raise UsageError(f'{name}={value!r} is not a day such as "2026-11-23"') from None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise UsageError(f"{name}={value!r} has no time zone; give a day, or a time with a time zone")
        return value
    if isinstance(value, date):
        return datetime.combine(min(value, _LAST_DAY) + timedelta(days=days), time.min, UTC)
    if value is not None:
        raise TypeError(f"{name} is a day or a time, not {type(value).__name__}")
    return None
