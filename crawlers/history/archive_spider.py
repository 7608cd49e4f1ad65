"""The past of a source by its archive pages: those that list the articles of a day or a month, where a site has such."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from scrapy import Request

from articles.model import FeedEntry
from crawlers.fetching.answers import Answer
from crawlers.history.dated_archives import addresses, trial
from crawlers.history.sifting import sifted
from crawlers.history.url_dates import Span, list_span, page_span
from crawlers.pipelines import StorePipeline
from crawlers.plan import Past, SourceFeeds
from crawlers.progress import Progress
from crawlers.spiders.section import SectionSpider
from crawlers.url_shapes import location
from store.feed_records import FeedResult, FeedTarget
from store.records import FeedReason, FetchReason

_NOTHING = frozenset((FeedReason.NO_LINKS, FeedReason.GONE, f"{FeedReason.HTTP} 404"))
"""How the errors begin of days that brought no article."""

Listed = tuple[FeedResult, tuple[FeedEntry, ...]]


@dataclass(slots=True)
class _Trial:
    """A pattern that is being tried: pages under way, what came of the others, and those to ask if it is good.

    `frame` are links that several pages have: they are the site's, not a day's.
    """

    rest: tuple[str, ...]
    open: set[str]
    tried: list[Listed] = field(default_factory=list)
    frame: frozenset[str] = frozenset()
    good: bool = False


class ArchiveSpider(SectionSpider):
    """Tries the patterns of a plan's past on three days each, and reads all days of those that lead to articles; fetches none of these."""

    def __init__(self, past: Past, sources: tuple[SourceFeeds, ...], **arguments: Any) -> None:
        self._past = past
        self._days = Span(past.first, past.end)
        self._seen: set[str] = set()
        self._trials: dict[str, _Trial] = {}
        self._archives: set[str] = set()
        super().__init__(sources=sources, **arguments)

    def lists_of(self, source: SourceFeeds) -> tuple[str, ...]:  # noqa: ARG002  the past is of one source
        """The patterns."""
        return self._past.archives

    async def start(self) -> AsyncIterator[Any]:
        """The pages that each pattern is tried on; what two patterns have in common belongs to the first."""
        for source, patterns in self._lists:
            for pattern in patterns:
                some = [page for page in trial(pattern, self._days) if page not in self._trials]
                pages = [page for page in addresses(pattern, self._days) if page not in self._trials]
                this = _Trial(tuple(page for page in pages if page not in some), set(some))
                self._trials.update(dict.fromkeys((*some, *pages), this))
                self._archives.update(map(location, (*some, *pages)))
                async for request in self._asked(source, some):
                    yield request

    async def read(self, target: FeedTarget, answer: Answer) -> AsyncIterator[Request]:
        """As of any section; a page that leads to another day, or to none, lists nothing of this one."""
        if list_span(answer.url) == list_span(target.url):
            async for request in super().read(target, answer):
                yield request
            return
        error = f"{FeedReason.NO_LINKS}: {target.url} leads to {answer.url}"
        result = FeedResult(
            source=target.source, url=target.url, at=answer.at, status=answer.status, error=error
        )
        async for request in self._listed(target, result, ()):
            yield request

    async def _listed(
        self,
        target: FeedTarget,
        result: FeedResult,
        entries: tuple[FeedEntry, ...],
        inner: int = 0,  # noqa: ARG002
    ) -> AsyncIterator[Request]:
        """Note the articles of a page; after the pages that a pattern is tried on, requests for its others if it is good."""
        this = self._trials[target.url]
        articles = tuple(entry for entry in entries if location(entry.url) not in self._archives)
        if target.url not in this.open:
            await self._note(this, result, articles)
            return
        this.open.discard(target.url)
        this.tried.append((result, articles))
        if this.open:
            return
        times = Counter(entry.url for _, found in this.tried for entry in found)
        this.frame = frozenset(url for url, count in times.items() if count > 1 and page_span(url) is None)
        good = this.good = any(entry.url not in this.frame for _, found in this.tried for entry in found)
        for one, found in this.tried:
            await self._note(this, one, found if good else ())
        if good:
            StorePipeline.of(self.crawler).leave_sitemaps(max(0, len(this.rest) - self._past.most))
            async for request in self._asked(target.source, this.rest[: self._past.most]):
                yield request

    async def _note(self, this: _Trial, result: FeedResult, entries: tuple[FeedEntry, ...]) -> None:
        """Those that are no part of the site's frame, and that no other page listed before."""
        fresh = [each for each in entries if each.url not in this.frame and each.url not in self._seen]
        self._seen.update(entry.url for entry in fresh)
        found = sifted(fresh, self._days, self._past.recent)
        await StorePipeline.of(self.crawler).note_past(self.name, found, keep=self._past.keep)
        if _is_failure(result, good=this.good):
            Progress.of(self.crawler).feed_error(result)
        else:
            Progress.of(self.crawler).count(feeds_fetched=1)

    async def _asked(self, source: str, pages: Sequence[str]) -> AsyncIterator[Request]:
        Progress.of(self.crawler).count(feeds=len(pages))
        for page in pages:
            async for request in self.fetched(FeedTarget(source=source, url=page)):
                yield request


def _is_failure(result: FeedResult, *, good: bool) -> bool:
    """Whether a page could not be had that may well be there; where a pattern is no good, a refusal says nothing."""
    word = result.error.partition(":")[0]
    if not word or word in _NOTHING:
        return False
    return good or not (word == FetchReason.ROBOTS or word.startswith(f"{FeedReason.HTTP} 4"))
