"""Extract articles from pages that you already have, from any source."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import get_args

from articles.clean import clean
from articles.errors import UsageError
from articles.model import Article, Extractor, FeedEntry, Page, Rejection
from articles.urls import canonical
from broadsheet.namesakes import check_path
from pipeline.clean_capture import unfinished
from store.workers import FalseStartError, Lost, Workers


def clean_html(
    html: bytes | str,
    url: str,
    *,
    content_type: str = "",
    fetched_at: datetime | None = None,
    source: str = "",
    extractor: Extractor = "auto",
) -> Article | Rejection:
    """The article on a page, or the reason why there is none. Nothing is fetched, stored or sent.

    `html` is the bytes as the server sent them (preferred, since the encoding is then detected) or text. `url` is where
    the page is from: relative links are resolved against it, and the article's `id` is its hash. `content_type` is the
    header of that name, which may state the encoding. `fetched_at` (aware; default: now) is the latest possible
    publication date. `source` is the publisher's name in the record, if you want one. `extractor` finds the text: our
    own search for it ("container"), "trafilatura", or both, as in `[clean] extractor` ("auto").

    Size and depth of the page are limited, time is not: use `clean_many` for pages that may be malicious.

    Raises UrlError for what is not an http(s) URL, UsageError for a time without a time zone or an extractor that there
    is not, TypeError.
    """
    return clean(_page(html, url, content_type, _aware(fetched_at), source), _known(extractor))


def clean_many(
    pages: Iterable[tuple[bytes | str, str]],
    *,
    timeout: float = 20.0,
    processes: int = 2,
    content_type: str = "",
    fetched_at: datetime | None = None,
    source: str = "",
    extractor: Extractor = "auto",
) -> Iterator[tuple[str, Article | Rejection]]:
    """Clean pages, given as (html, url), in separate processes. Yields each URL as given, with its result, when it is ready.

    A page that takes longer than `timeout` seconds or more than 4 GiB of memory has its process killed and becomes a
    Rejection with reason `parser_killed`. Pages are read as processes become free, so `pages` may be a generator. The
    other arguments are those of `clean_html`, for all pages.

    A script must call this under `if __name__ == "__main__":`, because each process imports the script first; a notebook
    needs no such guard. Raises UsageError if the processes cannot start, and what `clean_html` raises.
    """
    if not timeout > 0 or processes < 1:
        raise UsageError(f"timeout={timeout}, processes={processes}: both must be more than 0")
    check_path()
    at = _aware(fetched_at)
    tasks = ((url, _page(html, url, content_type, at, source)) for html, url in pages)
    return _clean_apart(tasks, timeout, processes, _known(extractor))


def _clean_apart(
    pages: Iterable[tuple[str, Page]], timeout: float, processes: int, extractor: Extractor
) -> Iterator[tuple[str, Article | Rejection]]:
    with Workers(partial(_clean_named, extractor), processes, timeout) as workers:
        try:
            for (url, _), result in workers.run(pages):
                yield url, unfinished(result) if isinstance(result, Lost) else result
        except FalseStartError as error:
            raise UsageError(_NO_START) from error


_NO_START = (
    "The processes of clean_many do not start. Each first imports the script that called it: call it under "
    '`if __name__ == "__main__":`, in a script that is a file (not `python -`, which reads standard input).'
)


def _clean_named(extractor: Extractor, task: tuple[str, Page]) -> Article | Rejection:
    return clean(task[1], extractor)


def _known(extractor: Extractor) -> Extractor:
    if extractor not in get_args(Extractor):
        raise UsageError(f"extractor={extractor!r}: it is one of {', '.join(get_args(Extractor))}")
    return extractor


def _page(html: bytes | str, url: str, content_type: str, at: datetime, source: str) -> Page:
    if isinstance(html, str):
        body, kind = html.encode("utf-8", "replace"), f"{content_type.partition(';')[0]}; charset=utf-8"
    elif isinstance(html, bytes):
        body, kind = html, content_type
    else:
        raise TypeError(f"html is bytes or str, not {type(html).__name__}")
    if not isinstance(url, str):
        raise TypeError(f"url is str, not {type(url).__name__}")
    address = canonical(url)
    return Page(
        url=address,
        final_url=address,
        status=200,
        headers=(("content-type", kind),),
        body=body,
        fetched_at=at,
        entry=FeedEntry(url=address, source=source),
    )


def _aware(time: datetime | None) -> datetime:
    if time is None:
        return datetime.now(UTC)
    if time.tzinfo is None:
        raise UsageError(f"fetched_at={time!r} has no time zone; use one such as datetime.now(UTC)")
    return time.astimezone(UTC)
