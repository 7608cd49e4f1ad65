"""A data folder as the runs of three years leave it, written in bulk.

URLs, captures and misses are written as rows, in the form that the store's own functions leave them in (the first are held against
these), all else by these functions and with the index's own fields; what is older than the young articles by copying rows. Not real: all but the newest
pages in the archive are one small record, again and again; the wordings of the copies are not those of the index; marks of versions are
of the texts as they are; no article has a second version, a copy at another address, or a visit ahead; the index has a segment for each gigabyte.
"""

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from multiprocessing import Process
from pathlib import Path
from typing import Any, TypeVar

from ledger_rows import SETTLED, Row, arrival_row, capture_row, miss_row, shown, url_row, verdicts
from made_articles import Made
from multiplied import Shift, multiply
from sqlalchemy import Connection, select

from articles.edits.sequence import VersionPlace
from articles.model import Article, Page
from articles.source.features import features
from articles.source.knowledge import WINDOW
from index.embedded import disk
from pipeline import indexes
from pipeline.configuration.config import Config
from store.archive import warc
from store.archive.checked import CheckedSegment
from store.archive.writer import ArchiveWriter
from store.archived import following
from store.feed_records import FeedResult
from store.ledger import (
    caption_table,
    capture_table,
    feed_table,
    knowledge_table,
    segment_table,
    version_table,
)
from store.ledger.capture_table import CAPTURES
from store.ledger.catches import catch_table
from store.ledger.database import Ledger
from store.ledger.knowledge_table import Remembered
from store.ledger.miss_table import MISSES
from store.ledger.url_table import URLS
from store.ledger.watch import arrival_table, check_table, run_table
from store.ledger.watch.arrival_table import ARRIVALS
from store.ledger.watch.run_table import RunEnd
from store.records import ArchiveRef, Outcome, Settled, UrlState

