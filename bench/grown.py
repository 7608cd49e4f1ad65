"""A data folder that has grown: articles recombined from real ones, of so many sources, by the store's own functions."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from articles.clean import RULES
from articles.content_hash import content_hash
from articles.edits.sequence import Sighting, VersionPlace
from articles.model import Article, FeedEntry, Page
from articles.source import minhash
from articles.source.features import Features, features, fingerprint, pack_lines
from articles.urls import article_id
from pipeline import indexes
from pipeline.configuration.config import Config
from store.ledger import (
    caption_table,
    capture_table,
    knowledge_table,
    segment_table,
    url_table,
    version_table,
)
from store.ledger.caption_table import Verdicts
from store.ledger.database import Ledger
from store.ledger.knowledge_table import Remembered
from store.ledger.version_table import Shown
from store.ledger.watch import arrival_table
from store.records import ArchiveRef, Capture, Outcome, Settled

FOOTERS = 3  # lines that every article of a source has
_DAYS = 50  # in which they came
_AT_ONCE = 2_000
_SEGMENT = "segment-000000.warc.gz"
_UNDECIDED = 10  # one article in so many has a caption that fits neither this article nor another
_MOST_KNOWN = 500  # articles by which captions were judged, so that none is judged again


@dataclass(frozen=True, slots=True)
class Growth:
    """`count` articles of these sources (hosts of loopback at a port); one in `stand_ins` names an original that never comes (0: none)."""

    hosts: Sequence[str]
    port: int
    count: int
    stand_ins: int
    until: datetime

    def url(self, number: int) -> str:
        """Of the article of this number, the oldest first; the sources take turns."""
        place = number // len(self.hosts)
        return f"http://{self.hosts[number % len(self.hosts)]}:{self.port}/old/{place}"

    def newest(self, source: int, most: int) -> list[str]:
        """The addresses of a source's newest articles."""
        numbers = range(source, self.count, len(self.hosts))
        return [self.url(number) for number in numbers[-most:]]

    def at(self, number: int) -> datetime:
        return self.until - timedelta(days=_DAYS) * (1 - number / self.count)


def footers(source: int) -> list[str]:
    return [f"Part {n} of the footer of source {'abcdefghij'[n]}{source:x} stays" for n in range(FOOTERS)]


def grow(config: Config, growth: Growth, real: Sequence[Article], seed: int = 1) -> None:
    """Fill ledger and index of an empty data folder."""
    rng = random.Random(seed)
    rows = [features(article) for article in real]
    with Ledger.open(config.ledger) as ledger:
        writer = indexes.writer(config)
        with ledger.transaction() as conn:
            segment_table.commit(conn, {_SEGMENT: 0})
            for source in range(len(growth.hosts)):
                known = {fingerprint(line): line for line in footers(source)}
                knowledge_table.learn(conn, f"s{source}", known, (), growth.at(0))
        for start in range(0, growth.count, _AT_ONCE):
            some = range(start, min(start + _AT_ONCE, growth.count))
            made = list(_made(growth, real, rows, some, rng))
            writer.add([article for article, _ in made])
            _record(ledger, growth, made)
            print(f"{some.stop} articles", flush=True)
        writer.close()
        with ledger.transaction() as conn:
            segment_table.drop(conn, _SEGMENT, growth.until)


def _made(
    growth: Growth, real: Sequence[Article], rows: Sequence[Features], numbers: range, rng: random.Random
) -> Iterator[tuple[Article, Features]]:
    """Real articles under other addresses, with features whose lines and wording no other has, but for the footers."""
    for number in numbers:
        source, at, url = number % len(growth.hosts), growth.at(number), growth.url(number)
        place = rng.randrange(len(real))
        parts = {rng.getrandbits(61) for _ in range(max(30, rows[place].shingles))}
        row = replace(
            rows[place],
            article_id=article_id(url),
            source=f"s{source}",
            day=at.date(),
            packed_lines=pack_lines(
                (
                    *(rng.getrandbits(60) << 3 | line & 7 for line in rows[place].lines),
                    *(fingerprint(line) | 2 for line in footers(source)),
                )
            ),
            shingles=len(parts),
            signature=minhash.sign(parts),
        )
        article = replace(
            real[place],
            id=row.article_id,
            url=url,
            canonical_url=url,
            source=row.source,
            first_seen_at=at,
            fetched_at=at,
            published_at=at,
            story_id=row.article_id,
            snapshot=1,
            archive=f"{_SEGMENT}:{number}:1",
        )
        yield replace(article, content_hash=content_hash(article)), row


def _record(ledger: Ledger, growth: Growth, made: Sequence[tuple[Article, Features]]) -> None:
    known = _MOST_KNOWN
    with ledger.transaction() as conn:
        number = knowledge_table.present(conn) + 1
        for article, _ in made:
            entry = FeedEntry(url=article.url, source=article.source, title=article.title)
            page = Page(
                url=article.url,
                final_url=article.url,
                status=200,
                headers=(),
                body=b"",
                fetched_at=article.fetched_at,
                entry=entry,
            )
            place = int(article.archive.split(":")[1])
            capture_table.add(conn, [(page, ArchiveRef(segment=_SEGMENT, offset=place, length=1))])
            url_table.settle(
                conn,
                article.url,
                url_table.policy.after_status(200, 0, article.fetched_at),
                article.fetched_at,
            )
        pending = capture_table.pending(conn, len(made))
        stand_ins = growth.stand_ins
        settled = [
            Settled(
                capture_id=capture.id,
                outcome=Outcome.INDEXED,
                at=capture.fetched_at,
                content_hash=article.content_hash,
                canonical=f"{capture.id:032x}" if stand_ins and not capture.id % stand_ins else "",
            )
            for capture, (article, _) in zip(pending, made, strict=True)
        ]
        capture_table.settle(conn, settled)
        version_table.note(conn, [_shown(capture) for capture in pending])
        version_table.put(conn, {capture.id: VersionPlace(1, ()) for capture in pending})
        arrival_table.record(conn, [article for article, _ in made], made[-1][0].fetched_at)
        knowledge_table.remember(
            conn, [Remembered(features=row, first_seen_at=article.first_seen_at) for article, row in made]
        )
        caption_table.note(
            conn,
            [
                Verdicts(
                    article_id=article.id,
                    source=article.source,
                    language=article.language,
                    known=known,
                    captions=sum(bool(image.caption) for image in article.images),
                    undecided=not place % _UNDECIDED,
                )
                for place, (article, _) in enumerate(made)
            ],
        )
        knowledge_table.close(conn, number, made[-1][0].fetched_at)


def _shown(capture: Capture) -> Shown:
    sighting = Sighting(capture_id=capture.id, at=capture.fetched_at, marks=(), stated_on=None)
    return Shown(sighting=sighting, article_id=capture.article_id, rules=RULES, seen=None)
