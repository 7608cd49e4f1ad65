"""Twenty articles over two to nine pages: found page by page, cleaned, and joined."""

from typing import Any

import pytest

from articles.clean import clean
from articles.model import Article
from articles.parts.joining import joined
from tests.made_parts import ARTICLES, MadeArticle
from tests.test_articles_clean import page

TITLES = [made.name for made in ARTICLES]


def article(url: str, html: str) -> Article:
    cleaned: Any = clean(page(html, url=url, final_url=url))
    assert isinstance(cleaned, Article), cleaned
    return cleaned


def collected(made: MadeArticle) -> tuple[Article, list[Article]]:
    """The article of the first page, and those of all that pages name, as they are found."""
    first = article(made.first, made.pages[made.first])
    parts: dict[str, Article] = {}
    named = first.further_pages
    while missing := [url for url in named if url not in parts]:
        parts[missing[0]] = article(missing[0], {**made.pages, **made.others}[missing[0]])
        named = joined(first, [*parts.values()]).further_pages
    return first, [parts[url] for url in named]


def test_there_are_twenty_over_two_to_nine_pages() -> None:
    assert len({made.name for made in ARTICLES}) == 20
    assert {len(made.pages) for made in ARTICLES} >= {2, 3, 4, 5, 6, 8, 9}


@pytest.mark.parametrize("made", ARTICLES, ids=TITLES)
def test_the_pages_are_found_and_joined_right(made: MadeArticle) -> None:
    first, rest = collected(made)
    whole = joined(first, rest)
    found = {first.url, *(each.url for each in rest)}
    assert found <= set(made.pages)
    assert found == set(made.pages) or any("komplett" in url for url in found)
    assert (*filter(None, [whole.lead]), *whole.body)[-len(made.text) :] == made.text
    assert len(whole.body) <= len(made.text)
    assert len({image.caption for image in whole.images}) == len(whole.images)
    assert joined(first, [*rest, *rest]) == whole


@pytest.mark.parametrize("made", ARTICLES, ids=TITLES)
def test_a_later_page_alone_is_an_article_and_names_only_what_is_behind_it(made: MadeArticle) -> None:
    urls = [*made.pages]
    for at, url in enumerate(urls):
        alone = article(url, made.pages[url])
        assert not set(urls[: at + 1]) & set(alone.further_pages)
        assert set(alone.further_pages) <= set(urls)
