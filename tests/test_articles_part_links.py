"""The further pages that a page names, and what it names that is none."""

from typing import Any

import pytest

from articles.clean import clean
from articles.errors import ConfigError
from articles.model import Article
from articles.parts.part_links import MOST
from articles.sites import ftr_file, ftr_rules, site_file
from articles.sites.site_rules import NO_RULES, SiteRules
from tests.test_articles_clean import page

SITE = "https://paper.example.org"
HERE = f"{SITE}/voyage-of-the-kelby-ferry"
PARAGRAPHS = tuple(
    f"On day {n} the ferry left the harbour of Kelby before dawn, and the islanders who crossed the sound in it counted the"
    " seals on the skerries until the fog came in."
    for n in range(6)
)
TEXT = "".join(f"<p>{each}</p>" for each in PARAGRAPHS)
HEAD = "<title>The voyage of the Kelby ferry</title><meta property=og:type content=article>"
NEWS = tuple(
    f"<a href='/other-story-{word}'>The harbour {word} of another day</a>"
    for word in ("master", "gala", "seal", "bell")
)


def named(
    below: str = "", url: str = HERE, head: str = "", above: str = "", site: SiteRules = NO_RULES
) -> tuple[str, ...]:
    """The further pages of an article with this below its text."""
    return cleaned(source(below, head, above), url, site).further_pages


def source(below: str, head: str = "", above: str = "") -> str:
    inner = f"<main><article><h1>The voyage of the Kelby ferry</h1>{above}<div>{TEXT}</div>{below}</article></main>"
    return f"<html lang=en><head>{HEAD}{head}</head><body>{inner}</body></html>"


def cleaned(html: str, url: str, site: SiteRules = NO_RULES) -> Article:
    article: Any = clean(page(html, url=url, final_url=url), site=site)
    assert isinstance(article, Article), article
    return article


def link(address: str, text: str, **attributes: str) -> str:
    told = "".join(f" {name}='{value}'" for name, value in attributes.items())
    return f"<a href='{address}'{told}>{text}</a>"


def pager(*addresses: str, own: str = "<span>1</span>", first: int = 2) -> str:
    links = " ".join(link(each, str(number)) for number, each in enumerate(addresses, first))
    return f"<div class=pagination>{own} {links}</div>"


def pages(form: str, *numbers: int, here: str = HERE) -> tuple[str, ...]:
    return tuple(here + form.format(number) for number in numbers)


FORMS = (
    *("?page={}", "?p={}", "?seite={}", "?pagewanted={}", "/{}", "/{}/", "/page/{}", "/page/{}/", "/seite-{}", "/page-{}.html", "/{}.html"),
    *("-{}", "-p{}", "-seite-{}", ",{}", "_{}", "-page{}.html"),
)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_pager_names_the_further_pages(form: str) -> None:
    found = pages(form, 2, 3, 4)
    assert named(pager(*found)) == found
    assert named(pager(*found), above=pager(*found)) == found


@pytest.mark.parametrize(
    ("own", "form"),
    [
        (f"{SITE}/news/title-2611.html", "{}/news/title-2611-{}.html"),
        (f"{SITE}/news/2026-11/25/content_4711.htm", "{}/news/2026-11/25/content_4711_{}.htm"),
        (f"{SITE}/2026/11/25/the-ferry/", "{}/2026/11/25/the-ferry/{}/"),
        (f"{SITE}/story.php?id=77", "{}/story.php?id=77&page={}"),
        (f"{SITE}/?p=122", "{}/?p=122&page={}"),
        (f"{SITE}/panorama/1.471123", "{}/panorama/1.471123-{}"),
        (f"{SITE}/voyage-1.html", "{}/voyage-{}.html"),
        (f"{SITE}/voyage/index.html", "{}/voyage/index_{}.html"),
        (f"{SITE}/voyage/page/1", "{}/voyage/page/{}"),
        (f"{SITE}/voyage?page=1&lang=en", "{}/voyage?lang=en&page={}"),
        ("https://www.paper.example.org/the-voyage", "{}/the-voyage?page={}"),
        ("http://paper.example.org/the-voyage/", "{}/the-voyage/{}/"),
    ],
)
def test_addresses_of_sites_as_they_are(own: str, form: str) -> None:
    found = tuple(form.format(SITE, number) for number in (2, 3))
    assert named(pager(*found), own) == found


