"""How likely a text is right, and what the cleaning of a page says about it."""

import pytest

from articles.clean import clean
from articles.confidence import NONE, STATED, Evidence, confidence
from articles.content_hash import content_hash
from articles.model import Article
from tests.golden_pages import CASES, cleaned
from tests.test_articles_clean import html, page

SENTENCE = "The ferry stayed in the harbour on Monday because its shaft had not arrived from the yard."
TEASER = "Elsewhere, a storm took the roof of the market hall, and the fair was moved to the old depot."
STORY = f"<h1>Ferry stays in port</h1><article>{''.join(f'<p>{SENTENCE} Day {n}.</p>' for n in range(8))}</article>"


@pytest.mark.parametrize(
    ("evidence", "body", "expected"),
    [
        (NONE, (), 0.0),
        (NONE, (SENTENCE,), 0.0),
        (Evidence(1.0, 1.0, 1.0), (SENTENCE,), 0.96),
        (Evidence(1.0, 1.0, 1.0), (SENTENCE, SENTENCE[:-1]), 0.9),
        (Evidence(1.0, 1.0, 1.0), ("A short line.",), 0.81),
        (Evidence(0.5, 1.0, 1.0), (SENTENCE,), 0.58),
        (Evidence(1.0, 0.5, 1.0), (SENTENCE,), 0.85),
        (Evidence(1.0, 1.0, 0.5), (SENTENCE,), 0.92),
        (STATED, (), 0.33),
    ],
)
def test_each_share_counts_with_its_weight(
    evidence: Evidence, body: tuple[str, ...], expected: float
) -> None:
    assert confidence(evidence, body) == expected


def test_sentences_end_so_in_every_script() -> None:
    assert confidence(STATED, ("政府周一宣布，税率将上调。",)) > confidence(
        STATED, ("政府周一宣布，税率将上调",)
    )


def sure(inner: str, head: str = "") -> float:
    article = clean(page(html(inner, head)))
    assert isinstance(article, Article)
    return article.confidence


def test_a_page_of_nothing_but_its_text_is_sure() -> None:
    assert sure(STORY) == 0.96


@pytest.mark.parametrize(
    "beside",
    [
        pytest.param(
            f"<div class='related'><p>{TEASER}</p>{'<p>More: ' + TEASER + '</p>'}</div>", id="unnamed"
        ),
        pytest.param(f"<section><div><p>{TEASER}</p><p>So {TEASER}</p></div></section>", id="share"),
    ],
)
def test_prose_beside_the_text_makes_it_less_sure(beside: str) -> None:
    assert sure(STORY + beside) < sure(STORY)


def test_what_is_cut_from_the_container_makes_it_less_sure() -> None:
    links = "".join(f"<li><a href='/{n}'>{TEASER} {n}</a></li>" for n in range(6))
    assert sure(STORY.replace("</article>", f"<ul>{links}</ul></article>")) < sure(STORY) - 0.1


def test_a_text_that_json_ld_states_is_as_its_publisher_delimits_it() -> None:
    stated = " ".join(f"{SENTENCE} Day {n}." for n in range(8))
    head = (
        f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{stated}"}}</script>'
    )
    assert sure("<h1>Ferry stays in port</h1><p>Please turn on JavaScript to read this.</p>", head) == 0.96


def test_the_confidence_is_no_content() -> None:
    """It hangs on the rest of the page, so that an article would change with the teasers around it."""
    one = clean(page(html(STORY)))
    other = clean(page(html(STORY + f"<section><div><p>{TEASER}</p><p>So {TEASER}</p></div></section>")))
    assert isinstance(one, Article)
    assert isinstance(other, Article)
    assert one.confidence != other.confidence
    assert one.content_hash == other.content_hash == content_hash(other)


def test_most_golden_pages_are_believed() -> None:
    found = [result.confidence for case in CASES if isinstance(result := cleaned(case), Article)]
    assert all(0 <= each <= 1 and each == round(each, 2) for each in found)
    assert sorted(found)[len(found) // 4] >= 0.7
