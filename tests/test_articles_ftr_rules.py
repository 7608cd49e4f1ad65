"""Files of Full-Text RSS, applied to pages as Full-Text RSS and wallabag apply them."""

import time
from typing import Any

import pytest

from articles.clean import clean
from articles.model import Article, Rejection, Rule
from articles.sites import ftr_file, ftr_rules
from articles.sites.site_rules import NO_RULES, SiteRules
from tests.test_articles_clean import page

PARAGRAPHS = [
    f"On day {n} the bridge over the sound stayed closed, because the new bearings had not arrived, and the islanders crossed"
    f" in an open launch that carries no more than twelve people at a time."
    for n in range(4)
]
TEXT = "".join(f"<p>{each}</p>" for each in PARAGRAPHS)
OTHER = "<div class='second'>" + TEXT.replace("bridge", "tunnel") + "</div>"


def rules(text: str, general: str = "") -> SiteRules:
    own = ftr_file.read("example.org.txt", text.encode())
    shared = ftr_file.read("global.txt", general.encode()) if general else None
    return ftr_rules.rules_of(own, shared)


def given_page(inside: str = "", above: str = "", below: str = "") -> Any:
    body = f"<h1>Bridge stays closed</h1>{above}<div id='story'>{TEXT}{inside}</div>{below}"
    return page(f"<html><head><title>Bridge stays closed</title></head><body>{body}</body></html>")


def cleaned(site: SiteRules, of: Any) -> Article:
    found = clean(of, site=site)
    assert isinstance(found, Article), found
    return found


def test_the_first_body_that_is_there_is_the_text() -> None:
    article = cleaned(
        rules("body: //div[@id='gone']\nbody: //div[@class='second']\nbody: //div[@id='story']"),
        given_page(below=OTHER),
    )
    assert article.body == tuple(each.replace("bridge", "tunnel") for each in PARAGRAPHS)
    assert article.site_matched == ("example.org.txt:2",)


def test_elements_of_one_body_are_joined_each_once() -> None:
    path = "//div[@id='story']/p | //div[@id='story'] | //div[@class='second']/p[1]"
    article = cleaned(rules(f"body: {path}"), given_page(below=OTHER))
    assert article.body == (*PARAGRAPHS, PARAGRAPHS[0].replace("bridge", "tunnel"))


def test_the_body_is_looked_for_in_what_is_left_after_stripping() -> None:
    lines = "strip: //div[@class='second']\nbody: //div[@class='second']\nbody: //div[@id='story'] | //div[@class='second']"
    assert cleaned(rules(lines), given_page(below=OTHER)).body == tuple(PARAGRAPHS)


def test_title_author_and_date_are_the_first_that_say_something() -> None:
    above = "<p class=kick>No.</p><h2 class=real>The sound without a bridge</h2><a rel=author>Ada Quist</a><a rel=author>Bo Lind</a>"
    article = cleaned(
        rules(
            "title: //h2[@class='none']\ntitle: //h2[@class='real']\nauthor: //a[@rel='author']\n"
            "date: substring-after(//p[@class='when'], 'on ')"
        ),
        given_page(above=f"{above}<p class=when>Printed on 3 November 2025</p>"),
    )
    assert (article.title, article.authors) == ("The sound without a bridge", ("Ada Quist", "Bo Lind"))
    assert str(article.published_on or article.published_at)[:10] == "2025-11-03"


@pytest.mark.parametrize(
    ("line", "box"),
    [
        ("strip: //div[@class='gala']", "<div class=gala>The gala of the harbour master is on Friday at nine.</div>"),
        ("strip_id_or_class: gala", "<div class='big-gala-box'>The gala of the harbour master is on Friday at nine.</div>"),
        ("strip_id_or_class: 'gala'", "<p id=gala7>The gala of the harbour master is on Friday at nine.</p>"),
        ("strip: //p[@class='x']/text()", "<p class=x>The gala of the harbour master is on Friday at nine.</p>"),
        ("strip: //p/b/following-sibling::text()", "<p><b></b>The gala of the harbour master is on Friday at nine.</p>"),
        ("strip: html/body//p[@class='x']", "<p class=x>The gala of the harbour master is on Friday at nine.</p>"),
    ],
)  # fmt: skip
def test_what_is_stripped_is_cut_and_named_by_file_and_line(line: str, box: str) -> None:
    assert "gala" in " ".join(cleaned(NO_RULES, given_page(box)).body)
    article = cleaned(rules(f"# a comment\n{line}"), given_page(box))
    assert article.body == tuple(PARAGRAPHS)
    cut = [each for each in article.removed if each.rule is Rule.SITE]
    assert [each.text for each in cut] == ["The gala of the harbour master is on Friday at nine."]
    assert cut[0].evidence.startswith("example.org.txt:2: ")


def test_images_and_attributes_are_stripped() -> None:
    pictures = "<figure><img src='/track/pixel.gif'></figure><figure><img src='/a.jpg'><figcaption>The pier in June</figcaption></figure>"
    hidden = f"<div style='display:none'><p>{PARAGRAPHS[0].replace('bridge', 'tunnel')}</p></div>"
    site = rules("strip_image_src: pixel\nstrip_attr: //div/@style\nbody: //div[@id='story']")
    article = cleaned(site, given_page(pictures + hidden))
    assert [image.url.rpartition("/")[2] for image in article.images] == ["a.jpg"]
    assert any("tunnel" in line for line in article.body)
    assert not any(
        "tunnel" in line for line in cleaned(rules("body: //div[@id='story']"), given_page(hidden)).body
    )


