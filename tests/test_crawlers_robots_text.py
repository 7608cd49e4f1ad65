"""robots.txt as bytes: encodings, length, and groups as RFC 9309 has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from crawlers.fetching.robots_text import MAX_BYTES, robots_text

FILE = "User-agent: *\nDisallow: /küste\nAllow: /küste/fähre\n"


def allowed(body: str | bytes, path: str, agent: str = "a") -> bool:
    sent = body.encode() if isinstance(body, str) else body
    return Protego.parse(robots_text(sent)).can_fetch(f"http://site.example{path}", agent)


@pytest.mark.parametrize(
    "body",
    [
        FILE.encode(),
        FILE.encode("utf-8-sig"),
        FILE.encode("utf-16"),
        b"\xfe\xff" + FILE.encode("utf-16-be"),
        FILE.encode("utf-16-le"),
        FILE.encode("utf-16-be"),
        b"\xef\xbb" + FILE.encode(),
        b"\xef" + FILE.encode(),
        FILE.replace("\n", "\r\n").encode(),
        FILE.replace("\n", "\r").encode("utf-16"),
    ],
)
def test_it_is_read_in_whatever_encoding(body: bytes) -> None:
    assert not allowed(body, "/k%C3%BCste/1")
    assert allowed(body, "/k%C3%BCste/f%C3%A4hre")


def test_bytes_that_do_not_decode_spoil_their_line_alone() -> None:
    body = b"User-agent: *\nDisallow: /caf\xe9\nDisallow: /no\n"
    assert not allowed(body, "/no")
    assert allowed(body, "/yes")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("more", [0, 1, 20_000_000])
def test_the_first_500_kib_count(encoding: str, more: int) -> None:
    start = "User-agent: *\nDisallow: /no\n#".encode(encoding)
    end = "\nDisallow: /private\n".encode(encoding).removeprefix(b"\xff\xfe")
    filler = "x".encode(encoding)[-1:] if encoding == "utf-8" else "x".encode("utf-16-le")
    room = (MAX_BYTES - len(start) - len(end)) // len(filler)
    body = start + filler * room + end
    assert len(body) == MAX_BYTES
    assert not allowed(body + b"\n" * more, "/private")
    longer = start + filler * (room + 4) + end + b" " * more
    assert not allowed(longer, "/no")
    assert allowed(longer, "/privat"), "half a line is none"
    assert allowed(longer, "/private")


GROUPS = {
    "delay": ("User-agent: a\nCrawl-delay: 1\nUser-agent: b\nDisallow: /\n", "ab"),
    "unknown": ("User-agent: a\nNoindex: /x\nUser-agent: b\nDisallow: /\n", "ab"),
    "words": ("User-agent: a\nplease be kind\nUser-agent: b\nDisallow: /\n", "ab"),
    "sitemap": ("User-agent: a\nSitemap: http://s.example/m\nUser-agent: b\nDisallow: /\n", "ab"),
    "blank": ("User-agent: a\n\n# comment\n\nUser-agent: b\nDisallow: /\n", "ab"),
    "three": ("User-agent: a\nFoo: 1\nUser-agent: b\nFoo: 2\nUser-agent: c\nFoo: 3\nDisallow: /\n", "abc"),
    "before the rule": ("User-agent: a\nUser-agent: b\nCrawl-delay: 1\nDisallow: /\n", "ab"),
    "star": ("User-agent: *\nCrawl-delay: 1\nUser-agent: b\nDisallow: /\n", "abc"),
    "in the rules": ("User-agent: a\nAllow: /x\nFoo: 1\nUser-agent: b\nDisallow: /\n", "b"),
    "after the rules": ("User-agent: a\nDisallow: /\nFoo: 1\nDisallow: /y\nUser-agent: b\nAllow: /\n", "a"),
    "two groups": ("User-agent: a\nDisallow: /\nUser-agent: b\nFoo: 1\nUser-agent: c\nAllow: /\n", "a"),
    "odd spelling": ("useragent a\nFoo: 1\nUser agent: b\nDissallow: /\n", "ab"),
}


@pytest.mark.parametrize("name", GROUPS)
def test_other_lines_do_not_end_a_group(name: str) -> None:
    text, refused = GROUPS[name]
    assert "".join(agent for agent in "abc" if not allowed(text, "/p", agent)) == refused


def test_a_delay_is_that_of_the_agents_above_it() -> None:
    text = "User-agent: a\nCrawl-delay: 3\nUser-agent: b\nCrawl-delay: 5\nUser-agent: c\nDisallow: /no\n"
    rules = Protego.parse(robots_text(text.encode()))
    assert [rules.crawl_delay(agent) for agent in "abc"] == [3, 5, None]


@pytest.mark.parametrize("line", ["a/2.0", "a b", "a, b", "A", "a # the first", "a*", "a;b"])
def test_the_product_token_of_an_agent_line_counts(line: str) -> None:
    assert not allowed(f"User-agent: {line}\nDisallow: /\n\nUser-agent: *\nAllow: /\n", "/p")


@pytest.mark.parametrize("line", ["ab", "a-b", "b a", "a2", "", "#a"])
def test_another_token_is_another_agent(line: str) -> None:
    assert allowed(f"User-agent: {line}\nDisallow: /\n", "/p")


@given(st.binary(max_size=300))
def test_any_bytes_give_text(body: bytes) -> None:
    Protego.parse(robots_text(body))


@given(
    st.lists(
        st.sampled_from(
            ["User-agent: a", "User-agent: b", "Disallow: /no", "Allow: /", "", "# b", "Sitemap: /m"]
        ),
        max_size=12,
    )
)
def test_a_file_without_other_lines_says_the_same(lines: list[str]) -> None:
    text = "\n".join(lines)
    for agent in "ab":
        assert allowed(text, "/no", agent) == Protego.parse(text).can_fetch("http://site.example/no", agent)
