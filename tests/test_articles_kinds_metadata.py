"""Faults of a kind, each in several variations, and beside them pages that look alike where the rule must not apply: dates and authors."""

# ruff: noqa: E501 - a page is a line

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from articles.model import FeedEntry
from tests.kinds import URL, Kind, paragraphs

ALL = paragraphs("1 2 3 4")
FED = datetime(2025, 12, 8, 7, 30, tzinfo=UTC)
ENTRY = FeedEntry(url=URL, source="coast", published_at=FED)


def dated(inner: str, head: str = "", language: str = "en", entry: FeedEntry | None = None) -> Kind:
    return Kind(
        markup=inner,
        head=head,
        language=language,
        page={"entry": entry or FeedEntry(url=URL, source="coast")},
    )


def own(inner: str = "", after: str = "") -> str:
    return f"<article><h1>$T</h1>{inner}{ALL}</article>{after}"


# fmt: off
# Of another thing than the article; the feed knows better.
OTHER_TIMES = {
    "top-bar": dated("<div class='topbar'><time datetime='2025-12-24'>Wednesday</time></div>" + own()),
    "today": dated("<div id='today'><time datetime='2025-12-24T09:00:00Z'>24 December 2025</time></div>" + own()),
    "german-comment": dated(own(after="<div class='kommentar'><time datetime='2025-12-20T10:00:00Z'>20.12.</time> Schön!</div>"), language="de"),
    "spanish-comments": dated(own(after="<ul id='comentarios'><li><time datetime='2025-12-20T10:00:00Z'>20 dic</time> Bravo</li></ul>"), language="es"),
    "teaser-card": dated(own(after="<div class='cards'><div><a href='/o'>Bus drivers from the north sing</a> <time datetime='2025-12-19T10:00:00Z'>19 Dec</time></div></div>")),
    "teaser-above": dated("<div class='strip'><a href='/o'>Bus drivers from the north sing <time datetime='2025-12-19T10:00:00Z'>19 Dec</time></a></div>" + own()),
    "caption": dated(own("<figure><img src='/a.jpg'><figcaption>The light on <time datetime='2019-05-02'>2 May 2019</time></figcaption></figure>")),
    "quote": dated(own(after="").replace("</article>", "<blockquote>Seen <time datetime='2024-02-02T02:02:02Z'>in February</time></blockquote></article>")),
    "event": dated(own().replace("</article>", "<p>The hostel opens on <time datetime='2026-06-01'>1 June</time>, and the cooperative has asked the choir to sing.</p></article>")),
    "updated-de": dated(own("<p>Aktualisiert am <time datetime='2025-12-12T09:00:00Z'>12. Dezember</time></p>"), language="de"),
    "updated-fr": dated(own("<span class='maj'>Mis à jour le <time datetime='2025-12-12T09:00:00Z'>12 décembre</time></span>"), language="fr"),
    "modified-class": dated(own("<time class='entry-modified' datetime='2025-12-12T09:00:00Z'>12 Dec</time>")),
    "footer": dated(own(after="<footer><time datetime='2025-12-21T00:00:00Z'>Sunday</time></footer>")),
    "widget": dated(own(after="<aside class='weather'><time datetime='2025-12-22T06:00:00Z'>Monday</time> Rain</aside>")),
}
OTHER_TIMES = {name: replace(kind, page={"entry": ENTRY}) for name, kind in OTHER_TIMES.items()}
# Its own, as the page states it.
OWN_TIMES = {
    "byline": (dated(own("<p class='byline'>By Ebba Rask, <time datetime='2025-12-07T18:05:00+01:00'>7 December</time></p>")), "2025-12-07T17:05"),
    "itemprop": (dated(own("<span itemprop='datePublished' content='2025-12-07T18:05:00Z'>Sunday</span>")), "2025-12-07T18:05"),
    "published-and-updated": (dated(own("<p>Veröffentlicht <time datetime='2025-12-07T18:05:00Z'>7.12.</time> Aktualisiert <time datetime='2025-12-09T10:00:00Z'>9.12.</time></p>"), language="de"), "2025-12-07T18:05"),
    "pubdate": (dated("<time datetime='2025-12-24'>today</time>" + own("<time pubdate datetime='2025-12-07T18:05:00Z'>7 Dec</time>")), "2025-12-07T18:05"),
}
# What a meta tag states, and the moment; the day alone where that is all.
WRITTEN = {
    "2025-12-07 06:05 PM": "2025-12-07T18:05",
    "2025-12-07 12:00 AM": "2025-12-07T00:00",
    "2025-12-07 12:30 p.m.": "2025-12-07T12:30",
    "December 7, 2025 6:05pm": "2025-12-07T18:05",
    "Dec 7, 2025 at 6:05 PM EST": "2025-12-07T23:05",
    "Sun Dec 07 2025 18:05:00 GMT+0200 (EET)": "2025-12-07T16:05",
    "Sun Dec 07 2025 18:05:00 GMT-0500 (Eastern Standard Time)": "2025-12-07T23:05",
    "2025-12-07T18:05:00+1": "2025-12-07T17:05",
    "2025-12-07T18:05:00-0330": "2025-12-07T21:35",
    "2025-12-07T18:05:00 +05:45": "2025-12-07T12:20",
    "2025-12-07T18:05+02": "2025-12-07T16:05",
    "2025-12-07T18:05:00−03:00": "2025-12-07T21:05",
    "2025-12-07T18:05:00.1234567Z": "2025-12-07T18:05",
    "20251207T180500Z": "2025-12-07T18:05",
    "20251207180500": "2025-12-07T18:05",
    "2025/12/07 18:05:00 +0900": "2025-12-07T09:05",
    "2025.12.07 18:05 KST": "2025-12-07T09:05",
    "07 Dec 2025 18:05:00 MSK": "2025-12-07T15:05",
    "Sun, 7 Dec 2025 18:05:00 PST": "2025-12-08T02:05",
    "2025-12-07T18:05:00 Europe/Paris": "2025-12-07T17:05",
    "2025-12-07T18:05:00[Asia/Tokyo]": "2025-12-07T09:05",
    "2025-12-07T18:05:00+01:00[Europe/Berlin]": "2025-12-07T17:05",
    "2025-07-07T18:05:00 CEST": "2025-07-07T16:05",
    "7. Dezember 2025, 18:05 Uhr": "2025-12-07T18:05",
    "7 décembre 2025 à 18h05": "2025-12-07T18:05",
    "7 de diciembre de 2025 18:05": "2025-12-07T18:05",
    "2025年12月7日 18時05分": "2025-12-07T18:05",
    "2025년 12월 7일 오후 6:05": "2025-12-07T18:05",
    "1765130700": "2025-12-07T18:05",
    "1765130700000": "2025-12-07T18:05",
    "2025-12-07T24:05:00Z": "2025-12-07",
    "2025-12-07T18:05:00+25:00": "2025-12-07",
    "2025-12-07 18:05 XYZ": "2025-12-07",
    "2025-12-07T18:65:00Z": "2025-12-07",
}
NAMES = {
    "Van Nguyen": ["Van Nguyen"],
    "Door Hendriks": ["Door Hendriks"],
    "Por Svensson": ["Por Svensson"],
    "Text Okafor": ["Text Okafor"],
    "Bilal Von Ah": ["Bilal Von Ah"],
    "Lee Soo-in": ["Lee Soo-in"],
    "Yun Ki-en": ["Yun Ki-en"],
    "Marie-en Duval": ["Marie-en Duval"],
    "Rui Sá e Melo": ["Rui Sá e Melo"],
    "Ramón y Cajal": ["Ramón y Cajal"],
    "Francesc Pi i Margall": ["Francesc Pi i Margall"],
    "Ole Dahl Sr.": ["Ole Dahl Sr."],
    "Moon 9 Baker": ["Moon 9 Baker"],
    "Ana Luísa Teixeira da Costa Pereira de Lima Furtado Neves": ["Ana Luísa Teixeira da Costa Pereira de Lima Furtado Neves"],
    "Ebba Rask, PhD": ["Ebba Rask, PhD", "Ebba Rask"],
    "Ebba Rask, M.D., FACP": ["Ebba Rask, M.D., FACP", "Ebba Rask"],
    "Ebba Rask, Head of Research, Coast Bank": ["Ebba Rask, Head of Research, Coast Bank", "Ebba Rask"],
    "ʻAlohi Kealoha": ["ʻAlohi Kealoha"],
    "d'Arcy Wren": ["d'Arcy Wren"],
    "bell dower": ["bell dower"],
    "Seán Ó Briain": ["Seán Ó Briain"],
    "Staff Sgt. Ebba Rask": ["Staff Sgt. Ebba Rask"],
    "Guest Olsen": ["Guest Olsen"],
    "Page Turner": ["Page Turner"],
    "“Ebba Rask”": ["Ebba Rask"],
    "Ebba Rask and Ole Dahl": None,
}
PERSONS = {
    "family-name-only": ({"@type": "Person", "givenName": "Ebba", "additionalName": "K.", "familyName": "Rask"}, ["Ebba K. Rask"]),
    "list-of-objects": ({"@list": [{"@type": "Person", "givenName": "Ebba", "familyName": "Rask"}, {"@type": "Person", "name": "Ole Dahl"}]}, ["Ebba Rask", "Ole Dahl"]),
    "name-in-a-list": ([{"@type": "Person", "name": ["Ebba Rask"]}], ["Ebba Rask"]),
    "name-as-value": ({"@type": "Person", "name": {"@value": "Ebba Rask", "@language": "en"}}, ["Ebba Rask"]),
    "set": ({"@set": [{"@type": "Person", "name": "Ebba Rask"}]}, ["Ebba Rask"]),
    "empty-name": ({"@type": "Person", "name": "", "givenName": "Ebba", "familyName": "Rask"}, ["Ebba Rask"]),
    "strings": (["Ebba Rask", "Ole Dahl"], ["Ebba Rask", "Ole Dahl"]),
    "trap-one-string-of-two": ("Ebba Rask and Ole Dahl", ["Ebba Rask", "Ole Dahl"]),
    "trap-byline-as-name": ({"@type": "Person", "name": "By Ebba Rask"}, ["Ebba Rask"]),
}
GOOD = '"@type":"NewsArticle","headline":"$T","datePublished":"2025-12-07T18:05:00Z","author":{"@type":"Person","name":"Ebba Rask"}'
SLIPS = {
    "comma-in-list": '{§,"keywords":["lamp","coast",],}',
    "comma-missing": '{"@context":"https://schema.org"\n§}',
    "two-commas": '{"@context":"https://schema.org",,§}',
    "single-quotes": f"{{{GOOD}}}".replace('"', "'"),
    "bare-keys": "{" + GOOD.replace('"author"', "author").replace('"headline"', "headline") + "}",
    "line-break-in-string": '{"description":"One line,\nanother",§}',
    "tab-in-string": '{"description":"One\tline",§}',
    "quotes-at-end": '{"description":"They call it "the eye"",§}',
    "quotes-around-all": '{"description":""The eye" is dark",§}',
    "quoted-list": '{"description":"the words "lamp", "light" and "eye" in a row",§}',
    "lone-backslash": '{"description":"C:\\path\\new and \\d",§}',
    "hex-escape": '{"description":"caf\\xe9",§}',
    "entities-outside-strings": f"{{{GOOD}}}".replace('"', "&#34;"),
    "hash-entities": f"{{{GOOD}}}".replace('"', "&#x22;"),
    "html-comment": "<!--\n{§}\n-->",
    "cdata": "//<![CDATA[\n{§}\n//]]>",
    "line-comments": "// made by hand\n{§} // end",
    "semicolon": "{§};",
    "three-objects": '{"@type":"WebSite","name":"x"},{"@type":"Person","name":"y"},\n{§}',
    "broken-script-before": '{"@type":"BreadcrumbList","itemListElement":[}</script><script type="application/ld+json">{§}',
    "two-not-closed": '{"@graph":[{"@type":"WebPage"},{§',
    "undefined": '{"image":undefined,§}',
    "bom": "\ufeff{§}",
    "graph": '{"@graph":[{"@type":"WebPage",},{§}]}',
    "assignment": "var data = {§};",
    "not-closed": "{§",
}
TYPES = ("application/ld+json", "APPLICATION/LD+JSON", "application/ld+json; charset=utf-8", "application/json+ld", "text/ld+json")
RIVER = "".join(
    f"<div class='{{0}}'><h3><a href='/o{n}'>Bus drivers sing again, part {n}</a></h3><div class='byline'>By Ole Dahl{n * 'a'}</div><p>$x{n % 4 + 1}</p></div>" for n in range(4)
)
CARDS = "".join(
    f"<li><a href='/o{n}'><img src='/{n}.jpg'><span>The greenhouse on the hill, part {n}</span></a><span class='author-name'>Per Vik</span></li>" for n in range(4)
)
BYLINES = {
    "river": (own("<p class='byline'>By <a href='/people/ebba'>Ebba Rask</a></p>", "<section>" + RIVER.format("item") + "</section>"), ["Ebba Rask"]),
    "cards": (own("<span class='author-name'>Ebba Rask</span>", f"<ul class='more'>{CARDS}</ul>"), ["Ebba Rask"]),
    "cards-above": (f"<ul class='top'>{CARDS}</ul>" + own("<div class='author'>Ebba Rask</div>"), ["Ebba Rask"]),
    "nobody-river": (own(after="<div class='feed'>" + RIVER.format("post") + "</div>"), []),
    "nobody-cards": (own(after=f"<ul class='grid'>{CARDS}</ul>"), []),
    "nobody-cards-above": (f"<ul class='top'>{CARDS}</ul>" + own(), []),
    "nobody-comments": (own(after="<ol id='comments'><li><span class='comment-author'>Per Vik</span> Fine.</li></ol>"), []),
    "nobody-comment-rel": (own(after="<div class='kommentare'><div class='eintrag'><a rel='author' href='/u/1'>Per Vik</a><p>Schön.</p></div></div>"), []),
    "nobody-quote": (own().replace("</article>", "<blockquote class='pull'>No lamp, no port. <cite class='author'>Tove Lindal</cite></blockquote></article>"), []),
    "nobody-next": (own(after="<a class='next' href='/o'><span>Next story</span> <b>Bus drivers sing</b> <span class='byline'>by Per Vik</span></a>"), []),
    "german": (own("<p>Von <b>Ebba Rask</b></p>", "<div class='teaser'><h3><a href='/o'>Busfahrer singen wieder</a></h3><p>Von Per Vik</p></div>"), ["Ebba Rask"]),
    "below-the-text": (own().replace("</article>", "<p class='author'>Ebba Rask</p></article>"), ["Ebba Rask"]),
    "glued-spans": (own("<div class='author'><span>By</span><a href='/a/ebba'>Ebba Rask</a></div>"), ["Ebba Rask"]),
    "glued-written": (own("<div class='author'><span>Written by</span><span>Ebba Rask</span></div>"), ["Ebba Rask"]),
    "glued-german": (own("<div class='autor author'><em>Von</em><strong>Ebba Rask</strong></div>"), ["Ebba Rask"]),
    "glued-spanish": (own("<p class='author'><i>Por</i><a href='/autor/ebba'>Ebba Rask</a></p>"), ["Ebba Rask"]),
    "glued-french": (own("<div class='auteur author'><span>Par</span><span>Ebba Rask</span></div>"), ["Ebba Rask"]),
    "glued-capitals": (own("<div class='byline'><span>BY</span><span>Ebba Rask</span></div>"), ["Ebba Rask"]),
    "glued-and": (own("<div class='author'><span>By</span><a href='/a/1'>Ebba Rask</a><span>and</span><a href='/a/2'>Ole Dahl</a></div>"), ["Ebba Rask", "Ole Dahl"]),
    "glued-text": (own("<div class='author'>ByEbba Rask</div>"), ["Ebba Rask"]),
    "alone-below-a-house": (f"<span class='author'>Küstenbote</span><article><h1>$T</h1><p>Ebba Rask</p>{ALL}</article>", ["Ebba Rask"]),
    "trap-alone-and-spoken-of": (f"<span class='author'>Küstenbote</span><article><h1>$T</h1><p>Tove Lindal</p>{paragraphs('1 2 6')}</article>", ["Küstenbote"]),
    "trap-alone-and-nobody": (f"<article><h1>$T</h1><p>Guest Column</p>{ALL}</article>", []),
    "trap-byron": (own("<div class='author'><span>Byron Rask</span></div>"), ["Byron Rask"]),
    "trap-bysted": (own("<div class='author'>Bysted Rask</div>"), ["Bysted Rask"]),
    "trap-vondra": (own("<p class='byline'><span>Vondra</span> <span>Rask</span></p>"), ["Vondra Rask"]),
    "trap-parker": (own("<p class='author'>Parker Porter</p>"), ["Parker Porter"]),
}
META = "<meta name='author' content='{0}'><meta property='article:author' content='{1}'>"
OWNERS = {
    "copyright": (META.format("Rask Medier AS", "Ebba Rask") + "<meta name='copyright' content='Rask Medier AS'>", "", ["Ebba Rask"]),
    "rights": (META.format("Küstenpresse", "Ebba Rask") + "<meta name='rights' content='© 2025 Küstenpresse'>", "", ["Ebba Rask"]),
    "imprint": (META.format("Nordlys", "Ebba Rask"), "<footer>© 2025 Nordlys. All rights reserved.</footer>", ["Ebba Rask"]),
    "publisher": (META.format("Nordlys", "Ebba Rask") + "<meta name='publisher' content='Nordlys'>", "", ["Ebba Rask"]),
    "company": (META.format("Nordlys Publishing GmbH", "Ebba Rask"), "", ["Ebba Rask"]),
    "host": (META.format("kuestenbote.example", "Ebba Rask"), "", ["Ebba Rask"]),
    "organization": (META.format("Nordlys", "Ebba Rask") + '<script type="application/ld+json">{"@type":"Organization","name":"Nordlys"}</script>', "", ["Ebba Rask"]),
    "trap-two-people": (META.format("Ole Dahl", "Ebba Rask") + "<meta name='copyright' content='Küstenbote'>", "", ["Ole Dahl", "Ebba Rask"]),
    "trap-own-paper": (META.format("Ebba Rask", "Ebba Rask") + "<meta name='copyright' content='Ebba Rask'>", "", ["Ebba Rask"]),
}
AGREED = {
    "day-and-moment": ("<meta name='date' content='2025-12-07'>", "<time datetime='2025-12-07T22:10:00-06:00'>7 Dec</time>", "2025-12-08T04:10", "2025-12-07"),
    "day-in-json": ('<script type="application/ld+json">{"@type":"NewsArticle","headline":"$T","datePublished":"2025-12-07"}</script>', "<time datetime='2025-12-07T22:10:00-06:00'>7 Dec</time>", "2025-12-08T04:10", "2025-12-07"),
    "dc-date": ("<meta name='DC.date.issued' content='2025-12-07'>", "<time itemprop='datePublished' datetime='2025-12-07T08:10:00+09:00'>7 Dec</time>", "2025-12-06T23:10", "2025-12-07"),
    "midnight-and-moment": ("<meta property='article:published_time' content='2025-12-07T00:00:00Z'>", "<time datetime='2025-12-07T18:05:00+01:00'>7 Dec</time>", "2025-12-07T17:05", "2025-12-07"),
    "same-clock": ("<meta property='article:published_time' content='2025-12-07T18:05:00'>", "<time datetime='2025-12-07T18:05:00+05:30'>7 Dec</time>", "2025-12-07T12:35", "2025-12-07"),
    "same-clock-seconds": ("<meta name='pubdate' content='2025-12-07 18:05:12'>", "<time pubdate datetime='2025-12-07T18:05:12-08:00'>7 Dec</time>", "2025-12-08T02:05", "2025-12-07"),
    "same-clock-in-json": ('<script type="application/ld+json">{"@type":"NewsArticle","headline":"$T","datePublished":"2025-12-07T18:05:00"}</script>', "<time datetime='2025-12-07T18:05:00+02:00'>7 Dec</time>", "2025-12-07T16:05", "2025-12-07"),
    "trap-other-clock": ("<meta property='article:published_time' content='2025-12-07T18:05:00Z'>", "<p>Updated <time datetime='2025-12-07T21:40:00+01:00'>7 Dec</time></p>", "2025-12-07T18:05", "2025-12-07"),
    "trap-exact-meta": ("<meta property='article:published_time' content='2025-12-07T18:05:00+01:00'>", "<time datetime='2025-12-07'>7 Dec</time>", "2025-12-07T17:05", "2025-12-07"),
}
# fmt: on


