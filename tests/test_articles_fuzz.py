"""Mutated pages: whatever a page looks like, cleaning gives an article or a rejection, and never raises.

The examples are the same on each run (derandomized), so that a failure is that of the commit it appears on. To look for new ones, draw
many, by another seed each time:

    BROADSHEET_FUZZ_EXAMPLES=20000 python -m pytest tests/test_articles_fuzz.py --hypothesis-seed=1
"""

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.clean import clean
from articles.html import decode
from articles.model import Article, Extractor, FeedEntry, Page, Rejection, from_json, to_json
from articles.source.features import features
from broadsheet.newsroom import content, render

EXAMPLES = int(os.environ.get("BROADSHEET_FUZZ_EXAMPLES", "0"))
URL = "https://www.kuestenbote.example/insel/faehre-moewe-102.html"
FETCHED = datetime(2026, 3, 9, 12, tzinfo=UTC)
TEXT = "The ferry stayed in the harbour on Monday because its shaft had not arrived, and the islanders crossed in a launch."
BOXES = (
    *("article", "aside", "blockquote", "body", "button", "center", "details", "dialog", "div", "dl", "dt", "dd", "fieldset", "figcaption"),
    *("figure", "footer", "form", "h1", "h2", "h6", "head", "header", "html", "iframe", "label", "li", "main", "math", "nav", "noscript"),
    *("ol", "p", "picture", "pre", "script", "section", "select", "style", "summary", "svg", "table", "tbody", "td", "template", "textarea"),
    *("title", "tr", "ul", "video", "a", "b", "em", "font", "rt", "ruby", "small", "span", "time", "x-card"),
)  # fmt: skip
ATTRIBUTES = (
    *("", "class", "class=''", "class='caption'", "class='photo-credit'", "class='image-wrapper'", "class='byline author-name'", "hidden"),
    *("class='related-stories'", "class='article-lead'", "class='meta'", "class='newsletter'", "class='hidden'", "id", "id='comments'"),
    *("itemprop='articleBody'", "itemprop='author'", "itemprop='caption'", "itemprop='isAccessibleForFree'", "itemprop", "rel='author'"),
    *("itemprop='datePublished' datetime='2026-01-01'", "datetime='20260101T250000'", "datetime='0000-00-00'", "datetime='9999-12-31T23:59-14'"),
    *("style='display:none'", "role='complementary'", "href='/a'", "href='#'", "href='http://['", "src='/a.jpg'", "src='//'", "srcset=','"),
    *("alt='The ferry at its berth.'", "content='1e999'", "property='og:title'", "name='author'", "lang='de_'", "xmlns:a='b' a:c='d'"),
    *("type='application/ld+json'", "http-equiv='refresh'", "rel='canonical' href=''", "a:b:c='d'", "\ud800='x'", "=''", "\"'", "1='2'"),
    f"class='{'a-' * 3000}'", f"id='{'x' * 30_000}'", f"class='{'caption ' * 2000}'", "".join(f" data-{n}='{n}'" for n in range(300)),
)  # fmt: skip
FRAGMENTS = (
    "<figure><picture><source srcset='/a.jpg 1x, /b.jpg 2x'><img src='/a.jpg' alt='The ferry at its berth.'></picture>"
    "<figcaption>The ferry at its berth.<span class='credit'>Photo: Anna Lund/Reuters</span></figcaption></figure>",
    "<figure><a href='/a'><img data-src='/a.jpg'></a><figcaption>The ferry at its berth.</figcaption>"
    "<figcaption class='credit'>Anna Lund/Harbour Photo</figcaption></figure>",
    "<div class='image-block'><img src='/a.jpg'><p>The ferry at its berth.</p></div>",
    "<p><img src='/a.jpg'></p><p><em>The ferry at its berth, seen from the quay.</em></p>",
    "<aside class='related'><h3><a href='/a'>Crane arrives at last</a></h3><p>It took a year.</p></aside>",
    f"<article><h1>Crane arrives at last</h1><p>{TEXT}</p><p>{TEXT}</p></article>",
    "<table><tr><td><table><tr><th>Ferry</th><td>Mole 4</td></tr></table></td><td>Noon</td></tr></table>",
    "<ul><li><a href='/a'>Harbour</a><ol><li>Quay<li>Mole</ol></li><li><h3>Crane</h3><p>It came.</p></li></ul><dl><dt>a<dd>b</dl>",
    f"<form action='/s'><select><option>1<option>2</select><textarea>{TEXT}</textarea><button>Go</button></form>",
    f"<blockquote><p>{TEXT}</p><cite>Anna Lund</cite></blockquote>",
    '<script type="application/ld+json">{"@graph":[{"@type":["NewsArticle"],"headline":"Ferry stays in port","author":[{"@id":"#a"},null,7],'
    '"articleBody":"<p>One.</p><p>Two.","keywords":[[]],"image":[{}],"datePublished":{"@value":"2026-01-01"}},{"@id":"#a","name":["A Lund"]}]}</script>',
    '<script type="application/ld+json">[[[{"@type":"Article","headline":{"name":{"name":{"name":"x"}}},"author":"\\ud800","articleBody":"<>"}</script>',
    '<script type="application/ld+json">{"@type":"NewsArticle","articleBody":"<![CDATA[<!--<html><body><?x?>","isAccessibleForFree":0}</script>',
    "<meta property='article:published_time' content='2026-01-01T10:00:00+01:00'><meta name='author' content='Anna Lund; by'>",
    "<meta property='og:type' content='article'><meta property='og:title' content='Ferry stays in port'><meta name='description' content='.'>",
    "<link rel='canonical' href='http://%zz/'><base href='javascript:x'>",
    "<time datetime='2026-01-01T10:00:00Z'>1 January 2026</time>",
    f"<template><p>{TEXT}</p></template><noscript><img src='/a.jpg'><p>{TEXT}</p></noscript>",
    "<svg><title>Arrow</title><foreignObject><p>Ferry</p></foreignObject><path d='M0 0'/></svg>",
    "<button>Menu</button><nav><ul><li><a href='/'>Home</a></ul></nav><footer>Imprint</footer>",
    f"<h1>Ferry stays in port</h1><p class='article-lead'>{TEXT}</p><p>ANNA LUND</p>",
    "<p>Home > Politics > Elections</p><p>Read more: <a href='/a'>Crane arrives</a></p><p>(AFP photo)</p><p>- - -</p>",
    "<pre><code>def ferry():\n  pass</code></pre><ruby>港<rt>みなと</rt></ruby><hr><br><wbr>",
)  # fmt: skip
ODDITIES = (
    *("", "<!-- a -- b -->", "<!-->", "<!---->", "<?php echo '<p>'; ?>", "<?xml version='1.0' encoding='utf-16'?>", "<![CDATA[x]]>", "<!DOCTYPE svg>"),
    *("&#0;", "&#xd800;", "&#x110000;", "&nbsp;" * 50, "&lt;", "\u202e", "\u0301" * 400, "\x00", "\x0b", "<", "</", "</p></p></div>", "<>"),
)  # fmt: skip
ENCODINGS = (
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "windows-1251", "koi8-r"),
    *("shift_jis", "gb18030", "big5", "euc-kr", "cp037", "utf-7", "hz", "iso2022_jp"),
)

