"""Which of the two finds the text, as a user prefers it, and what each article says of that."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from unittest import mock

import pytest

from articles.clean import clean
from articles.content_hash import content_hash
from articles.model import Article, Extractor, Rejection, Rule
from tests.test_articles_clean import html, page

TEXT = "The ferry stayed in the harbour on day {} because its shaft had not arrived, and the islanders crossed the sound."
STORY = "".join(f"<p>{TEXT.format(n)}</p>" for n in range(6))
PLAIN = f"<article><h1>Ferry stays in port</h1>{STORY}</article>"
NO_PROSE = "<article><h1>Ferry stays in port</h1><p>More to follow.</p></article>"
FIRST = "The board of the port met at noon in the town hall, and its chair said that no boat would sail before Friday."
LEAD = "The islands have no ferry until Friday, when a shaft is to arrive from the mainland by road."
OPENED = (
    f"<article><h1>Ferry stays in port</h1><p class='standfirst'>{LEAD}</p><div><p>{FIRST}</p></div><div>{STORY}"
    f"{STORY.replace('day', 'night')}</div></article>"
)
VOUCHED = '<meta property="og:type" content="article">'
DESCRIBED = f'{VOUCHED}<meta name="description" content="{LEAD}">'


def cleaned(inner: str, extractor: Extractor = "auto", head: str = VOUCHED) -> Article:
    result = clean(page(html(inner, head)), extractor)
    assert isinstance(result, Article), result
    return result


@contextmanager
def counted() -> Iterator[list[str]]:
    """How often trafilatura is asked."""
    from trafilatura import bare_extraction

    calls: list[str] = []

    def ask(tree: object, **options: object) -> object:
        calls.append(str(options["url"]))
        return bare_extraction(tree, **options)

    with mock.patch("trafilatura.bare_extraction", ask):
        yield calls


@pytest.mark.parametrize(
    ("inner", "extractor", "asked"),
    [
        (PLAIN, "auto", False),
        (OPENED, "auto", True),
        (PLAIN, "container", False),
        (OPENED, "container", False),
        (PLAIN, "trafilatura", True),
        (OPENED, "trafilatura", True),
    ],
)
def test_each_asks_whom_it_names(inner: str, extractor: Extractor, asked: bool) -> None:
    with counted() as calls:
        article = cleaned(inner, extractor, DESCRIBED)
    assert bool(calls) is asked
    assert article.extractor == ("trafilatura" if extractor == "trafilatura" else "container")
    assert [line for line in article.body if "on day" in line] == [TEXT.format(n) for n in range(6)]
    assert (FIRST in article.body) is (inner == OPENED and extractor == "auto")


def test_without_a_container_there_is_only_trafilatura() -> None:
    found = cleaned(f"{NO_PROSE}", "auto")
    assert (found.extractor, found.body) == ("trafilatura", ("More to follow.",))
    with counted() as calls:
        refused = clean(page(html(NO_PROSE, VOUCHED)), "container")
    assert isinstance(refused, Rejection)
    assert refused.reason == "no_article"
    assert calls == []


@pytest.mark.parametrize("extractor", ["auto", "container", "trafilatura"])
def test_a_text_that_json_ld_states_is_taken_whoever_is_preferred(extractor: Extractor) -> None:
    stated = " ".join(TEXT.format(n) for n in range(8))
    head = (
        f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{stated}"}}</script>'
    )
    found = cleaned(
        "<h1>Ferry stays in port</h1><p>Please turn on JavaScript to read this.</p>", extractor, head
    )
    assert (found.extractor, found.body) == ("stated", (stated,))


def test_an_article_that_is_all_lead_was_found_by_none() -> None:
    found = cleaned(
        f"<article><h1>Ferry stays in port</h1><p class='standfirst'>{LEAD} {TEXT.format(1)}</p></article>",
        head=DESCRIBED,
    )
    assert (found.extractor, found.body) == ("", ())


CUT = "Subscribe to our newsletter to read the news of the islands in the morning, every day, on paper or on a screen."


def test_trafilaturas_text_stands_between_our_steps() -> None:
    """Marked captions, plain ones below a picture, boxes of a name, the standfirst and boilerplate are not in it."""
    caption, plain = "The Möwe on the quay of Westhaven.", "The Möwe lies in dry dock."
    inner = (
        f"<article><h1>Ferry stays in port</h1><p class='standfirst'>{LEAD}</p>"
        f"<figure><img src='/a.jpg'><figcaption>{caption}</figcaption></figure>{STORY}"
        f"<div class='photo'><img src='/b.jpg'><p>{plain}</p></div>{STORY.replace('day', 'night')}"
        f"<div class='newsletter-box'><p>{CUT}</p></div><p>Follow us on Facebook</p></article>"
    )
    found = cleaned(inner, "trafilatura", DESCRIBED)
    assert found.extractor == "trafilatura"
    assert found.lead == LEAD
    assert list(found.body) == [
        *(TEXT.format(n) for n in range(6)),
        *(TEXT.format(n).replace("day", "night") for n in range(6)),
    ]
    assert {image.caption for image in found.images} == {caption, plain}
    assert {Rule.NEWSLETTER, Rule.CAPTION, Rule.BOILERPLATE} <= {cut.rule for cut in found.removed}


def test_a_standfirst_without_a_name_is_no_first_paragraph_of_trafilaturas_text() -> None:
    inner = f"<article><h1>Ferry stays in port</h1><p>{LEAD}</p><div>{STORY}{STORY.replace('day', 'night')}</div></article>"
    found = cleaned(inner, "trafilatura")
    assert found.lead == LEAD
    assert LEAD not in found.body


def test_the_extractor_is_no_content() -> None:
    article = cleaned(PLAIN)
    assert content_hash(replace(article, extractor="trafilatura")) == article.content_hash


def test_trafilaturas_text_is_as_sure_as_it_is_whole() -> None:
    assert cleaned(PLAIN, "trafilatura").confidence == cleaned(PLAIN, "container").confidence
    with mock.patch("articles.trafilatura_text.read", return_value=[TEXT.format(n) for n in range(2)]):
        assert cleaned(PLAIN, "trafilatura").confidence < 0.5