def test_addresses_may_be_counted_from_0() -> None:
    assert named(pager(*pages("?page={}", 1, 2), own=link(HERE, "1"))) == pages("?page={}", 1, 2)
    assert named(link("?page=1", "Next page")) == pages("?page={}", 1)
    zero = pager(*pages("?page={}", 0, 1, 2, 3), own="", first=1)
    assert named(zero) == pages("?page={}", 1, 2, 3)
    assert named(zero, f"{HERE}?page=1") == pages("?page={}", 2, 3)


@pytest.mark.parametrize(
    "form",
    ["{}/", "./{}/", "../voyage/{}/", "/news/voyage/{}/", "//paper.example.org/news/voyage/{}", " {}/ "],
)
def test_addresses_relative_to_the_page(form: str) -> None:
    own = f"{SITE}/news/voyage/"
    found = named(pager(*(form.format(number) for number in (2, 3))), own)
    assert [each.rstrip("/") for each in found] == [f"{own}2", f"{own}3"]


def test_letters_that_only_the_address_of_the_page_has_encoded() -> None:
    own = f"{SITE}/n/%E6%9D%AD%E5%B7%9E%E8%BD%AE%E6%B8%A1"
    assert named(pager("/n/杭州轮渡?page=2", "/n/杭州轮渡?page=3"), own) == pages("?page={}", 2, 3, here=own)


def test_relative_addresses_and_tracking_lead_to_canonical_ones() -> None:
    assert named(pager("?page=2&utm_source=pager#text", "?page=3")) == pages("?page={}", 2, 3)


def test_the_page_may_stand_at_another_address_than_its_canonical_one() -> None:
    head = f"<link rel=canonical href='{HERE}'>"
    assert named(pager(*pages("?page={}", 2, 3)), f"{HERE}?from=home", head) == pages("?page={}", 2, 3)


def test_of_a_later_page_only_those_after_it_are_named() -> None:
    every = pager(*pages("/{}", 2, 3, 4), own=link(HERE, "1"))
    canonical = f"<link rel=canonical href='{HERE}'>"
    for head in ("", canonical):
        assert named(every, f"{HERE}/2", head) == pages("/{}", 3, 4)
        assert named(every, f"{HERE}/4", head) == ()


def test_pages_between_those_that_a_pager_names_are_there_too() -> None:
    assert named(pager(*pages("?page={}", 2, 3)) + "…" + link(f"{HERE}?page=7", "7")) == pages(
        "?page={}", *range(2, 8)
    )


def test_the_last_of_too_many_is_of_no_article() -> None:
    assert (
        named(pager(*pages("?page={}", 2, 3), own="1") + link(f"{HERE}?page={MOST + 2}", str(MOST + 2))) == ()
    )
    assert (
        len(named(pager(*pages("?page={}", 2, 3), own="1") + link(f"{HERE}?page={MOST + 1}", str(MOST + 1))))
        == MOST
    )


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2",
            "[2]",
            "2.",
            "Page 2",
            "Page 2 of 5",
            "2/5",
            "Next",
            "Next page",
            "Next page: The fog",
            "Continue reading »",
            "»",
            "→",
        ),
        *(
            "Seite 2",
            "Seite 2: Der Nebel",
            "Weiter auf Seite 2",
            "Nächste Seite",
            "Weiterlesen",
            "Page suivante",
            "Lire la suite",
            "Página 2",
        ),
        *(
            "Siguiente",
            "Próxima página",
            "Pagina successiva",
            "Volgende",
            "Nästa sida",
            "Następna strona",
            "Strona 2",
            "Další",
            "Sayfa 2",
        ),
        *(
            "Sonraki sayfa",
            "Страница 2",
            "Следующая страница",
            "Далее",
            "Επόμενη σελίδα",
            "الصفحة التالية",
            "صفحة ٢",
            "التالي",
            "صفحه بعد",
            "העמוד הבא",
        ),
        *(
            "下一页",
            "下一頁",
            "第2页",
            "次のページ",
            "次へ >>",
            "2ページ目",
            "다음 페이지",
            "2 페이지",
            "หน้าถัดไป",
            "Trang 2",
            "Halaman selanjutnya",
            "पृष्ठ २",
            "अगला पेज",
        ),
    ],
)
def test_the_words_for_a_page_in_many_languages(text: str) -> None:
    assert named(link(f"{HERE}?page=2", text)) == pages("?page={}", 2)