_TOKEN = re.compile(r"<[^<>]*>|[^<]+|<")
_START = re.compile(r"<([A-Za-z][\w:-]*)")


HEAD = f"<html><head><title>Ferry stays in port</title></head><body><article><h1>Ferry stays in port</h1><p>{TEXT}</p><p>{TEXT}</p>"


def _pages() -> list[str]:
    golden = sorted((Path(__file__).parent / "golden").glob("*/page.html"))
    sites = map(content.load, content.SITES)
    return [
        *(decode(path.read_bytes(), "") for path in golden),
        *(
            decode(render.page(site, story, "http://127.0.0.1"), "")
            for site in sites
            for story in site.stories
        ),
    ]


PAGES = _pages()
Tokens = list[str]


def _whole(tokens: Tokens, at: int) -> int:
    """The index after the element whose start tag is at an index; after that tag alone where nothing closes it."""
    match = _START.match(tokens[at])
    if match is None:
        return at + 1
    depth = 0
    for index in range(at, len(tokens)):
        if tokens[index].startswith(f"</{match[1]}"):
            depth -= 1
        elif (start := _START.match(tokens[index])) and start[1] == match[1]:
            depth += 1
        if depth == 0:
            return index + 1
    return at + 1


def _renamed(token: str, name: str) -> str:
    return re.sub(r"^(</?)[\w:-]+", rf"\g<1>{name}", token)


