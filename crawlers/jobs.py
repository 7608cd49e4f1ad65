"""The two jobs of a crawl: a feed is fetched, read and recorded; a page is fetched and recorded."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime

from articles.model import FeedEntry, Page
from articles.urls import canonical, masked
from crawlers.feed_reader import FeedReader
from crawlers.fetching.answers import Answer, FetchError
from crawlers.fetching.fetcher import Fetcher
from crawlers.plan import CrawlSettings
from crawlers.progress import Progress
from store.recorder import Recorder
from store.records import DueUrl, FeedReason, FeedResult, FeedTarget, Miss

_NOT_MODIFIED = 304

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the jobs work with. `clock` tells the time, aware UTC."""

    settings: CrawlSettings
    fetcher: Fetcher
    feed_reader: FeedReader
    recorder: Recorder
    progress: Progress
    clock: Callable[[], datetime]


async def crawl_feed(target: FeedTarget, tools: Tools) -> tuple[DueUrl, ...]:
    """Fetch a feed, read it, and record what it lists; the pages that are due now."""
    conditions = {"If-None-Match": target.etag, "If-Modified-Since": target.last_modified}
    conditions = {name: value for name, value in conditions.items() if value}
    answer = await tools.fetcher.fetch(target.url, tools.settings.max_feed_bytes, conditions)
    result, entries = await _read(target, answer, tools)
    discovery = await asyncio.wrap_future(tools.recorder.feed(result, entries))
    if result.error:
        _log.warning("feed %s: %s", masked(target.url), result.error)
        tools.progress.feed_error(result)
    elif result.status == _NOT_MODIFIED:
        tools.progress.count(feeds_unchanged=1)
    else:
        tools.progress.count(feeds_fetched=1, entries=len(entries), new=discovery.new, seen=discovery.seen)
    return discovery.due


async def _read(
    target: FeedTarget, answer: Answer | FetchError, tools: Tools
) -> tuple[FeedResult, tuple[FeedEntry, ...]]:
    result = FeedResult(source=target.source, url=target.url, at=tools.clock(), status=0)
    if isinstance(answer, FetchError):
        return replace(result, error=str(answer)), ()
    result = replace(result, at=answer.at, status=answer.status)
    if answer.status == _NOT_MODIFIED and (target.etag or target.last_modified):
        return replace(result, etag=target.etag, last_modified=target.last_modified), ()
    if not 200 <= answer.status < 300:
        return replace(result, error=f"{FeedReason.HTTP} {answer.status}"), ()
    result, entries, dropped = await tools.feed_reader.read(target, answer)
    if dropped:
        _log.warning("feed %s: entries left out: %s", target.url, dropped)
    return result, entries


async def crawl_page(due: DueUrl, tools: Tools) -> tuple[Future[None], int]:
    """Fetch a page and record it, or why it could not be fetched.

    Returns a future that resolves once that is durable, and the bytes in memory until then.
    """
    answer = await tools.fetcher.fetch(due.url, tools.settings.max_bytes, {})
    if isinstance(answer, FetchError):
        tools.progress.miss(answer.reason)
        miss = Miss(
            url=due.url,
            at=tools.clock(),
            state=answer.reason.state,
            reason=answer.reason,
            detail=answer.detail,
            retry_at=answer.retry_at,
        )
        return tools.recorder.miss(miss), 0
    page = Page(
        url=due.url,
        final_url=canonical(answer.url),
        redirects=answer.redirects,
        status=answer.status,
        headers=answer.headers,
        body=answer.body,
        fetched_at=answer.at,
        entry=due.entry,
    )
    tools.progress.count(fetched=1)
    return tools.recorder.page(page), len(page.body)
