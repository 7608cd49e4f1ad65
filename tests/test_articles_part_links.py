"""The further pages that a page names, and what it names that is none."""

from typing import Any

import pytest

from articles.clean import clean
from articles.model import Article
from tests.test_articles_clean import page

HERE = "https://paper.example/voyage-of-the-kelby-ferry"
TEXT = "".join(
    f"<p>On day {n} the ferry left the harbour of Kelby before dawn, and the islanders who crossed the sound in it counted the"
    " seals on the skerries until the fog came in.</p>"
    for n in range(6)
)
HEAD = "<title>The voyage of the Kelby ferry</title><meta property=og:type content=article>"


def named(below: str, url: str = HERE, head: str = "") -> tuple[str, ...]:
    """The further pages of an article with this below its text."""
    inner = f"<main><article><h1>The voyage of the Kelby ferry</h1><div>{TEXT}</div>{below}</article></main>"
    article = cleaned(f"<html lang=en><head>{HEAD}{head}</head><body>{inner}</body></html>", url)
    return article.further_pages


def cleaned(source: str, url: str) -> Article:
    article: Any = clean(page(source, url=url, final_url=url))
    assert isinstance(article, Article), article
    return article


def pager(*addresses: str, own: str = "<span>1</span>") -> str:
    links = "".join(f" <a href='{each}'>{number}</a>" for number, each in enumerate(addresses, 2))
    return f"<div class=pagination>{own}{links}</div>"


@pytest.mark.parametrize(
    "form", ["?page={}", "?seite={}", "/{}", "/{}/", "/page/{}", "/seite-{}", "-{}", "-p{}", ",{}", "_{}"]
)
def test_a_pager_names_the_further_pages(form: str) -> None:
    pages = tuple(HERE + form.format(number) for number in (2, 3, 4))
    assert named(pager(*pages)) == pages


def test_a_page_without_a_pager_names_none() -> None:
    assert named("") == ()
    assert named("<p><a href='/other-story-of-the-ferry'>2</a></p>") == ()


def test_rel_next_counts_for_an_address_with_a_number_and_for_no_other() -> None:
    assert named("", head=f"<link rel=next href='{HERE}/2/'>") == (f"{HERE}/2/",)
    assert named("", head="<link rel=next href='/another-story-of-the-day'>") == ()
    assert named("", head=f"<link rel=next href='{HERE}-2/'>") == ()
