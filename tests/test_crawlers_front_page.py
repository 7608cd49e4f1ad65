"""Articles told from navigation, on front pages of several shapes and languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.newsroom import content, render
from crawlers.front_page import article_links

URL = "https://www.example.org/"

ENGLISH = """<!doctype html><html lang="en"><body class="home category">
<header class="site-header"><a href="/">The Pier</a><nav><ul class="menu"><li><a href="/news/">News</a></li>
<li><a href="/news/uk-news">UK news</a></li><li><a href="/sport/formula-one/">Formula One</a></li><li>
<a href="/life-and-style">Life and style</a></li>
<li><a href="/news/2026/nov/24/ferry-runs-aground-off-the-mole">Ferry runs aground off the mole: live updates</a></li></ul></nav></header>
<main><section><h2><a href="/news/">News</a></h2>
<article><header><h3><a href="/news/2026/nov/24/harbour-board-votes"><span>Harbour board votes on the eastern pier</span></a></h3></header>
<p class="card-meta"><a href="/author/ada-quill">Ada Quill</a> <a href="/news/harbour">Harbour</a></p></article>
<article><a href="/news/2026/nov/23/shipworm"><img src="/p.jpg" alt="A pile"></a><header><h3>
<a href="/news/2026/nov/23/shipworm">Shipworm eats the piles</a></h3></header>
<a class="more" href="/news/2026/nov/23/shipworm#comments">27 comments</a></article>
<article><h3><a href="https://www.example.org/news/2026/nov/23/divers?utm_source=front">Divers inspect the western pier</a></h3></article>
<article><h3><a href="https://partner.example/offers/2026/nov/23/ten-ways-to-save">Ten ways to save on your mortgage</a></h3></article></section>
<p><a href="/newsletters/morning">Sign up for our free morning newsletter now</a></p></main>
<aside class="most-read"><h2>Most read</h2><ol><li><a href="/sport/2026/nov/20/rowers-win-the-cup-again">Rowers win the cup again</a></li>
</ol></aside>
<footer><a href="/privacy-policy">Privacy policy and cookies of this site</a>
<a href="/info/2024/about-our-journalism-and-standards.pdf">Our standards and how we work</a>
<a href="/advertise">Advertise</a><a href="https://twitter.com/intent/tweet?url=x">Tweet</a></footer></body></html>"""

GERMAN = """<!doctype html><html lang="de"><body><div class="navigation-main"><a href="/politik/">Politik</a>
<a href="/wirtschaft/unternehmen/">Unternehmen und Märkte</a>
<a href="/sport/2-bundesliga/">2. Bundesliga</a><a href="/thema/hafen">Alles zum Thema Hafen und Schifffahrt</a></div>
<div class="stage"><div class="teaser teaser--large"><a class="teaser__link" href="/politik/hafenrat-stimmt-fuer-neubau-a-1234567.html">
<span class="kicker">Hafen</span>
<h2 class="teaser__title">Hafenrat stimmt für Neubau der Ostmole</h2><p>Nach zwei Wintern mit Sturmschäden.</p></a></div>
<div class="teaser"><a class="teaser__link" href="/wirtschaft/artikel7654321/Pfaehle-zerfressen.html"><h2>Bohrwurm</h2></a></div>
<div class="teaser"><a class="teaser__link" href="/panorama/ld.1839650"><h2>Taucher prüfen die Westmole</h2></a></div></div>
<ul class="newsticker"><li><a href="/ticker/faehre-laeuft-vor-der-mole-auf-grund,UAf9GNd">Fähre läuft vor der Mole auf Grund</a></li>
<li><a href="/ticker/ruderer-gewinnen-den-pokal,UBf7GNx">Ruderer gewinnen den Pokal</a></li>
<li><a href="/ticker/preise-fuer-heringe-steigen,UCf8GNe">Preise für Heringe steigen</a></li></ul>
<div class="sidebar"><a href="/wetter/hamburg">Das Wetter in Hamburg für die nächsten Tage</a>
<a href="/abo/angebote">Jetzt vier Wochen lang kostenlos lesen</a></div>
<div class="footer"><a href="/impressum">Impressum</a><a href="/datenschutz">Datenschutz</a>
<a href="/service/kontakt-123456.html">Kontakt</a></div></body></html>"""

SPANISH = """<!doctype html><html lang="es"><body class="archive category category-7">
<div id="menu"><a href="/category/politica/">Política</a>
<a href="/quienes-somos/">Quiénes somos</a></div>
<div id="primary" class="content-area"><div class="post-list"><div class="entry"><a href="/la-junta-del-puerto-vota-por-el-muelle/">
<img src="/1.jpg"></a>
<p class="title"><a href="/la-junta-del-puerto-vota-por-el-muelle/">La junta del puerto vota por el muelle este</a></p>
<a href="/la-junta-del-puerto-vota-por-el-muelle/">Leer más</a></div>
<div class="entry"><p class="title"><a href="/buzos-revisan-el-muelle/">Buzos revisan el muelle del oeste</a></p>
<a href="/buzos-revisan-el-muelle/">Leer más</a></div>
<div class="entry"><p class="title"><a href="/polilla/">La polilla de mar devora los pilotes de roble</a></p></div>
<div class="entry"><p class="title"><a href="/?p=36843">Los remeros ganan otra vez la copa</a></p></div></div>
<div class="pagination"><a href="/category/politica/page/2/">2</a><a href="/?page=3">Siguiente página de noticias de política</a></div></div>
<div class="site-footer footer"><a href="/politica-de-privacidad-y-cookies/">Política de privacidad</a>
<a href="/aviso-legal/">Aviso legal</a></div></body></html>"""

JAPANESE = """<!doctype html><html lang="ja"><body><header><ul><li><a href="/politics/">政治</a></li><li><a href="/affairs/disaster/">地震・災害</a></li>
<li><a href="/kyoiku/support/">中学受験サポート</a></li></ul></header>
<div class="top"><div class="item"><a href="/article/1011185"><h3>港湾局、東埠頭の再建を決定　二冬の嵐で被害</h3></a></div><div class="item">
<a href="/articles/AST1F4445T1FUTIL02SM.html?iref=top"><h3>船食い虫が杭を食い荒らす</h3></a></div>
<div class="item"><a href="/article/20261124-QBJP5I25BBIG5IZ76XZNDHDB5Q/"><h3>潜水士、西埠頭を調査へ</h3></a>
<a href="/article/20261124-QBJP5I25BBIG5IZ76XZNDHDB5Q/photo/C5TD7WETVJI4PD34ZPGQDC5SJM/"><img src="/1.jpg"></a></div></div>
<div class="list"><h2><a href="/affairs/">社会</a></h2><a href="/article/1011186">渡し船が防波堤の沖で座礁</a><a href="/affairs/">続きを読む</a></div>
<div class="ranking"><a href="/article/1010001">ボート部がまた優勝、三年連続の快挙となる</a></div>
<footer><a href="/corporate/privacypolicy">個人情報の取り扱いについてのお知らせ</a><a href="/guide">有料デジタル会員に登録</a></footer></body></html>"""

ARABIC = """<!doctype html><html lang="ar" dir="rtl"><body><nav><a href="/أخبار">أخبار</a><a href="/رياضة">رياضة</a></nav>
<main><div class="card"><h3><a href="/أخبار/مجلس-الميناء-يصوت-على-الرصيف-الشرقي">مجلس الميناء يصوت على الرصيف الشرقي</a></h3>
<a href="/أخبار/مجلس-الميناء-يصوت-على-الرصيف-الشرقي">اقرأ المزيد</a></div>
<div class="card"><h3><a href="/news/898682/%D8%A7%D9%84%D8%BA%D9%88%D8%A7%D8%B5%D9%88%D9%86">الغواصون يفحصون الرصيف الغربي</a></h3></div>
<div class="card"><h3><a href="/أخبار">أخبار</a></h3></div></main>
<footer><a href="/privacy">سياسة الخصوصية وشروط الاستخدام في الموقع</a></footer></body></html>"""

PAGES = {
    "english": (
        ENGLISH,
        [
            (
                "/news/2026/nov/24/ferry-runs-aground-off-the-mole",
                "Ferry runs aground off the mole: live updates",
            ),
            ("/news/2026/nov/24/harbour-board-votes", "Harbour board votes on the eastern pier"),
            ("/news/2026/nov/23/shipworm", "Shipworm eats the piles"),
            ("/news/2026/nov/23/divers", "Divers inspect the western pier"),
            ("/sport/2026/nov/20/rowers-win-the-cup-again", "Rowers win the cup again"),
        ],
    ),
    "german": (
        GERMAN,
        [
            ("/politik/hafenrat-stimmt-fuer-neubau-a-1234567.html", "Hafenrat stimmt für Neubau der Ostmole"),
            ("/wirtschaft/artikel7654321/Pfaehle-zerfressen.html", "Bohrwurm"),
            ("/panorama/ld.1839650", "Taucher prüfen die Westmole"),
            ("/ticker/faehre-laeuft-vor-der-mole-auf-grund,UAf9GNd", "Fähre läuft vor der Mole auf Grund"),
            ("/ticker/ruderer-gewinnen-den-pokal,UBf7GNx", "Ruderer gewinnen den Pokal"),
            ("/ticker/preise-fuer-heringe-steigen,UCf8GNe", "Preise für Heringe steigen"),
        ],
    ),
    "spanish": (
        SPANISH,
        [
            ("/la-junta-del-puerto-vota-por-el-muelle/", "La junta del puerto vota por el muelle este"),
            ("/buzos-revisan-el-muelle/", "Buzos revisan el muelle del oeste"),
            ("/polilla/", "La polilla de mar devora los pilotes de roble"),
            ("/?p=36843", "Los remeros ganan otra vez la copa"),
        ],
    ),
    "japanese": (
        JAPANESE,
        [
            ("/article/1011185", "港湾局、東埠頭の再建を決定 二冬の嵐で被害"),
            ("/articles/AST1F4445T1FUTIL02SM.html?iref=top", "船食い虫が杭を食い荒らす"),
            ("/article/20261124-QBJP5I25BBIG5IZ76XZNDHDB5Q/", "潜水士、西埠頭を調査へ"),
            ("/article/1011186", "渡し船が防波堤の沖で座礁"),
        ],
    ),
    "arabic": (
        ARABIC,
        [
            (
                "/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/%D9%85%D8%AC%D9%84%D8%B3-%D8%A7%D9%84%D9%85%D9%8A%D9%86%D8%A7%D8%A1-%D9%8A%D8%B5%D9%88%D8%AA-"
                "%D8%B9%D9%84%D9%89-%D8%A7%D9%84%D8%B1%D8%B5%D9%8A%D9%81-%D8%A7%D9%84%D8%B4%D8%B1%D9%82%D9%8A",
                "مجلس الميناء يصوت على الرصيف الشرقي",
            ),
            (
                "/news/898682/%D8%A7%D9%84%D8%BA%D9%88%D8%A7%D8%B5%D9%88%D9%86",
                "الغواصون يفحصون الرصيف الغربي",
            ),
        ],
    ),
}


def found(html: str, *known: str) -> list[tuple[str, str]]:
    links = article_links(html.encode(), URL, "text/html; charset=utf-8", known)
    return [(url.replace("https://www.example.org", ""), title) for url, title in links]


@pytest.mark.parametrize("language", PAGES)
def test_articles_are_told_from_navigation(language: str) -> None:
    html, expected = PAGES[language]
    assert found(html) == expected


def test_every_teaser_of_the_sample_newsroom_is_found() -> None:
    for site in map(content.load, content.SITES):
        base = "https://newsroom.example.org"
        written = {sample.url for sample in render.samples(site, base)}
        links = article_links(render.home(site, base), base + "/", "text/html; charset=utf-8")
        assert {url for url, _ in links} == written


OPAQUE = '<body><ul class="menu"><li><a href="/a/politics">Politics</a></li><li><a href="/a/x7">Pier</a></li></ul><p><a href="/b/x8">Mole</a></p></body>'


def test_the_form_of_known_articles_counts() -> None:
    assert found(OPAQUE) == []
    known = ["https://www.example.org/a/x1", "https://www.example.org/c/x2"]
    page = '<body><div><a href="/a/x7">Pier opens again</a></div><div><a href="/a/politics">All of politics</a></div></body>'
    assert found(page) == []
    assert found(page + '<article><h2><a href="/b/x9">Mole</a></h2></article>', *known) == [("/b/x9", "Mole")]
    assert found(page.replace("Pier opens again", "Pier opens again today"), *known) == [
        ("/a/x7", "Pier opens again today")
    ]
    ranked = '<aside class="most-read"><a href="/article/378587">Rowers win the cup again</a></aside>'
    assert found(ranked) == []
    assert found(ranked, "https://www.example.org/article/1") == [
        ("/article/378587", "Rowers win the cup again")
    ]


def test_what_lies_above_an_article_is_a_section() -> None:
    page = (
        '<main><h2><a href="/news/the-control-of-nature">The Control of Nature</a></h2>'
        '<h3><a href="/news/the-control-of-nature/a-shield-for-the-ice">A shield for the ice</a></h3></main>'
    )
    assert [url for url, _ in found(page)] == ["/news/the-control-of-nature/a-shield-for-the-ice"]
    known = "https://www.example.org/news/the-control-of-nature/a-story-of-long-ago"
    assert found(page.partition("<h3>")[0], known) == []


@pytest.mark.parametrize(
    ("links", "title"),
    [
        ('<a href="/2026/11/24/a">Read more</a>', ""),
        (
            '<a href="/2026/11/24/a"><img alt="x"></a><h2><a href="/2026/11/24/a">Harbour</a></h2><a href="/2026/11/24/a">A longer standfirst of it all</a>',
            "Harbour",
        ),
        (
            '<a href="/2026/11/24/a" aria-label="Harbour board votes again"><img></a>',
            "Harbour board votes again",
        ),
        (
            '<a href="/2026/11/24/a"><h3>Harbour <b>board</b></h3><p>Votes again, after the storm.</p></a>',
            "Harbour board",
        ),
    ],
)
def test_titles(links: str, title: str) -> None:
    assert found(
        f"<article>{links}{'<h2><a href=/2026/11/24/a>More</a></h2>' if not title else ''}</article>"
    ) == [("/2026/11/24/a", title)]


def test_links_count_from_the_base_and_in_the_encoding_of_the_page() -> None:
    page = '<base href="/deep/"><article><h2><a href="2026/11/24/größe">Größe</a></h2></article>'
    links = article_links(page.encode("latin-1"), URL, "text/html; charset=iso-8859-1")
    assert links == (("https://www.example.org/deep/2026/11/24/gr%C3%B6%C3%9Fe", "Größe"),)


def test_a_page_of_many_links_and_deep_markup_does_not_take_long() -> None:
    page = "<div>" * 1_000 + "".join(
        f'<a href="/2026/11/24/{number}">Pier {number} opens again today</a>' for number in range(20_000)
    )
    assert len(found(page)) == 5_000


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_can_be_looked_at(body: bytes) -> None:
    for url, title in article_links(b"<a href='" + body + b"'>" + body + b"</a>" + body, URL, ""):
        assert url.startswith(("http://", "https://"))
        assert len(title) <= 300
