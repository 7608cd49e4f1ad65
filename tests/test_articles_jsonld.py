"""JSON-LD: whatever a page states there is read, and whatever it breaks is passed over."""

import json
from typing import Any

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.dom import Element
from articles.metadata import jsonld


def tree(*scripts: str) -> Element:
    blocks = "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)
    return lxml.html.document_fromstring(f"<html><head>{blocks}</head><body><p>x</p></body></html>")


STORY = {"@type": "NewsArticle", "headline": "Ferry stays in port", "author": {"name": "Anna Lund"}}


@pytest.mark.parametrize(
    "script",
    [
        json.dumps(STORY),
        json.dumps([STORY]),
        json.dumps({"@context": "https://schema.org", "@graph": [{"@type": "WebSite"}, STORY]}),
        json.dumps({"@type": "WebPage", "mainEntity": STORY}),
        json.dumps(STORY | {"@type": ["Thing", "ReportageNewsArticle"]}),
        f"<!-- {json.dumps(STORY)} -->",
        f"//<![CDATA[\n{json.dumps(STORY)}\n//]]>".replace("//]]", "]]"),
        json.dumps(STORY) + ";",
        json.dumps(STORY).replace("Ferry stays", "Ferry\\tstays").replace("\\t", " "),
        json.dumps(STORY | {"description": "two"}).replace("two", "two\nlines"),
        json.dumps(STORY).replace('"}}', '",},}'),
        json.dumps(STORY).replace('"', "&quot;"),
        json.dumps(STORY | {"description": "two"}).replace("two", 'the "two" ferries'),
        '{"@type": "Organization", "name": "Harbour News"}' + json.dumps(STORY),
        f"/* <![CDATA[ */ {json.dumps(STORY)} /* ]]> */",
    ],
    ids=[
        "plain",
        "list",
        "graph",
        "nested",
        "types",
        "comment",
        "cdata",
        "semicolon",
        "escapes",
        "newline",
        "trailing commas",
        "entities",
        "bare quotes",
        "two objects",
        "remarks",
    ],
)
def test_the_article_is_found_however_it_is_wrapped(script: str) -> None:
    node = jsonld.article(jsonld.nodes(tree(script)), "Ferry stays in port | Harbour News")
    assert jsonld.text(node.get("headline")) == "Ferry stays in port"


@pytest.mark.parametrize("kind", ["application/LD+JSON", "Application/ld+json; charset=utf-8"])
def test_the_type_of_a_script_is_spelled_in_any_case(kind: str) -> None:
    element = tree(json.dumps(STORY))
    element.find(".//script").set("type", kind)
    assert STORY in jsonld.nodes(element)


def test_a_broken_script_costs_only_itself() -> None:
    nodes = jsonld.nodes(tree('{"@type": "NewsArticle", ', "", "null", "[" * 100_000, json.dumps(STORY)))
    assert jsonld.article(nodes, "")["headline"] == "Ferry stays in port"


def test_the_article_with_the_pages_title_goes_first() -> None:
    other = STORY | {"headline": "Crane arrives"}
    assert jsonld.article([other, STORY], "Ferry stays in port") == STORY
    assert jsonld.article([other, STORY], "Something else") == other


def test_three_articles_none_of_the_pages_title_are_a_list() -> None:
    listed = [STORY | {"headline": f"Crane {n} arrives"} for n in range(3)]
    assert jsonld.article(listed, "Harbour News") == {}
    assert jsonld.article([{"@type": "WebSite"}], "Harbour News") == {}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Harbour News", "Harbour News"),
        (["Harbour News", "x"], "Harbour News"),
        ({"name": "Harbour News"}, "Harbour News"),
        ({"@value": "Harbour News", "@language": "en"}, "Harbour News"),
        ([{"name": ["Harbour News"]}], "Harbour News"),
        ({"url": "https://harbour.example/"}, "https://harbour.example/"),
        ("Cranes &amp; ferries: O&#39;Neill&rsquo;s view", "Cranes & ferries: O'Neill’s view"),
        *((nothing, "") for nothing in (None, 7, True, [], {}, [[]], {"name": {}}, [[[["deep"]]]])),
    ],
)
def test_a_string_is_got_out_of_what_stands_for_one(value: Any, expected: str) -> None:
    assert jsonld.text(value) == expected


def test_people_are_named_outright_or_by_reference() -> None:
    found = [{"@id": "#anna", "@type": "Person", "name": "Anna Lund"}, {"@id": 7, "name": "No one"}]
    value = [{"@id": "#anna"}, {"@id": "#gone"}, "Ole Brandt", {"name": ["Max Poe", "Ida Roe"]}, None, 7]
    assert jsonld.people(value, found) == ["Anna Lund", "Ole Brandt", "Max Poe", "Ida Roe"]


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ({"givenName": "Anna", "familyName": "Lund"}, ["Anna Lund"]),
        ({"givenName": "Anna", "additionalName": "B.", "familyName": "Lund"}, ["Anna B. Lund"]),
        ({"name": "Anna Lund", "givenName": "A."}, ["Anna Lund"]),
        ({"@list": [{"name": "Anna Lund"}, {"@id": "#ole"}]}, ["Anna Lund", "Ole Brandt"]),
        ([[{"name": "Anna Lund"}]], ["Anna Lund"]),
        ({"givenName": []}, []),
    ],
)
def test_people_are_named_in_parts_and_lists(value: Any, names: list[str]) -> None:
    found = [{"@id": "#ole", "givenName": "Ole", "familyName": "Brandt"}]
    assert jsonld.people(value, found) == names


def test_organizations_are_those_that_are_no_person_as_well() -> None:
    found = [
        {"@type": "NewsMediaOrganization", "name": "Harbour News"},
        {"@type": ["Person", "Organization"], "name": "Anna Lund"},
        {"@type": "Person", "name": "Ole Brandt"},
        {"@type": "Organization"},
    ]
    assert jsonld.organizations(found) == ["Harbour News"]


NAMES = st.sampled_from(["@type", "@id", "@graph", "name", "headline", "author", "url", "@value"])
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(), max_size=10), NAMES,
    st.sampled_from(["NewsArticle", "#anna"]),
)  # fmt: skip
JSONISH = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


@given(JSONISH)
def test_any_json_is_read_without_raising(value: Any) -> None:
    nodes = jsonld.nodes(tree(json.dumps(value).replace("<", "\\u003c")))
    node = jsonld.article(nodes, "Ferry stays in port")
    for stated in (value, *node.values()):
        assert isinstance(jsonld.text(stated), str)
        assert all(jsonld.texts(stated))
        assert all(isinstance(name, str) for name in jsonld.people(stated, nodes))
    assert all(isinstance(kind, str) for found in nodes for kind in jsonld.kinds(found))


@given(st.text(st.sampled_from('{}[]",:@type NewsArticle\\u00n;-<!1.'), max_size=60))
def test_any_text_in_a_script_is_read_without_raising(script: str) -> None:
    element = tree("")
    element.find(".//script").text = script
    assert all(isinstance(node, dict) for node in jsonld.nodes(element))


def test_a_script_of_many_objects_is_read_in_part() -> None:
    assert len(jsonld.nodes(tree(json.dumps([{"n": n} for n in range(9000)])))) < 9000


@pytest.mark.parametrize(("before", "found"), [(4900, True), (5100, False)])
def test_a_script_is_read_up_to_a_number_of_objects(before: int, found: bool) -> None:
    script = json.dumps([*[{}] * before, STORY])
    assert (STORY in jsonld.nodes(tree(script))) is found