def test_a_link_may_say_it_to_those_who_do_not_see_it() -> None:
    assert named(f"<a href='{HERE}/2' aria-label='Next page'><svg></svg></a>") == pages("/{}", 2)
    assert named(f"<a href='{HERE}/2'><img src=/arrow.png alt='Next page'></a>") == pages("/{}", 2)


def test_rel_next_counts_for_an_address_with_a_number_and_for_no_other() -> None:
    assert named(head=f"<link rel=next href='{HERE}/2/'>") == (f"{HERE}/2/",)
    assert named(link(f"{HERE}?page=2", "go", rel="nofollow next")) == pages("?page={}", 2)
    assert named(head="<link rel=next href='/another-story-of-the-day'>") == ()
    assert named(link("/another-story-of-the-day", "Next", rel="next")) == ()


def test_a_page_without_a_pager_names_none() -> None:
    assert named() == ()
    assert named(link("/other-story-of-the-ferry", "2")) == ()
    assert named(link(f"{HERE}?page=2", "The harbour gala of another day")) == ()


# What looks like pages, and is none.

COMMENT = "<div class=comment><p>I have crossed the sound in this very ferry for thirty years, and never once did I see a seal.</p></div>"
SERIES = f"{SITE}/voyage-of-the-ferry-2"


@pytest.mark.parametrize(
    "below",
    [
        f"<section id=comments>{COMMENT * 3}{pager(*pages('?page={}', 2, 3))}</section>",
        f"<section id=comments>{COMMENT * 3}</section>{pager(*pages('?page={}', 2, 3))}",
        f"<div class=comment-list>{COMMENT * 3}</div><div>{pager(*pages('/{}', 2, 3))}</div>",
        f"<section id=comments>{COMMENT * 3}</section>{link(f'{HERE}?page=2', 'Next', rel='next')}",
        pager(*pages("?cpage={}", 2, 3)),
        pager(*pages("?page={}#comments", 2, 3)),
        pager(*pages("/comment-page-{}", 2, 3)),
        pager(*pages("/comments/{}", 2, 3)),
        pager(*pages("?comments_page={}", 2, 3)),
    ],
)
def test_pages_of_comments(below: str) -> None:
    assert named(below) == ()


def test_comments_beside_a_pager_of_the_text_take_nothing_from_it() -> None:
    comments = f"<section id=comments>{COMMENT * 3}{pager(*pages('?page={}', 2, 3))}</section>"
    assert named(pager(*pages("/{}", 2, 3)) + comments) == pages("/{}", 2, 3)
    count = "<div class=comments-link><a href='#comments'>12 comments</a></div>"
    assert named(
        pager(*pages("?page={}", 2, 3)) + comments.replace("?page=", "?cpage="), above=count
    ) == pages("?page={}", 2, 3)


@pytest.mark.parametrize(
    "below",
    [
        f"<section><h2>Latest</h2><ul>{''.join(f'<li>{each}</li>' for each in NEWS)}</ul>{pager('?page=2', '?page=3')}</section>",
        f"<h2>Latest</h2><ul>{''.join(f'<li>{each}</li>' for each in NEWS)}</ul>{pager('?page=2', '?page=3')}",
        f"<section>{''.join(f'<div><h3>{each}</h3><p>The islanders gathered at the pier and sang until it was late in the night.</p></div>' for each in NEWS)}"
        f"{pager('?page=2', '?page=3')}</section>",
        f"<div class=related><ul>{''.join(f'<li>{each}</li>' for each in NEWS[:1])}</ul>{pager('?page=2', '?page=3')}</div>",
        f"<div class=sidebar><p>What else happened on the islands in this week of fog.</p>{pager('?page=2', '?page=3')}</div>",
    ],
)
def test_pages_of_lists_below_an_article(below: str) -> None:
    assert named(below) == ()


