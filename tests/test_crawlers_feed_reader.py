"""What is said of a feed that its parser did not get done with."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import get_args, get_type_hints

import pytest

from articles.model import FeedEntry
from crawlers.fetching.answers import Answer
from crawlers.readers import feed_reader
from crawlers.readers.feed_reader import FeedReader
from crawlers.readers.killable import lost_reason as _lost
from store.feed_records import FeedResult, FeedTarget
from store.workers import Lost

URL = "https://news.example/feed"
FEED = b'<rss version="2.0"><channel><item><link>/a</link></item><item><link>/b</link></item></channel></rss>'


def read_feed(body: bytes) -> tuple[FeedResult, tuple[FeedEntry, ...]]:
    headers = (("etag", '"1"'), ("last-modified", "Sun, 22 Nov 2026 08:00:00 GMT"))
    answer = Answer(url=URL, status=200, headers=headers, body=body, at=datetime(2026, 11, 22, tzinfo=UTC))
    reader = FeedReader()
    try:
        target = FeedTarget(source="news", url=URL)
        result, entries, _ = asyncio.run(reader.read(target, answer))
    finally:
        reader.close()
    return result, entries


@pytest.mark.parametrize("why", get_args(get_type_hints(Lost)["why"]))
def test_a_feed_that_stopped_its_parser_says_how(why: str) -> None:
    assert _lost(Lost(why, "")) == f"parser_{why}"  # type: ignore[arg-type]


def test_a_feed_that_breaks_off_leaves_its_entries_but_no_validators(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        result, entries = read_feed(FEED[: FEED.index(b"/b")])
    assert [entry.url for entry in entries] == ["https://news.example/a"]
    assert (result.error, result.entries, result.etag, result.last_modified) == ("", 1, "", "")
    assert f"{URL} breaks off" in caplog.text
    result, entries = read_feed(FEED)
    assert (len(entries), result.etag, result.last_modified) == (2, '"1"', "Sun, 22 Nov 2026 08:00:00 GMT")


def test_a_feed_that_holds_its_parser_is_read_in_a_simple_way(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(feed_reader, "_SECONDS", 2.0)
    attributes = b" ".join(b'a%d="x"' % number for number in range(60_000))  # half a minute for expat, in C
    with caplog.at_level(logging.WARNING):
        result, entries = read_feed(FEED.replace(b"<channel>", b"<channel %s>" % attributes))
    assert [entry.url for entry in entries] == ["https://news.example/a", "https://news.example/b"]
    assert (result.error, result.etag) == ("", '"1"')
    assert "only link, title and date" in caplog.text


def test_a_feed_that_no_reading_understands_says_why_the_first_one_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feed_reader, "_SECONDS", 2.0)
    attributes = b" ".join(b'a%d="x"' % number for number in range(60_000))
    result, entries = read_feed(b"<rss %s/>" % attributes)
    assert (entries, result.error) == ((), "parser_timeout: not done after 2 s")
