"""tdmrep.json: what it reserves, and that no file can hurt."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from crawlers.fetching.tdmrep import as_robots


def reserved(path: str, *rules: object) -> bool:
    found = Protego.parse(as_robots(json.dumps(rules).encode()))
    return not found.can_fetch(f"https://site.example{path}", "Any")


@pytest.mark.parametrize(
    ("location", "path", "expected"),
    [
        ("*", "/a", True),
        ("/", "/a", True),
        ("/news/", "/news/a", True),
        ("/news/", "/about", False),
        ("/*.pdf$", "/x/a.pdf", True),
        ("/*.pdf$", "/x/a.pdf.html", False),
    ],
)
def test_a_location_is_a_pattern_of_paths(location: str, path: str, expected: bool) -> None:
    assert reserved(path, {"location": location, "tdm-reservation": 1}) == expected


def test_the_most_exact_rule_counts() -> None:
    rules = {"location": "/", "tdm-reservation": 1}, {"location": "/open/", "tdm-reservation": 0}
    assert reserved("/news", *rules)
    assert not reserved("/open/a", *rules)


@pytest.mark.parametrize(
    "rule",
    [
        {},
        [],
        "/",
        {"location": "/"},
        {"location": "/", "tdm-reservation": 2},
        {"location": 1, "tdm-reservation": 1},
        {"location": "/x\nDisallow: /", "tdm-reservation": 1},
    ],
)
def test_what_is_no_rule_counts_for_nothing(rule: object) -> None:
    assert not reserved("/a", rule)
    assert reserved("/a", rule, {"location": "/a", "tdm-reservation": 1})


@given(st.binary(max_size=60) | st.sampled_from([b"", b"null", b"{}", b"[" * 100_000, b"\xff\xfe"]))
def test_no_file_can_hurt(body: bytes) -> None:
    assert Protego.parse(as_robots(body)).can_fetch("https://site.example/a", "Any")
