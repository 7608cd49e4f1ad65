"""Which of a page's titles is believed, by how many of their words agree."""

import lxml.html
import pytest

from articles.metadata.metatags import meta_tags
from articles.metadata.titles import title


@pytest.mark.parametrize(
    ("headings", "stated", "expected"),
    [
        (("Ferry stays",), "Ferry stays in port today", "Ferry stays in port today"),  # _VOUCHED: 2 and 3 of 5 words
        (("Ferry today port",), "Ferry stays in port today", "Ferry today port"),
        # _HINTED: 1 of 7, 2 of 8
        (("Islanders cross by launch every noon again",), "The launch of Westhaven crosses at six", "The launch of Westhaven crosses at six"),
        (("Islanders cross the sound by launch every noon",), "The launch of Westhaven sails out at six", "Islanders cross the sound by launch every noon"),
        (("Islanders take launch now",), "The launch of Westhaven sails now", "The launch of Westhaven sails now"),  # _HEADLINE_WORDS
        (("Islanders take a launch now",), "The launch of Westhaven sails now", "Islanders take a launch now"),
        (("Ships: Ferry stays away now",), "Ferry stays away now", "Ships: Ferry stays away now"),
        (("Ships: Ferry stays away for now",), "Ferry stays away for now", "Ferry stays away for now"),
    ],
)  # fmt: skip
def test_a_heading_is_the_title_where_enough_words_agree(
    headings: tuple[str, ...], stated: str, expected: str
) -> None:
    inner = "".join(f"<h1>{heading}</h1>" for heading in headings)
    tree = lxml.html.document_fromstring(
        f"<html><head><meta property='og:title' content='{stated}'></head><body>{inner}</body></html>"
    )
    assert title(tree, {}, meta_tags(tree)) == expected
