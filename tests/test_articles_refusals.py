"""Pages that say in words that they are not what was asked for, told from articles about such pages."""

import pytest

from articles.extraction.soft_errors import reason
from articles.metadata.statements import Metadata

URL = "https://www.kuestenbote.example/insel/faehre-moewe-102.html"


def titled(title: str) -> Metadata:
    return Metadata(
        title=title, description="", authors=(), published_at=None, published_on=None, published_from="",
        access="free", modified_at=None, language="", section="",
        tags=(), site_name="", lead_image="", canonical_url="", base="", vouched=False, stated_body="", rights=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("title", "refusal"), [("Page not found", "not_found"), ("Cookie settings", "consent_page")]
)
@pytest.mark.parametrize(("words", "refused"), [(190, True), (210, False)])
def test_a_title_counts_against_a_page_that_says_little(
    title: str, refusal: str, words: int, refused: bool
) -> None:
    found = reason(URL, titled(title), words)
    assert (found.reason if found else "") == (refusal if refused else "")