def test_a_box_of_links_between_text_and_pager_takes_nothing_from_it() -> None:
    related = f"<div class=related-stories><ul>{''.join(f'<li>{each}</li>' for each in NEWS[:2])}</ul></div>"
    tags = (
        "<ul class=tags><li><a href='/tag/kelby'>Kelby</a></li><li><a href='/tag/ferry'>Ferry</a></li></ul>"
    )
    found = pages("?page={}", 2, 3)
    assert named(related + tags + pager(*found)) == found


@pytest.mark.parametrize(
    "form",
    [
        *("?slide={}", "?image={}", "?photo={}", "#slide-{}", "/photo/{}", "/gallery/{}", "/bild-{}"),
        *("?day={}", "?id={}", "?offset={}", "/amp/{}", "/print/{}"),
    ],
)
def test_numbers_that_count_something_else(form: str) -> None:
    assert named(pager(*pages(form, 2, 3))) == ()


@pytest.mark.parametrize(
    "url",
    [
        *(
            f"{SITE}/gallery/voyage-of-the-ferry",
            f"{SITE}/fotostrecke/voyage-of-the-ferry",
            f"{SITE}/photos/voyage-of-the-ferry",
        ),
        *(
            f"{SITE}/slideshow/voyage-of-the-ferry",
            f"{SITE}/liveblog/voyage-of-the-ferry",
            f"{SITE}/forum/voyage-of-the-ferry",
        ),
        *(
            f"{SITE}/tag/ferry",
            f"{SITE}/category/islands",
            f"{SITE}/search?q=ferry",
            f"{SITE}/author/ida-holm",
        ),
    ],
)
def test_addresses_of_galleries_live_blogs_and_lists(url: str) -> None:
    mark = "&" if "?" in url else "?"
    assert named(pager(f"{url}{mark}page=2", f"{url}{mark}page=3"), url) == ()


@pytest.mark.parametrize("kind", ["LiveBlogPosting", "DiscussionForumPosting"])
def test_pages_of_a_live_blog_or_a_forum(kind: str) -> None:
    head = f'<script type="application/ld+json">{{"@type":"{kind}","headline":"The voyage of the Kelby ferry"}}</script>'
    assert named(pager(*pages("?page={}", 2, 3)), head=head) == ()


@pytest.mark.parametrize("box", ["gallery", "slideshow", "photo-gallery", "carousel"])
def test_pages_of_a_gallery_in_an_article(box: str) -> None:
    assert named(f"<div class={box}><img src=/1.jpg>{pager(*pages('?page={}', 2, 3))}</div>") == ()