def _nest_in_itself(tokens: Tokens, at: int, end: int, _other: int, _word: str) -> Tokens:
    return [*tokens[: at + 1], *tokens[at:end], *tokens[end - 1 :]]


def _nest_in_another(tokens: Tokens, at: int, end: int, other: int, _word: str) -> Tokens:
    return [*tokens[: other + 1], *tokens[at:end], *tokens[other + 1 :]]


def _move(tokens: Tokens, at: int, end: int, other: int, _word: str) -> Tokens:
    left = [*tokens[:at], *tokens[end:]]
    return [*left[:other], *tokens[at:end], *left[other:]]


def _double(tokens: Tokens, at: int, end: int, _other: int, _word: str) -> Tokens:
    return [*tokens[:end], *tokens[at:]]


def _drop_end_tag(tokens: Tokens, at: int, end: int, _other: int, _word: str) -> Tokens:
    return [*tokens[: end - 1], *tokens[end:]]


def _drop_start_tag(tokens: Tokens, at: int, _end: int, _other: int, _word: str) -> Tokens:
    return [*tokens[:at], *tokens[at + 1 :]]


def _drop(tokens: Tokens, at: int, end: int, _other: int, _word: str) -> Tokens:
    return [*tokens[:at], *tokens[end:]]


def _rename(tokens: Tokens, at: int, end: int, _other: int, word: str) -> Tokens:
    return [
        *tokens[:at],
        _renamed(tokens[at], word),
        *tokens[at + 1 : end - 1],
        *(_renamed(token, word) for token in tokens[max(at + 1, end - 1) : end]),
        *tokens[end:],
    ]


def _rename_the_start_alone(tokens: Tokens, at: int, _end: int, _other: int, word: str) -> Tokens:
    return [*tokens[:at], _renamed(tokens[at], word), *tokens[at + 1 :]]


def _call_like_the_other(tokens: Tokens, at: int, end: int, other: int, _word: str) -> Tokens:
    """The element called like the other one."""
    match = _START.match(tokens[other])
    return _rename(tokens, at, end, other, match[1]) if match else tokens


def _dress_like_the_other(tokens: Tokens, at: int, end: int, other: int, _word: str) -> Tokens:
    """The element with the attributes of the other one."""
    worn = re.sub(r"^<[\w:-]+|/?>$", "", tokens[other])
    return _set_attributes(tokens, at, end, other, worn)


def _wrap(tokens: Tokens, at: int, end: int, _other: int, word: str) -> Tokens:
    return [*tokens[:at], f"<{word}>", *tokens[at:end], f"</{word}>", *tokens[end:]]


def _wrap_deeply(tokens: Tokens, at: int, end: int, _other: int, word: str) -> Tokens:
    return [*tokens[:at], f"<{word}>" * 100, *tokens[at:end], f"</{word}>" * 100, *tokens[end:]]


def _set_attributes(tokens: Tokens, at: int, _end: int, _other: int, word: str) -> Tokens:
    return [*tokens[:at], re.sub(r"^(<[\w:-]+)", lambda m: f"{m[1]} {word}", tokens[at]), *tokens[at + 1 :]]


def _insert(tokens: Tokens, at: int, _end: int, _other: int, word: str) -> Tokens:
    return [*tokens[:at], *_TOKEN.findall(word), *tokens[at:]]


