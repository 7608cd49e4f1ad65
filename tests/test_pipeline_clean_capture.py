"""A page cleaned in a process of its own, for whoever looks at one."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from articles.clean import clean
from articles.edits.normal_form import marks
from articles.edits.seen import seen
from articles.model import Article, Extractors, FeedEntry, Page, Rejection
from articles.source.features import features
from pipeline.clean_capture import CleanTask, clean_apart, clean_task
from pipeline.configuration.config import Config, parse
from pipeline.configuration.site_extractor import extractor_for
from store.ledger import capture_table, knowledge_table
from store.ledger.database import Ledger
from tests.patience import PATIENCE

URL = "https://harbour.example/ferry"
STORY = "".join(
    f"<p>The ferry stayed in port on day {day}, and the islanders crossed the sound in smaller boats.</p>"
    for day in range(12)
)


def page(body: str) -> Page:
    return Page(
        url=URL, final_url=URL, status=200, headers=(("content-type", "text/html; charset=utf-8"),),
        body=f"<html><head><title>Ferry stays in port</title></head><body>{body}</body></html>".encode(),
        fetched_at=datetime(2026, 11, 21, tzinfo=UTC), entry=FeedEntry(url=URL, source="harbour"),
    )  # fmt: skip


def test_it_is_what_a_run_would_make_of_it() -> None:
    story = page(f"<h1>Ferry stays in port</h1>{STORY}")
    assert clean_apart(story, PATIENCE) == clean(story)


def test_a_page_that_stops_its_parser_is_given_up() -> None:
    attributes = " ".join(f"a{number}='x'" for number in range(300_000))  # libxml2 compares each with each
    result = clean_apart(page(f"<div {attributes}>{STORY}</div>"), 1.0)
    assert isinstance(result, Rejection)
    assert result.reason == "parser_killed"


def test_it_is_cleaned_by_the_extractor_of_the_source_whose_site_it_is_of() -> None:
    config = parse(
        '[clean]\nextractor = "container"\n'
        '[[sources]]\nname = "a"\nfeeds = ["no address", "https://feeds.example/a"]\n'
        'site = "https://harbour.example/"\nextractor = "trafilatura"\n'
        '[[sources]]\nname = "b"\nsections = ["http://127.0.0.1:8000/"]\nextractor = "auto"\n',
        Path("broadsheet.toml"),
    )
    for url, extractor in (
        (URL, "trafilatura"),
        ("https://www.harbour.example/ferry", "trafilatura"),
        ("http://127.0.0.1:8000/ferry", "auto"),
        ("https://island.example/", "container"),
    ):
        assert extractor_for(config, url) == extractor
    story = page(f"<h1>Ferry stays in port</h1>{STORY}")
    assert clean_apart(story, PATIENCE, "trafilatura") == clean(story, "trafilatura") != clean(story)


def test_what_is_remembered_is_computed_where_the_page_is_cleaned_and_only_if_asked_for(
    crawled_once: Config,
) -> None:
    with Ledger.open(crawled_once.ledger) as ledger, ledger.reading() as conn:
        one = conn.scalars(select(knowledge_table.FEATURES.c.article_id).limit(1)).one()
        (capture,) = capture_table.indexed(conn, [one])
        kept = knowledge_table.newest(conn, [one])[one]
    asked = CleanTask(capture.id, capture.source, crawled_once.archive, capture.ref, remembered=True)
    done = clean_task(Extractors(), asked)
    assert isinstance(done.result, Article)
    assert done.row == features(done.result)
    assert done.marks == marks(seen(done.result).wording)
    assert kept.features == done.row
    plain = clean_task(Extractors(), replace(asked, remembered=False))
    assert (plain.result, plain.row, plain.marks) == (done.result, None, ())