@pytest.mark.parametrize(
    ("url", "below", "head"),
    [
        (SERIES, link(f"{SITE}/voyage-of-the-ferry-3", "The voyage of the ferry, part three"), ""),
        (SERIES, link(f"{SITE}/voyage-of-the-ferry-3", "Part 3"), ""),
        (SERIES, link(f"{SITE}/voyage-of-the-ferry-3", "Next", rel="next"), ""),
        (SERIES, link(f"{SITE}/voyage-of-the-ferry-3", "Next article »"), ""),
        (SERIES, link(f"{SITE}/voyage-of-the-ferry-3", "3"), ""),
        (HERE, pager(*pages("-{}", 2, 3), own="All parts:"), ""),
        (SERIES, "", f"<link rel=next title='Voyage' href='{SITE}/voyage-of-the-ferry-3/'>"),
        (f"{SITE}/morning-briefing", "", f"<link rel=next href='{SITE}/morning-briefing-2/'>"),
        (f"{SITE}/?p=12", "", f"<link rel=next href='{SITE}/?p=13'>"),
        (f"{SITE}/2026/11/24", link(f"{SITE}/2026/11/25", "25"), f"<link rel=next href='{SITE}/2026/11/25'>"),
        (f"{SITE}/2026/11", link(f"{SITE}/2026/12", "Next"), f"<link rel=next href='{SITE}/2026/12'>"),
        (f"{SITE}/diary-2026-11-01.html", pager(f"{SITE}/diary-2026-11-02.html", f"{SITE}/diary-2026-11-03.html"), ""),
        (f"{SITE}/diary/2026-11/01", pager(f"{SITE}/diary/2026-11/02", f"{SITE}/diary/2026-11/03"), ""),
        (f"{SITE}/archive/24", link(f"{SITE}/archive/25", "Next", rel="next"), ""),
        (f"{SITE}/news", link(f"{SITE}/news/2", "Older stories"), ""),
        (f"{SITE}/story-24711.html", link(f"{SITE}/story-24712.html", "Next page"), ""),
        (HERE, pager("https://other.example/voyage-of-the-kelby-ferry?page=2"), ""),
        (HERE, pager(f"{SITE}/voyage-of-the-stadby-ferry?page=2", f"{SITE}/voyage-of-the-stadby-ferry?page=3"), ""),
        (HERE, pager(f"{SITE}/?page=2", f"{SITE}/?page=3"), ""),
        (HERE, link(f"{HERE}?page=5", "5"), ""),
        (HERE, pager(*pages("?page={}", 4, 6, 8)), ""),
    ],
)  # fmt: skip
def test_other_articles_days_and_lists(url: str, below: str, head: str) -> None:
    assert named(below, url, head) == ()


def test_a_catalogue_has_no_further_pages() -> None:
    items = "".join(
        f"<div><b>Boat {n}</b><p>Blue</p><p>12 m</p><p>{n} of 90</p><p>3 masts, 2 sails</p></div>"
        for n in range(40)
    )
    assert named(f"<div>{items}</div>{pager('?page=2', '?page=3')}") == ()


# A page that has all of them.


@pytest.mark.parametrize(
    ("address", "text"),
    [
        *(
            (f"{HERE}?page=all", "View all"),
            (f"{HERE}?view=all", "View as single page"),
            (f"{HERE}/komplettansicht", "Auf einer Seite lesen"),
        ),
        *(
            (f"{HERE}?singlepage=true", "Single page"),
            (f"{HERE}/all", "Tout afficher"),
            (f"{HERE}?page=all", "Tampilkan semua"),
        ),
        *(
            (f"{HERE}-all", "全文阅读"),
            (f"{HERE}?showall=1", "All pages"),
            (f"{HERE}?pagewanted=all", "Print all pages"),
        ),
    ],
)
def test_a_page_that_has_all_of_them_is_named_alone(address: str, text: str) -> None:
    every = pager(*pages("?page={}", 2, 3))
    assert named(every + link(address, text)) == (address,)
    assert named(every + link(address, text), f"{HERE}?page=2") == (address,)


def test_such_a_page_alone_is_not_believed() -> None:
    assert named(link(f"{HERE}?view=all", "View all")) == ()
    every = pager(*pages("?page={}", 2, 3))
    for other in ("/news/all", f"{HERE}/amp", f"{HERE}?print=1", f"{SITE}/all", "https://other.example/all"):
        assert named(every + link(other, "View all")) == pages("?page={}", 2, 3)
    comments = f"<section id=comments>{COMMENT * 3}{link(f'{HERE}?view=all', 'View all')}</section>"
    assert named(every + comments) == pages("?page={}", 2, 3)


def test_of_the_page_that_has_all_none_is_named() -> None:
    assert named(pager(*pages("?page={}", 2, 3), own=link(HERE, "1")), f"{HERE}?page=all") == ()


# The text without its pagers.


@pytest.mark.parametrize("url", [HERE, f"{HERE}?page=2", f"{HERE}?page=3"])
def test_pagers_are_cut_from_the_text_and_told(url: str) -> None:
    every = pager(*pages("?page={}", 1, 2, 3), own="", first=1) + link(f"{HERE}?page=2", "Next page")
    article = cleaned(source(f"<p>Pages: {every}</p>", above=every), url)
    assert article.body == PARAGRAPHS
    assert [cut.text for cut in article.removed if cut.rule == "navigation"] != []


