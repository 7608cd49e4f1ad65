"""Every recipe of docs/kibana.md, asked of a real Elasticsearch."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import elastic
from tests.kibana_kql import KqlError, compile_kql
from tests.kibana_objects import mapped
from tests.kibana_panels import Kibana
from tests.kibana_seeds import seeded

PAGE = (Path(__file__).parent.parent / "docs" / "kibana.md").read_text(encoding="utf-8")
RECIPES = PAGE.split("## Recipes")[1].split("In Lucene's syntax")

KUERY = {
    "source: norland": "steel cars",
    "source: (norland or southern) and language: en": "steel cars",
    'title: "trade war" or body: "trade war"': "steel",
    "title: (steel and tariffs)": "steel",
    "title: tarif*": "steel",
    "body: steel and not title: tariffs": "cars",
    "stem.en: tariff": "steel cars",
    "stem.*: (tariff or fähre)": "steel cars ferry",
    '@timestamp: "2026-11-20"': "steel cars",
    '@timestamp >= "2026-11-20" and @timestamp < "2026-11-22"': "steel cars ferry",
    'first_seen_at >= "2026-11-21"': "ferry chinese",
    "modified_at: *": "ferry",
    'section: "World News"': "steel jets",
    'exact.section: "world news"': "steel jets",
    'exact.tag: "climate change"': "steel",
    "exact.site: southern.co.example": "ferry jets",
    'authors: "Ada O\'Neill"': "steel ferry",
    'authors.words: "o\'neill"': "steel ferry",
    "authors: Ada*": "steel ferry",
    "not authors: *": "cars jets",
    "not published_at: *": "jets",
    "not lead: *": "cars chinese",
    "not language: *": "jets",
    "word_count < 100": "cars chinese",
    "confidence < 0.7": "jets",
    "versions > 1 and changed: title": "steel",
    "extractor: trafilatura": "jets",
    "images.caption: furnace": "steel",
    "images.status: mismatched": "cars",
    "images.status: credit_only": "jets",
    "removed.rule: newsletter": "steel cars",
    "removed.rule: related and removed.text: steel": "cars",
    "removed.place: block": "cars",
    "removed.rule: * and not removed.rule: newsletter": "ferry",
    "rules < 2": "cars",
}
LUCENE = {
    "NOT lead:?*": "cars chinese",
    "images.caption:?*": "steel cars",
    "(*:* NOT authors:*) OR (*:* NOT lead:?*)": "cars jets chinese",
    'body:"importers war"~10': "steel",
    "title:tarifs~1": "steel",
    "title:(+steel +tariffs -jets)": "steel",
    r"url:/https:\/\/news\..*/": "ferry jets",
    "word_count:[100 TO 300]": "ferry jets",
    "title:steel^3 body:steel": "steel cars",
}


@pytest.fixture(scope="module")
def kibana(elasticsearch_server: elastic.Server) -> Iterator[Kibana]:
    with seeded(elasticsearch_server) as opened:
        yield opened


@pytest.mark.parametrize(
    ("part", "expected"), list(zip(RECIPES, (KUERY, LUCENE), strict=True)), ids=["kql", "lucene"]
)
def test_the_recipes_of_the_page_are_those_tested(part: str, expected: dict[str, str]) -> None:
    assert re.findall(r"^\| `(.+?)` \|", part, flags=re.MULTILINE) == list(expected)


@pytest.mark.parametrize(("query", "found"), list(KUERY.items()), ids=KUERY)
def test_a_recipe_in_kql_finds(kibana: Kibana, query: str, found: str) -> None:
    assert set(kibana.hits({"query": query, "language": "kuery"})) == set(found.split())


@pytest.mark.parametrize(("query", "found"), list(LUCENE.items()), ids=LUCENE)
def test_a_recipe_in_lucene_finds(kibana: Kibana, query: str, found: str) -> None:
    assert set(kibana.hits({"query": query, "language": "lucene"})) == set(found.split())


@pytest.mark.parametrize(
    "wrong",
    ["byline: x", "title: (steel", "title: steel)", "title:", "source: a language: b", "and", "word_count <"],
)
def test_what_is_no_kql_is_refused(wrong: str) -> None:
    with pytest.raises(KqlError):
        compile_kql(wrong, mapped())
