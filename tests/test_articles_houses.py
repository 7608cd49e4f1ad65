"""The publisher beside an author is no author."""

import lxml.html
import pytest

from articles.metadata.houses import houses, without_owner

NAMES = ("Quay Holdings", "Ida Holm")


@pytest.mark.parametrize(
    "name",
    ["Nordhaven Post", "NORDHAVEN POST", "Quay Holdings", "Post Media", "nordhaven-post.example", "Wire One"],
)
def test_the_site_its_publisher_host_and_organizations_are_houses(name: str) -> None:
    nodes = [{"@type": "Organization", "name": "Wire One"}]
    is_house = houses(
        {"publisher": {"name": "Quay Holdings"}},
        nodes,
        {"og:site_name": ["Nordhaven Post"], "publisher": ["Post Media"]},
        "https://www.nordhaven-post.example/a",
    )
    assert is_house(name)
    assert not is_house("Ida Holm")


@pytest.mark.parametrize(
    ("meta", "body", "expected"),
    [
        ({"copyright": ["Quay Holdings"]}, "", ("Ida Holm",)),
        ({"copyright": ["© 2024 Quay Holdings. All rights reserved."]}, "", ("Ida Holm",)),
        ({}, "<footer>© 2024 Quay Holdings</footer>", ("Ida Holm",)),
        ({}, "<p>Quay Holdings builds a pier.</p>", NAMES),
        ({}, "<script>'© Quay Holdings'</script>", NAMES),
        ({"copyright": ["Quay Holdings, Ida Holm"]}, "", NAMES),
    ],
)
def test_who_holds_the_copyright_is_no_author_beside_another(
    meta: dict[str, list[str]], body: str, expected: tuple[str, ...]
) -> None:
    tree = lxml.html.document_fromstring(f"<html><body><p>x</p>{body}</body></html>")
    assert without_owner(NAMES, tree, meta) == expected
    assert without_owner(NAMES[:1], tree, meta) == NAMES[:1]


def test_a_company_beside_a_person_is_no_author() -> None:
    tree = lxml.html.document_fromstring("<p>x</p>")
    assert without_owner(("Quay Media Group", "Ida Holm"), tree, {}) == ("Ida Holm",)
    assert without_owner(("Quay Media Group", "Nordhaven Newsroom"), tree, {}) == (
        "Quay Media Group",
        "Nordhaven Newsroom",
    )
