"""An article that stands only in the state of a page's scripts: found in each form, and only where it is the page's."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.clean import clean
from articles.extraction.scripts import page_state, rich_text
from articles.html import parse
from articles.model import Article, FeedEntry, Page
from tests.patience import no_hang

URL = "https://www.kuestenbote.example/insel/faehre-moewe-102.html"
TITLES = {
    "en": "Ferry stays in port until Friday",
    "de": "Die Fähre bleibt bis Freitag im Hafen",
    "ja": "連絡船は金曜日まで港に停泊する見通し",
}
LINES = {
    "en": [
        "The ferry stayed in the harbour on Tuesday because its new shaft had not arrived from the mainland.",
        "The islanders crossed the sound in small boats, and the baker carried his bread across by himself.",
        "The board says that the ship will sail again on Friday if the weather does not turn before then.",
        "Until that day the launch will run at noon and at six, and nobody has to pay for the crossing.",
    ],
    "de": [
        "Die Fähre lag am Dienstag weiter im Hafen, weil ihre neue Welle noch nicht vom Festland gekommen war.",
        "Die Inselbewohner setzten mit kleinen Booten über den Sund, und der Bäcker trug sein Brot selbst hinüber.",
        "Die Reederei sagt, dass das Schiff am Freitag wieder fährt, wenn das Wetter bis dahin nicht umschlägt.",
        "Bis dahin fährt die Barkasse am Mittag und um sechs Uhr, und niemand muss für die Überfahrt bezahlen.",
    ],
    "ja": [
        "新しい軸が本土から届いていないため、連絡船は火曜日も港に停泊したままだった。",
        "島の人々は小さな船で海峡を渡り、パン屋は自分の手でパンを向こう岸まで運んだ。",
        "運航会社によると、それまでに天気が崩れなければ、船は金曜日に再び出航する予定だという。",
        "その日までは小型船が正午と午後六時に運航し、乗客は運賃を支払う必要がないという。",
    ],
}


def cleaned(scripts: str, title: str, inner: str = "<div id='app'></div>") -> Any:
    body = f"<html><head><title>{title}</title></head><body>{inner}{scripts}</body></html>"
    return clean(page(body))


def page(body: str) -> Page:
    return Page(
        url=URL, final_url=URL, status=200, headers=(("content-type", "text/html; charset=utf-8"),),
        body=body.encode(), fetched_at=datetime(2026, 11, 5, tzinfo=UTC), entry=FeedEntry(url=URL, source="harbour"),
    )  # fmt: skip


def next_data(article: object) -> str:
    state = json.dumps({"props": {"pageProps": {"article": article}}})
    return f"<script id='__NEXT_DATA__' type='application/json'>{state}</script>"


def flight(article: dict[str, Any]) -> str:
    text = article["body"]
    row = json.dumps(["$", "$L2", None, {"state": {**article, "body": "$1f"}}])
    stream = f'0:{{"P":null}}\n2:I[11,[],"View"]\n1f:T{len(text.encode()):x},{text}5:{row}\n'
    middle = len(stream) // 2
    return "".join(
        f"<script>self.__next_f.push({json.dumps([1, part])})</script>"
        for part in (stream[:middle], stream[middle:])
    )


def nuxt(article: dict[str, Any]) -> str:
    flat = (
        ["ShallowReactive", 1],
        {"data": 2},
        {"story": 3},
        {"title": 4, "body": 5},
        article["title"],
        article["body"],
    )
    return f"<script type='application/json' id='__NUXT_DATA__'>{json.dumps(flat)}</script>"


def assigned(name: str, article: object) -> str:
    return f"<script>window.x=1;{name}={json.dumps(article)};{name}Config={{}};</script>"


FORMS = {
    "next": next_data,
    "flight": flight,
    "nuxt": nuxt,
    "nuxt 2": lambda article: assigned("window.__NUXT__", {"data": [{"article": article}]}),
    "nuxt 2, called": lambda article: (
        f"<script>window.__NUXT__=(function(a,b){{return {{layout:\"default\",data:[{{a:!0,title:a,body:{json.dumps(article['body'])},"
        f"seo:{{title:a}},none:b}}]}}}}({json.dumps(article['title'])},void 0));</script>"
    ),
    "fusion": lambda article: assigned("Fusion.globalContent", {"result": article}),
    "apollo": lambda article: assigned("window.__APOLLO_STATE__", {"Story:1": article}),
    "redux": lambda article: assigned("window.__PRELOADED_STATE__", {"a": {"b": article}}),
    "text": lambda article: assigned("window.__INITIAL_STATE__", json.dumps({"article": article})),
    "parsed": lambda article: f"<script>var s = JSON.parse({json.dumps(json.dumps(article))});</script>",
    "pushed": lambda article: f"<script>(window.q=window.q||[]).push({json.dumps(article)})</script>",
    "undefined": lambda article: (
        f"<script>window.__INITIAL_STATE__={{\"user\":undefined,\"story\":{json.dumps(article)}}}</script>"
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", TITLES)
@pytest.mark.parametrize("form", FORMS)
def test_the_text_is_read_from_the_state_of_a_script(form: str, language: str) -> None:
    lines = LINES[language]
    html = "".join(f"<p>{line}</p>" for line in lines)
    found = cleaned(FORMS[form]({"title": TITLES[language], "body": html}), TITLES[language])
    assert isinstance(found, Article)
    assert (found.title, list(found.body)) == (TITLES[language], lines)
    assert found.extractor == "stated"


SHAPES: dict[str, Any] = {
    "lines": "\n".join,
    "list": lambda lines: lines,
    "arc": lambda lines: [
        *({"type": "text", "content": line} for line in lines),
        {"type": "image", "url": "/a.jpg", "caption": "The ferry in the harbour, seen from the pier on Monday."},
        {"type": "interstitial_link", "url": "/b", "content": "Read more about the ferry and its shaft here."},
    ],
    "sanity": lambda lines: [
        {"_type": "block", "style": "normal", "children": [{"_type": "span", "text": line[:20]}, {"_type": "span", "text": line[20:]}]}
        for line in lines
    ],
    "contentful": lambda lines: {
        "nodeType": "document",
        "content": [{"nodeType": "paragraph", "content": [{"nodeType": "text", "value": line}]} for line in lines],
    },
    "editor.js": lambda lines: {"blocks": [{"type": "paragraph", "data": {"text": line}} for line in lines]},
    "lexical": lambda lines: {
        "root": {"children": [{"type": "paragraph", "children": [{"type": "text", "text": line}]} for line in lines]}
    },
    "marks": lambda lines: "$$AD$$".join(f"<p>{line}</p>{{{{ad-2}}}}[gallery ids='1,2']" for line in lines),
    "escaped": lambda lines: "".join(f"&lt;p&gt;{line}&lt;/p&gt;" for line in lines),
}  # fmt: skip


@pytest.mark.parametrize(
    "field", ["body", "articleBody", "content", "contentHtml", "content_elements", "text"]
)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_text_may_be_html_lines_or_blocks(shape: str, field: str) -> None:
    article = {"headlines": {"basic": TITLES["en"]}, field: SHAPES[shape](LINES["en"])}
    found = cleaned(next_data(article), f"{TITLES['en']} | Harbour News")
    assert isinstance(found, Article)
    assert list(found.body) == LINES["en"]


TEXT = "".join(f"<p>{line}</p>" for line in LINES["en"])
SHORT = f"<p>{LINES['en'][0]}</p>"


@pytest.mark.parametrize(
    "state",
    [
        {"title": "Crane arrives by night in the old dock", "body": TEXT},
        {"title": TITLES["en"], "comments": [{"user": "Ida", "message": TEXT}]},
        {"title": TITLES["en"], "body": SHORT},
        {"title": TITLES["en"], "body": "ferry, harbour, island, shaft, launch, " * 30},
        {"title": TITLES["en"], "next": {"title": "Crane arrives by night in the old dock", "body": TEXT}},
        {
            "title": TITLES["en"],
            "content": [{"title": f"Crane {n}", "url": f"/{n}", "text": LINES["en"][n]} for n in range(4)],
        },
    ],
    ids=["another's", "comments", "short", "words", "next", "teasers"],
)
def test_what_is_not_plainly_the_articles_text_stays_in_the_script(state: object) -> None:
    found = cleaned(next_data(state), TITLES["en"])
    assert not isinstance(found, Article)


def test_a_text_in_the_markup_is_the_articles_whatever_the_state_says() -> None:
    shown = "".join(f"<p>{line.replace('ferry', 'lighter')}</p>" for line in LINES["en"])
    found = cleaned(
        next_data({"title": TITLES["en"], "body": TEXT * 2}),
        TITLES["en"],
        f"<article><h1>{TITLES['en']}</h1>{shown}</article>",
    )
    assert "lighter" in found.body[0]
    assert found.extractor == "container"


def test_a_text_that_must_be_paid_for_stays_in_the_script() -> None:
    paid = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"%s","isAccessibleForFree":false}</script>'
    found = cleaned(
        paid % TITLES["en"] + next_data({"title": TITLES["en"], "body": TEXT}),
        TITLES["en"],
        f"<article><h1>{TITLES['en']}</h1>{SHORT}</article>",
    )
    assert list(found.body) == LINES["en"][:1]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(["body", "title", "type", "a:b", "__ref"]), inner),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    value=JSON,
    text=st.text(max_size=40),
    form=st.sampled_from(
        ["{}", "a={}", "a={", "self.__next_f.push([1,{}])", "a=(function(a){return {}}(1))"]
    ),
)
def test_whatever_stands_in_a_script_nothing_is_raised(value: object, text: str, form: str) -> None:
    written = form.replace("{}", json.dumps(value)) + text.replace("<", "") + " " * 400
    for kind in ("", " type='application/json'"):
        tree = parse(page(f"<html><body><p>x</p><script{kind}>{written}</script></body></html>"))
        for found in page_state.values(tree):  # type: ignore[arg-type]
            assert isinstance(rich_text.to_html(found), str)


def test_depth_and_values_that_hold_themselves_are_bounded() -> None:
    deep = "[" * 100_000
    looped = json.dumps([["Reactive", 1], {"body": 2, "title": 3}, [2, 2, 2, 1, 1, 1], "x" * 400])
    tree = parse(
        page(
            f"<html><body><p>x</p><script>a={deep}</script><script type='application/json'>{looped}</script></body></html>"
        )
    )
    found = page_state.values(tree)  # type: ignore[arg-type]
    assert found
    assert all(isinstance(rich_text.to_html(value), str) for value in found)


def test_a_string_that_never_ends_is_read_once() -> None:
    written = "a=(function(a){return {b:" + '"' + '\\"' * 200_000 + "}(1))"
    tree = parse(page(f"<html><body><p>x</p><script>{written}</script></body></html>"))
    with no_hang(5):
        assert page_state.values(tree) == []  # type: ignore[arg-type]