def test_a_sentence_around_a_link_to_a_page_stays() -> None:
    said = "How the islanders repaired the shaft of their ferry with a plank is told on the"
    sentence = f"<p>{said} {link(f'{HERE}?page=2', 'next page')}.</p>"
    article = cleaned(source("").replace(TEXT, TEXT + sentence), HERE)
    assert article.further_pages == pages("?page={}", 2)
    assert article.body == (*PARAGRAPHS, f"{said} next page.")


# What rules of the site say.


def ftr(lines: str) -> SiteRules:
    return ftr_rules.rules_of(ftr_file.read("example.org.txt", lines.encode()))


ODD = f"<div class=odd>{link('/chapter/fog', 'The fog')} {link('https://www.paper.example.org/chapter/seal', 'The seal')}</div>"


def test_a_rule_names_any_address_of_the_site() -> None:
    article = cleaned(source(ODD), HERE, ftr("next_page_link: //div[@class='odd']/a"))
    assert article.further_pages == (f"{SITE}/chapter/fog", "https://www.paper.example.org/chapter/seal")
    assert article.site_matched == ("example.org.txt:1",)
    assert named(
        ODD.replace("www.paper.example.org", "other.example"),
        site=ftr("next_page_link: //div[@class='odd']/a/@href"),
    ) == (f"{SITE}/chapter/fog",)


def test_a_file_of_our_own_names_them_too() -> None:
    site = site_file.read(
        '[[next_page]]\nname = "chapters"\nselect = "div.odd a"\n[[single_page]]\nname = "one"\nselect = "a#print"\n',
        "paper.example.org.toml",
        "paper.example.org",
    )
    assert [rule.kind for rule in site.rules] == ["next_page", "single_page"]
    assert named(ODD, site=site) == (f"{SITE}/chapter/fog", "https://www.paper.example.org/chapter/seal")
    assert named(ODD + f"<a id=print href='{HERE}?print=1'>Print</a>", site=site) == (f"{HERE}?print=1",)
    with pytest.raises(ConfigError, match="line 3, column 8: unknown key `line`"):
        site_file.read(
            '[[next_page]]\nname = "n"\nline = "Next"\n', "paper.example.org.toml", "paper.example.org"
        )


def test_a_page_that_has_all_goes_before_the_next_page() -> None:
    both = ftr(
        "next_page_link: //div[@class='odd']/a\nsingle_page_link: concat(//link[@rel='canonical']/@href, '?print=1')"
    )
    assert named(ODD, head=f"<link rel=canonical href='{HERE}'>", site=both) == (f"{HERE}?print=1",)


def test_a_condition_says_where_a_page_that_has_all_counts() -> None:
    site = ftr("single_page_link: //a[@id='print']\nif_page_contains: //ul[@class='pages']")
    link_ = f"<a id=print href='{HERE}?print=1'>Print</a>"
    assert named(link_, site=site) == ()
    assert named(f"<ul class=pages><li>1</li></ul>{link_}", site=site) == (f"{HERE}?print=1",)


def test_a_rule_that_finds_this_page_or_one_before_it_finds_none() -> None:
    every = pager(*pages("?page={}", 2, 3), own=link(HERE, "1"))
    site = ftr("next_page_link: //div[@class='pagination']/a")
    assert named(every, site=site) == pages("?page={}", 2, 3)
    assert named(every, f"{HERE}?page=2", site=site) == pages("?page={}", 3)
    assert named(every, f"{HERE}?page=3", site=site) == ()


def test_where_a_rule_finds_nothing_the_general_way_goes_on_unless_the_file_says_not_to() -> None:
    every = pager(*pages("?page={}", 2, 3))
    assert named(every, site=ftr("next_page_link: //h7")) == pages("?page={}", 2, 3)
    assert named(every, site=ftr("next_page_link: //h7\nautodetect_on_failure: no")) == ()
