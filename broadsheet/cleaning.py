"""Pages that are at hand, from whatever source, cut down to their articles."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from articles.clean import clean
from articles.errors import UsageError
from articles.model import Article, FeedEntry, Page, Rejection
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
) -> Article | Rejection:
    """The article of a page, or why it is none. Nothing is fetched, stored or sent.

    `html` are the bytes as the server sent them (better: their encoding is found out) or text. `url` is where the page is
    from: relative links are resolved by it, and the article's `id` is its hash. `content_type` is the header of that
    name, which may tell the encoding. `fetched_at` (aware; the present if not given) is the latest that a publication
    date may be. `source` is the publisher's name in the record, if you want one.

    Size and depth of the page are limited, time is not: use `clean_many` for pages that may be meant to do harm.

    Raises UrlError for what is not an http(s) URL, UsageError for a time without a time zone, TypeError.
    """
    return clean(_page(html, url, content_type, _aware(fetched_at), source))


def clean_many(
    pages: Iterable[tuple[bytes | str, str]],
    *,
    timeout: float = 20.0,
    processes: int = 2,
    content_type: str = "",
    fetched_at: datetime | None = None,
    source: str = "",
) -> Iterator[tuple[str, Article | Rejection]]:
    """Pages, as (html, url), cleaned in `processes` of their own: each URL as given with its result, as they come.

    A page that takes longer than `timeout` seconds, or more memory than 4 GiB, costs its process and becomes a Rejection for
    `parser_killed`. Pages are taken from `pages` as processes are free, so that it may be a generator. The other
    arguments are those of `clean_html`, for all pages.

    A script calls this under `if __name__ == "__main__":`, since each process imports the script first; a notebook
    needs nothing. Raises UsageError where the processes cannot start, and what `clean_html` raises.
    """
    if not timeout > 0 or processes < 1:
        raise UsageError(f"timeout={timeout}, processes={processes}: both must be more than 0")
    check_path()
    at = _aware(fetched_at)
    return _clean_apart(
        ((url, _page(html, url, content_type, at, source)) for html, url in pages), timeout, processes
    )


def _clean_apart(
    pages: Iterable[tuple[str, Page]], timeout: float, processes: int
) -> Iterator[tuple[str, Article | Rejection]]:
    with _workers(timeout, processes) as workers:
        try:
            for (url, _), result in workers.run(pages):
                yield url, unfinished(result) if isinstance(result, Lost) else result
        except FalseStartError as error:
            raise UsageError(_NO_START) from error


def _workers(timeout: float, processes: int) -> Workers[tuple[str, Page], Article | Rejection]:
    try:
        return Workers(_clean_named, processes, timeout)
    except RuntimeError as error:  # multiprocessing's, in a process that imports a script without the guard
        raise UsageError(_NO_START) from error


_NO_START = (
    "The processes of clean_many do not start. Each imports the script that called it first: call it under "
    '`if __name__ == "__main__":`, in a script that is a file (not `python -`, which reads standard input).'
)


def _clean_named(task: tuple[str, Page]) -> Article | Rejection:
    return clean(task[1])


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
        raise UsageError(f"fetched_at={time!r} has no time zone; datetime.now(UTC) has one")
    return time.astimezone(UTC)
