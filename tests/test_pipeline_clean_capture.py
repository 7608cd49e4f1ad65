"""A page cleaned in a process of its own, for whoever looks at one."""

from datetime import UTC, datetime
from pathlib import Path

from articles.clean import clean
from articles.model import FeedEntry, Page, Rejection
from pipeline.clean_capture import clean_apart, extractor_for
from pipeline.configuration.config import parse
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