def moment(kind: Kind) -> str:
    at = kind.cleaned().published_at
    return at.isoformat()[:16] if at else ""


@pytest.mark.parametrize("name", OTHER_TIMES)
def test_a_time_of_another_thing_is_not_the_articles(name: str) -> None:
    assert OTHER_TIMES[name].cleaned().published_at == FED


@pytest.mark.parametrize("name", OWN_TIMES)
def test_the_articles_own_time_is_taken(name: str) -> None:
    kind, wanted = OWN_TIMES[name]
    assert moment(kind) == wanted


@pytest.mark.parametrize("written", WRITTEN)
def test_a_stated_date_is_read_whole_or_as_its_day(written: str) -> None:
    head = f'<meta property="article:published_time" content="{written}">'
    article = dated(own(), head).cleaned()
    at, wanted = article.published_at, WRITTEN[written]
    assert at
    assert at.isoformat()[: len(wanted)] == wanted
    if len(wanted) == 10:
        assert (at.hour, at.minute) == (0, 0)


@pytest.mark.parametrize("name", NAMES)
def test_a_persons_name_is_kept_as_stated(name: str) -> None:
    wanted = NAMES[name]
    found = by({"@type": "Person", "name": name})
    assert found == ["Ebba Rask", "Ole Dahl"] if wanted is None else len(found) == 1 and found[0] in wanted


