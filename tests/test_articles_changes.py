"""What two cleanings of a page differ in."""

from dataclasses import replace
from datetime import UTC, datetime

from articles.changes import Change, changes
from articles.model import Article, Image, Removal
from articles.structure.markup import Link, Markup

ARTICLE = Article(
    id="0" * 32,
    url="https://news.example/a",
    canonical_url="https://news.example/a",
    source="news",
    title="Ferry strike ends",
    body=("The ferries sail again.", "Follow us on our channel.", "Both sides spoke of a fair deal."),
    first_seen_at=datetime(2026, 11, 20, tzinfo=UTC),
    fetched_at=datetime(2026, 11, 20, tzinfo=UTC),
    word_count=15,
    content_hash="old",
    rules=1,
)


def test_nothing_but_provenance_differs() -> None:
    later = replace(
        ARTICLE, fetched_at=datetime(2026, 11, 21, tzinfo=UTC), rules=2, content_hash="new", archive="a:1"
    )
    assert changes(ARTICLE, later) == ()


def test_the_lines_that_went_and_came_are_told_by_field() -> None:
    cut = Removal(text="Follow us on our channel.", rule="boilerplate", place="tail")
    image = Image(url="https://news.example/a.jpg", caption="The harbour", status="matched")
    after = replace(
        ARTICLE,
        title="Ferry strike ends after nine days",
        body=(ARTICLE.body[0], ARTICLE.body[2]),
        markup=(
            Markup(at=0, kind="item", level=1, number=3),
            Markup(at=1, links=(Link(start=0, end=4, url="https://news.example/b"),)),
        ),
        published_at=datetime(2026, 11, 19, 8, 30, tzinfo=UTC),
        images=(image,),
        removed=(cut,),
        word_count=10,
    )
    assert changes(ARTICLE, after) == (
        Change("title", ("- Ferry strike ends", "+ Ferry strike ends after nine days")),
        Change("body", ("- Follow us on our channel.",)),
        Change(
            "markup", ("+ [item 1 3.] paragraph 0", "+ [paragraph 0] paragraph 1 0-4 https://news.example/b")
        ),
        Change("published_at", ("+ 2026-11-19 08:30:00+00:00",)),
        Change("images", ("+ [matched] The harbour () https://news.example/a.jpg",)),
        Change("removed", ("+ [boilerplate, tail] Follow us on our channel.",)),
        Change("word_count", ("- 15", "+ 10")),
    )