def test_strings_are_replaced_in_the_source_in_order() -> None:
    box = "<noscript><p>The gala of the harbour master is on Friday at nine in the old hall.</p></noscript>"
    site = rules(
        "replace_string(noscript>): div-x>\nfind_string: div-x>\nreplace_string: section>\nreplace_string(gala): feast"
    )
    article = cleaned(site, given_page(box))
    assert article.body[-1] == "The feast of the harbour master is on Friday at nine in the old hall."
    assert "example.org.txt:4" in article.site_matched


RELATED = f"<div class='related-stories'><p>{PARAGRAPHS[0].replace('bridge', 'tunnel')}</p></div>"


def test_without_prune_no_box_of_the_body_is_cut_by_its_name() -> None:
    pruned = cleaned(rules("body: //div[@id='story']"), given_page(RELATED))
    whole = cleaned(rules("body: //div[@id='story']\nprune: no"), given_page(RELATED))
    assert (len(pruned.body), len(whole.body)) == (4, 5)


def test_the_rules_for_lines_go_on_in_a_body_that_is_picked() -> None:
    site = rules("body: //div[@id='story']\nauthor: //a[@rel='author']\nprune: no")
    signed = given_page("<p>By Ada Quist</p>", above="<a rel=author>Ada Quist</a>")
    assert cleaned(site, signed).body == tuple(PARAGRAPHS)


def test_where_nothing_matches_the_general_rules_go_on() -> None:
    lines = "title: //h7\nauthor: //h7\ndate: //h7\nbody: //h7\n"
    plain = cleaned(NO_RULES, given_page())
    article = cleaned(rules(lines), given_page())
    assert (article.title, article.body) == (plain.title, plain.body)
    assert (article.site_matched, article.site_failed) == ((), ())


def test_unless_the_file_says_not_to() -> None:
    strict = "autodetect_on_failure: no\n"
    refused = clean(given_page(), site=rules(f"{strict}body: //h7"))
    assert isinstance(refused, Rejection)
    assert "no rule of its site" in refused.detail
    untitled = clean(given_page(), site=rules(f"{strict}title: //h7"))
    assert isinstance(untitled, Rejection)
    named = given_page(above="<p class=byline>By <a rel=author>Ada Quist</a></p>")
    assert cleaned(rules("author: //h7"), named).authors
    assert not cleaned(rules(f"{strict}author: //h7"), named).authors
    assert cleaned(rules(f"{strict}body: //div[@id='story']"), given_page()).title == "Bridge stays closed"


def test_global_txt_stands_behind_the_file_of_the_host() -> None:
    general = "title: //h2\nstrip_id_or_class: gala\nprune: no\n"
    box = "<h2>Another</h2><div class=gala>The gala of the harbour master is on Friday at nine.</div>"
    both = cleaned(rules("title: //h7\ntitle: //h1", general), given_page(box))
    assert (both.title, any("gala" in line for line in both.body)) == ("Bridge stays closed", False)
    alone = cleaned(rules("autodetect_on_failure: no", general), given_page(box))
    assert any("gala" in line for line in alone.body)
    assert ftr_rules.rules_of(None, ftr_file.read("global.txt", general.encode())).rules
    assert ftr_rules.rules_of(None, None) is NO_RULES


def test_a_bad_line_leaves_the_others() -> None:
    box = "<div class=gala>The gala of the harbour master is on Friday at nine.</div>"
    article = cleaned(rules("strip: //div[\nstrip: //svg:g\nstrip: //div[@class='gala']"), given_page(box))
    assert article.body == tuple(PARAGRAPHS)


def test_hostile_lines_end_soon() -> None:
    hostile = [
        "strip: //*[count(//*[count(//*) > 1]) > 1]",
        *(f"strip: //*[count(following::*) > {n}]" for n in range(60)),
        *(f"body: //*[. = //*[. != '{n}']]" for n in range(60)),
        "title: //*[normalize-space(string(//*[contains(//html, 'a')])) = 'b']",
        *(f"replace_string({'a' * 2**n}): {'a' * 2 ** (n + 1)}" for n in range(8)),
        *(["replace_string(e): eeeeeeeeee"] * 60),
    ]
    long = "".join(f"<p>{'a' * 50} e {n}</p>" for n in range(800))
    begun = time.process_time()
    clean(given_page(long), site=rules("\n".join(hostile)))
    assert time.process_time() - begun < 15


def test_the_stamp_is_of_what_counts_for_an_article() -> None:
    first = rules("title: //h1\nbody: //div")
    assert first.stamp
    assert (
        rules("title: //h1\nbody: //div\ntidy: no\n# more\ntest_url: https://example.org/").stamp
        == first.stamp
    )
    changed = [
        "title: //h2\nbody: //div",
        "title: //h1\nbody: //div\nprune: no",
        "title: //h1\nbody: //div\nreplace_string(a): b",
    ]
    assert len({first.stamp, *(rules(text).stamp for text in changed)}) == 4
    assert not ftr_rules.rules_of(ftr_file.read("example.org.txt", b"tidy: no")).stamp


@pytest.mark.parametrize(
    ("host", "names"),
    [
        ("www.example.org", ["example.org.txt", "www.example.org.txt", ".org.txt"]),
        ("News.Example.org", ["news.example.org.txt", "www.news.example.org.txt", ".example.org.txt", ".org.txt"]),
        ("a.b.example.org", ["a.b.example.org.txt", "www.a.b.example.org.txt", ".b.example.org.txt", ".example.org.txt", ".org.txt"]),
    ],
)  # fmt: skip
def test_the_files_that_may_be_a_hosts(host: str, names: list[str]) -> None:
    assert list(ftr_rules.names_for(host)) == names


def test_names_of_files() -> None:
    named = ["example.org.txt", ".example.org.txt", "global.txt", "README.md", "LICENSE.txt", "example.org"]
    assert [name for name in named if ftr_rules.is_name(name)] == named[:3]
