"""Front and section pages read in a process that can be killed."""

from dataclasses import dataclass, replace

from articles.model import FeedEntry
from crawlers.fetching.answers import Answer, answered, header
from crawlers.front_page import article_links
from crawlers.readers.killable import KillableReader, lost_reason
from store.feed_records import FeedResult, FeedTarget
from store.records import FeedReason
from store.workers import Lost

_SECONDS = 40.0


@dataclass(frozen=True, slots=True)
class _SectionTask:
    """A fetched section page, and the addresses of some articles of its source."""

    url: str
    body: bytes
    content_type: str
    known: tuple[str, ...]


class SectionReader:
    """Reads one section page after the other. To be closed after the last."""

    def __init__(self) -> None:
        self._reader: KillableReader[_SectionTask, tuple[tuple[str, str], ...]] = KillableReader(
            _links, _SECONDS
        )

    async def read(
        self, target: FeedTarget, answer: Answer, known: tuple[str, ...]
    ) -> tuple[FeedResult, tuple[FeedEntry, ...]]:
        """A fetched page's result for the ledger, and an entry for each article that it links to.

        When there is none, or reading did not end, the result has an `error`. Before any article of the source is known,
        no validators are left: what its addresses look like may tell more links of the same page.
        """
        result = answered(target, answer)
        task = _SectionTask(answer.url, answer.body, header(answer.headers, "content-type"), known)
        links = await self._reader.call(task)
        if isinstance(links, Lost):
            return replace(result, error=f"{lost_reason(links)}: {links.detail}"), ()
        if not links:
            return replace(result, error=f"{FeedReason.NO_LINKS}: {target.url} links to no article"), ()
        entries = tuple(
            FeedEntry(url=url, source=target.source, feed=target.url, title=title) for url, title in links
        )
        result = replace(result, entries=len(entries))
        if known:
            etag, last_modified = header(answer.headers, "etag"), header(answer.headers, "last-modified")
            result = replace(result, etag=etag, last_modified=last_modified)
        return result, entries

    def close(self) -> None:
        """End the process."""
        self._reader.close()


def _links(task: _SectionTask) -> tuple[tuple[str, str], ...]:
    return article_links(task.body, task.url, task.content_type, task.known)