_AT_ONCE = 20_000
_BASES = (10_000, 20_000, 50_000, 100_000, 200_000)
_HEAP = 1 << 30  # bytes
_REAL = 2_000  # pages
_CACHE = 1_500_000  # kB of SQLite's pages in memory while a ledger is filled
_SEGMENT = 256 << 20  # bytes
_REJECTED, _BACKLOG, _LOST = 20, 10, 200  # there is one such page for so many articles
_A_DAY = 4  # runs

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class _Archived:
    """Where pages are: the first articles' shared records, then those of the newest."""

    shared: Sequence[tuple[str, int]]  # first offset in each segment
    each: int  # of the shared records, in a segment
    length: int
    real: dict[int, ArchiveRef]

    def ref(self, place: int) -> ArchiveRef:
        """Of the capture of this place among those that share records."""
        name, offset = self.shared[place // self.each]
        return ArchiveRef(segment=name, offset=offset + place % self.each * self.length, length=self.length)


def portions(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """So many of them at a time."""
    return (items[start : start + size] for start in range(0, len(items), size))


def fill(config: Config, made: Made) -> None:
    """Fill an empty data folder: index and ledger side by side, each in a process."""
    config.archive.mkdir(parents=True)
    processes = [Process(target=_timed, args=(each, config, made)) for each in (_fill_index, _fill_ledger)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        if process.exitcode:
            raise SystemExit(f"{process.name} ended with {process.exitcode}")


def _timed(work: Any, config: Config, made: Made) -> None:
    started, cpu = time.monotonic(), time.process_time()
    work(config, made)
    wall, cpu = time.monotonic() - started, time.process_time() - cpu
    print(f"{work.__name__}: {made.count / wall:.0f} articles/s, {wall:.0f} s, {cpu:.0f} CPU s", flush=True)


def _fill_index(config: Config, made: Made) -> None:
    """In one commit, which tantivy cuts into a segment for each gigabyte in memory: adding in runs merges them into as large ones."""
    for older in (False, True):
        indexes.writer(config, older=older).close()
    writer = disk.open_index(config.index_folder).writer(_HEAP, num_threads=1)
    for number in range(made.count):
        writer.add_document(disk.make_document(made.article(number)))
    writer.commit()
    writer.wait_merging_threads()


def _fill_ledger(config: Config, made: Made) -> None:
    """The newest articles by the store's functions, in a ledger of their own; the older ones as copies of these."""
    size = _base(made)
    copies = [_shift(made, size * number) for number in range(made.count // size - 1, 0, -1)]
    with tempfile.TemporaryDirectory(dir=config.folder) as folder:
        base = Path(folder) / "ledger.sqlite"
        with Ledger.open(config.ledger), Ledger.open(base) as ledger:
            archived = _archive(config, ledger, made)
            _check(ledger, made, archived)
            for some in portions(range(made.count - size, made.count), _AT_ONCE):
                with ledger.transaction() as conn:
                    conn.exec_driver_sql(f"PRAGMA cache_size = -{_CACHE}")
                    _record(conn, made, some, archived)
            with ledger.transaction() as conn:
                _asked(conn, made)
        assert isinstance(config.ledger, Path)
        multiply(base, config.ledger, copies, lambda capture: archived.ref(capture - 1))


def _check(ledger: Ledger, made: Made, archived: _Archived) -> None:
    """Ends this process unless rows made here are those that the store's own functions leave."""
    number = made.count - 1
    article, entry, ref = made.article(number), made.entry(number), archived.real[number]
    with ledger.trial() as conn:
        capture_table.add(conn, [(_page(made, number, b""), ref)])
        (capture,) = capture_table.pending(conn, 1)
        at, outcome = article.fetched_at + SETTLED, Outcome.INDEXED
        settled = Settled(capture_id=capture.id, outcome=outcome, at=at, content_hash=article.content_hash)
        capture_table.settle(conn, [settled])
        left = [dict(conn.execute(select(table)).mappings().one()) for table in (URLS, CAPTURES)]
    made_here = [
        url_row(entry, article.fetched_at),
        {"id": capture.id, **capture_row(entry, article.fetched_at, ref, article)},
    ]
    if left != made_here:
        raise SystemExit(f"the store leaves {left}, not {made_here}")


def _base(made: Made) -> int:
    """How many articles are not copies: all that are young, of a number of which there is a whole number in all."""
    young = made.count - made.number_since(made.until - WINDOW)
    sizes = (size for size in _BASES if size >= young and made.count % size == 0)
    return next(sizes, made.count)


def _shift(made: Made, articles: int) -> Shift:
    return Shift(
        captures=_captures(articles),
        places=articles // len(made.hosts),
        time=made.at(articles) - made.at(0),
    )


def _captures(articles: int) -> int:
    """So many captures there are of the first articles, and of pages that are none among them."""
    return articles + -(-articles // _REJECTED)


def html(article: Article) -> bytes:
    """A page of an article."""
    text = "".join(f"<p>{line}</p>" for line in (article.lead, *article.body))
    stated = f'<meta property="article:published_time" content="{article.first_seen_at.isoformat()}">'
    head = (
        f'<!doctype html><html lang="{article.language}"><head><title>{article.title}</title>{stated}</head>'
    )
    return f"{head}<body><article><h1>{article.title}</h1>{text}</article></body></html>".encode()


def _page(made: Made, number: int, body: bytes) -> Page:
    url = made.url(number)
    return Page(
        url=url,
        final_url=url,
        status=200,
        headers=(("content-type", "text/html; charset=utf-8"),),
        body=body,
        fetched_at=made.at(number),
        entry=made.entry(number),
    )


def _archive(config: Config, ledger: Ledger, made: Made) -> _Archived:
    """Write the archive, and commit its segments."""
    record = warc.encode(_page(made, 0, b"<p>one page for all</p>"))
    wanted = _captures(made.count)
    each = _SEGMENT // len(record)
    committed, shared, checked, name = {}, [], [], ""
    while wanted > 0:
        name = following(name)
        info = warc.encode_info(name, made.at(0))  # so old that the next page opens another
        count = min(each, wanted)
        data = info + count * record
        path = config.archive / name
        path.write_bytes(data)
        committed[name] = len(data)
        shared.append((name, len(info)))
        digest = blake2b(data, digest_size=16).hexdigest()
        checked.append(CheckedSegment(name, made.until, len(data), path.stat().st_mtime_ns, digest))
        wanted -= count
    writer = ArchiveWriter(config.archive, committed, lambda: made.until)
    real = {
        number: writer.append(_page(made, number, html(made.article(number))))
        for number in range(max(0, made.count - _REAL), made.count)
    }
    with ledger.transaction() as conn:
        segment_table.commit(conn, committed | dict(writer.sync()))
        for each_checked in checked:  # by the upkeep of a night before
            check_table.note(conn, each_checked)
    writer.close()
    return _Archived(shared, each, len(record), real)


def _record(conn: Connection, made: Made, numbers: Sequence[int], archived: _Archived) -> None:
    """What runs leave of these articles, and of pages that are none."""
    articles = [made.article(number) for number in numbers]
    urls: list[Row] = []
    captures: list[Row] = []
    lost: list[Row] = []
    first = _captures(numbers[0]) + 1
    for number, article in zip(numbers, articles, strict=True):
        urls.append(url_row(made.entry(number), made.at(number)))
        ref = archived.real.get(number) or archived.ref(first + len(captures) - 1)
        captures.append(capture_row(made.entry(number), made.at(number), ref, article))
        if number % _REJECTED == 0:
            entry = made.entry(number, "page")
            urls.append(url_row(entry, made.at(number)))
            ref = archived.ref(first + len(captures) - 1)
            captures.append(capture_row(entry, made.at(number), ref))
        if number % _BACKLOG == 0:
            urls.append(url_row(made.entry(number, "past"), made.at(number), UrlState.BACKLOG))
        if number % _LOST == 0:
            urls.append(url_row(made.entry(number, "lost"), made.at(number), UrlState.FAILED))
            lost.append(miss_row(urls[-1]))
    conn.execute(URLS.insert(), urls)
    ids = {row["url"]: capture_id for capture_id, row in enumerate(captures, first)}
    conn.execute(CAPTURES.insert(), [{"id": ids[row["url"]], **row} for row in captures])
    if lost:
        conn.execute(MISSES.insert(), lost)
    version_table.note(conn, [shown(ids[article.url], article) for article in articles])
    version_table.put(conn, {ids[article.url]: VersionPlace(1, ()) for article in articles})
    caption_table.note(conn, [verdicts(*one) for one in zip(numbers, articles, strict=True)])
    _remember(conn, made, numbers, articles)


def _remember(conn: Connection, made: Made, numbers: Sequence[int], articles: Sequence[Article]) -> None:
    """What is kept for a time, of those that are young enough, and that all of them arrived."""
    begin = made.number_since(made.until - WINDOW)
    old = [one for number, one in zip(numbers, articles, strict=True) if number < begin]
    young = [one for number, one in zip(numbers, articles, strict=True) if number >= begin]
    if old:
        conn.execute(ARRIVALS.insert(), [arrival_row(one) for one in old])
    an_hour = max(1, made.count // (3 * 365 * 24))
    for some in portions(young, an_hour):
        arrival_table.record(conn, some, some[-1].fetched_at + SETTLED)
    if young:
        number = knowledge_table.present(conn) + 1
        rows = [Remembered(features=features(one), first_seen_at=one.first_seen_at) for one in young]
        knowledge_table.remember(conn, rows)
        knowledge_table.close(conn, number, young[-1].fetched_at)
    for number in numbers[len(old) :]:
        catch_table.record(conn, made.source(number), "feed", [made.entry(number)], made.at(number))


def _asked(conn: Connection, made: Made) -> None:
    """The feeds as they were read last, and the runs of sixty days."""
    for source in range(len(made.hosts)):
        read = FeedResult(
            source=made.source(source),
            url=made.feed(source),
            at=made.until,
            status=200,
            entries=25,
            kind="feed",
        )
        feed_table.record(conn, read, 1)
    for at in _runs(made):
        run = run_table.begin(conn, at)
        run_table.finish(conn, run, at + timedelta(minutes=2), RunEnd.DONE)


def _runs(made: Made) -> Iterator[Any]:
    for number in range(60 * _A_DAY, 0, -1):
        yield made.until - timedelta(days=number / _A_DAY)