@pytest.mark.parametrize("name", PERSONS)
def test_a_person_is_read_in_any_form(name: str) -> None:
    author, wanted = PERSONS[name]
    assert by(author) == wanted


def by(author: object) -> list[str]:
    stated = {
        "@type": "NewsArticle",
        "headline": "$T",
        "datePublished": "2025-12-07T18:05:00Z",
        "author": author,
    }
    head = f'<script type="application/ld+json">{json.dumps(stated, ensure_ascii=False)}</script>'
    return list(dated(own(), head).cleaned().authors)


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_does_not_lose_what_json_states(name: str) -> None:
    kind = dated(own(), f'<script type="application/ld+json">{SLIPS[name].replace("§", GOOD)}</script>')
    assert (list(kind.cleaned().authors), moment(kind)) == (["Ebba Rask"], "2025-12-07T18:05")


@pytest.mark.parametrize("type_", TYPES)
def test_json_is_found_by_any_spelling_of_its_type(type_: str) -> None:
    assert moment(dated(own(), f'<script type="{type_}">{{{GOOD}}}</script>')) == "2025-12-07T18:05"


@pytest.mark.parametrize("name", BYLINES)
def test_a_byline_is_the_articles_own(name: str) -> None:
    markup, wanted = BYLINES[name]
    site = '<meta property="og:site_name" content="Küstenbote">'
    assert list(dated(markup, site, "de" if "german" in name else "en").cleaned().authors) == wanted


@pytest.mark.parametrize("name", OWNERS)
def test_the_papers_owner_is_no_author_beside_one(name: str) -> None:
    head, after, wanted = OWNERS[name]
    assert list(dated(own(after=after), head).cleaned().authors) == wanted


@pytest.mark.parametrize("name", AGREED)
def test_of_two_statements_the_exact_one_counts(name: str) -> None:
    head, inner, wanted, day = AGREED[name]
    kind = dated(own(inner), head)
    assert (moment(kind), str(kind.cleaned().published_on)) == (wanted, day)