def _cut(tokens: Tokens, at: int, _end: int, _other: int, _word: str) -> Tokens:
    return [*tokens[:at], tokens[at][: len(tokens[at]) // 2]]


Mutation = Callable[[Tokens, int, int, int, str], Tokens]
# Each with the words that it can take.
MUTATIONS: tuple[tuple[Mutation, tuple[str, ...]], ...] = (
    (_nest_in_itself, ()),
    (_nest_in_another, ()),
    (_move, ()),
    (_double, ()),
    (_drop_end_tag, ()),
    (_drop_start_tag, ()),
    (_drop, ()),
    (_rename, BOXES),
    (_rename_the_start_alone, BOXES),
    (_call_like_the_other, ()),
    (_dress_like_the_other, ()),
    (_wrap, BOXES),
    (_wrap_deeply, BOXES),
    (_set_attributes, ATTRIBUTES),
    (_insert, FRAGMENTS),
    (_insert, ODDITIES),
    (_cut, ()),
)
Change = tuple[Mutation, float, float, str]


@st.composite
def changes(draw: st.DrawFn) -> list[Change]:
    """Few kinds of changes with few words each, done several times: so they meet at one place more often than if all were drawn from all."""
    kinds = [
        (mutate, draw(st.lists(st.sampled_from(words), min_size=1, max_size=2)) if words else [""])
        for mutate, words in draw(st.lists(st.sampled_from(MUTATIONS), min_size=1, max_size=3))
    ]
    one = st.sampled_from(kinds).flatmap(
        lambda kind: st.tuples(st.just(kind[0]), st.floats(0, 1), st.floats(0, 1), st.sampled_from(kind[1]))
    )
    return draw(st.lists(one, min_size=1, max_size=6))


pages = st.sampled_from(PAGES) | st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=3).map(
    lambda inner: f"{HEAD}{f'<p>{TEXT}</p>'.join(inner)}"
)
byte_wounds = st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4), st.integers(0, 40)), max_size=2)


def mutated(text: str, done: list[Change]) -> str:
    tokens = _TOKEN.findall(text)
    for change, here, there, word in done:
        if not tokens:
            return ""
        at, other = _pick(tokens, here), _pick(tokens, there)
        tokens = change(tokens, at, _whole(tokens, at), other, word)[:20_000]
    return "".join(tokens)


def _pick(tokens: Tokens, where: float) -> int:
    """The index of a start tag: first one of the names, then one of those that have it, for most are paragraphs and links."""
    named: dict[str, list[int]] = {}
    for index, token in enumerate(tokens):
        if match := _START.match(token):
            named.setdefault(match[1], []).append(index)
    if not named:
        return 0
    place = where * len(named) * 0.999999
    those = list(named.values())[int(place)]
    return those[int(place % 1 * len(those))]


def wounded(body: bytes, wounds: list[tuple[float, bytes, int]]) -> bytes:
    for where, put, cut in wounds:
        at = int(where * len(body))
        body = body[:at] + put + body[at + cut :]
    return body


@settings(
    max_examples=EXAMPLES or 300,
    derandomize=not EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    pages,
    changes(),
    st.just("utf-8") | st.sampled_from(ENCODINGS),
    byte_wounds,
    st.sampled_from(("text/html", "text/html; charset=utf-8", "text/html; charset=utf-16", "application/xhtml+xml; charset=x")),
)  # fmt: skip
def test_a_mutated_page_is_an_article_or_a_rejection(
    text: str,
    done: list[Change],
    encoding: str,
    wounds: list[tuple[float, bytes, int]],
    header: str,
) -> None:
    check(wounded(mutated(text, done).encode(encoding, "replace"), wounds), header)


def check(body: bytes, header: str) -> None:
    page = Page(
        url=URL,
        final_url=URL,
        status=200,
        headers=(("content-type", header),),
        body=body,
        fetched_at=FETCHED,
        entry=FeedEntry(url=URL, source="harbour"),
    )
    others: tuple[Extractor, ...] = ("container", "trafilatura")
    for extractor in ("auto", others[len(body) % 2]):
        result = clean(page, extractor)
        assert isinstance(result, Article | Rejection)
        if isinstance(result, Article):
            assert from_json(to_json(result)) == result
            assert all(result.body)
            assert features(result).article_id == result.id
