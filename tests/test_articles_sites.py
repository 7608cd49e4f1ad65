"""What a user has taught about a site, applied to its pages."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.clean import clean
from articles.content_hash import content_hash
from articles.model import Article, Rejection, Rule
from articles.sites.site_rules import NO_RULES, RuleKind, SiteRule, SiteRules, Sites
from articles.sites.wordings import is_like, wording
from articles.text import key
from tests.test_articles_clean import page

PARAGRAPHS = [
    f"On day {n} the ferry stayed in the harbour because its shaft had not arrived, and the islanders crossed the sound in"
    f" an open launch that carries no more than twelve people at a time."
    for n in range(6)
]
BEFORE, AFTER = (
    "".join(f"<p>{each}</p>" for each in PARAGRAPHS[:3]),
    "".join(f"<p>{each}</p>" for each in PARAGRAPHS[3:]),
)


def ferry(between: str = "", above: str = "", below: str = "", inside: str = "") -> Any:
    body = f"<h1>Ferry stays in port</h1>{above}<div class=t>{BEFORE}{between}{AFTER}{inside}</div>{below}"
    return page(f"<html><head><title>Ferry stays in port</title></head><body>{body}</body></html>")


def rule(kind: RuleKind, **told: Any) -> SiteRule:
    return SiteRule(kind=kind, name=f"{kind}-1", **told)


def cleaned(given_page: Any, *rules: SiteRule, **more: Any) -> Article:
    article = clean(given_page, site=SiteRules(hosts=("kuestenbote.example",), rules=rules, **more))
    assert isinstance(article, Article), article
    return article


BOX = "<div class=zz><p>Our yearly gala is on Friday; seats are sold at the pier for nine crowns.</p></div>"


@pytest.mark.parametrize(
    "cut",
    [
        rule("cut", select="div.zz"),
        rule("cut", select="//div[@class='zz']"),
        rule("cut", line="Our yearly gala is on Friday; seats are sold at the pier for nine crowns."),
        rule("cut", line="our yearly GALA is on * seats are sold at the pier for * crowns"),
        rule("cut", line="Our yearly gala *"),
        rule("cut", select="p", line="* sold at the pier for nine crowns"),
    ],
)
def test_a_cut_takes_the_box_and_nothing_else_and_says_why(cut: SiteRule) -> None:
    without, article = cleaned(ferry()), cleaned(ferry(BOX), cut)
    assert any("gala" in line for line in cleaned(ferry(BOX)).body)
    assert article.body == without.body
    (removal,) = article.removed
    assert removal.rule is Rule.SITE
    assert removal.text.startswith("Our yearly gala")
    assert removal.evidence.startswith("cut-1: ")
    assert article.site_matched == ("cut-1",)
    assert article.site_rules


def test_a_sentence_of_a_paragraph_is_cut_from_it_but_not_half_a_sentence() -> None:
    ending = "<p>Nobody was hurt in the sound. <b>Also read:</b> Pier closed for repair</p>"
    cut = rule("cut", line="Also read: *")
    assert cleaned(ferry(inside=ending), cut).body[-1] == "Nobody was hurt in the sound."
    quoted = "<p>The mayor said that the islanders who also read the notice at the pier stayed at home.</p>"
    assert cleaned(ferry(inside=quoted), cut).body == cleaned(ferry(inside=quoted)).body


def test_what_stays_is_put_back_where_it_stood_whatever_rule_cut_it() -> None:
    aside = "<aside><p>The ship was built in 1911 and has a steel hull.</p></aside>"
    assert "The ship was built" not in "\n".join(cleaned(ferry(aside)).body)
    article = cleaned(ferry(aside), rule("keep", line="The ship was built in *"))
    assert article.body == (
        *PARAGRAPHS[:3],
        "The ship was built in 1911 and has a steel hull.",
        *PARAGRAPHS[3:],
    )
    assert not article.removed
    by_place = cleaned(ferry(aside), rule("keep", select="aside"))
    assert by_place.body == article.body


def test_a_keep_goes_before_a_cut_of_its_own_site() -> None:
    article = cleaned(ferry(BOX), rule("cut", select="div.zz"), rule("keep", line="Our yearly gala *"))
    assert article.body[3].startswith("Our yearly gala")


def test_parts_are_taken_from_where_a_rule_says() -> None:
    head = (
        "<h2 class=real>The Moewe must wait</h2><div class=who>Von Ilse Brandt</div><p class=dek>What the islanders say of it.</p>"
        "<time datetime='2025-03-07T10:00:00Z'>Saturday</time>"
    )
    under = "<div class=zz><img src=/ship.jpg><i>The Moewe at the pier. Photo: Jan Hansen</i></div>"
    article = cleaned(
        ferry(under, above=head),
        rule("title", select="h2.real"),
        rule("author", select=".who"),
        rule("lead", select=".dek"),
        rule("date", select="time"),
        rule("caption", select=".zz i"),
    )
    assert article.title == "The Moewe must wait"
    assert article.authors == ("Ilse Brandt",)
    assert article.lead == "What the islanders say of it."
    assert f"{article.published_at:%d %H}" == "07 10"
    assert [(image.caption, image.credit) for image in article.images] == [
        ("The Moewe at the pier.", "Photo: Jan Hansen")
    ]
    assert article.images[0].url.endswith("/ship.jpg")
    assert article.body == tuple(PARAGRAPHS)
    assert len(article.site_matched) == 5


def test_the_body_is_where_a_rule_says_and_the_general_one_if_that_finds_nothing() -> None:
    other = (
        "<section id=s>"
        + "".join(f"<p>{each.replace('ferry', 'tug')}</p>" for each in PARAGRAPHS[:2])
        + "</section>"
    )
    article = cleaned(ferry(below=other), rule("body", select="#s"))
    assert len(article.body) == 2
    assert all("tug" in line for line in article.body)
    assert (
        cleaned(ferry(below=other), rule("body", select="#nowhere")).body == cleaned(ferry(below=other)).body
    )


@pytest.mark.parametrize(
    ("pattern", "refused"),
    [("/insel/*", True), ("/insel", False), ("*kuestenbote.example/insel/*", True), ("https://www.kuestenbote.example/*", True), ("/video/*", False)],
)  # fmt: skip
def test_addresses_that_are_no_articles(pattern: str, refused: bool) -> None:
    result = clean(ferry(), site=SiteRules(rules=(rule("not_article", url=pattern),)))
    assert (isinstance(result, Rejection) and result.reason == "site_rule") == refused


def test_a_rule_that_cannot_be_used_is_named_and_costs_the_page_nothing() -> None:
    wide = BOX + "<i></i>" * 3_000
    article = cleaned(
        ferry(wide), rule("cut", select="//*/following::*/following::*"), rule("title", select="h1")
    )
    assert article.site_failed == ("cut-1: it would take too long on a page of this size",)
    assert article.body == cleaned(ferry(wide)).body


def test_rules_of_a_site_that_do_nothing_change_nothing() -> None:
    plain = clean(ferry(BOX))
    with_rules = cleaned(ferry(BOX), rule("cut", select="div.other"), rule("keep", line="something else"))
    assert isinstance(plain, Article)
    assert replace(with_rules, site_rules="") == plain
    assert content_hash(with_rules) == content_hash(plain)


def test_an_extractor_of_the_site_goes_before_the_configured_one() -> None:
    article = cleaned(ferry(), extractor="trafilatura")
    assert article.extractor == "trafilatura"


def test_a_site_is_found_by_host_and_the_domains_above() -> None:
    north, all_of = (
        SiteRules(hosts=(host,), extractor="auto") for host in ("north.harbour.example", "harbour.example")
    )
    sites = Sites.of_files([north, all_of])
    assert sites.of("https://www.north.harbour.example/a") is north
    assert sites.of("https://www.harbour.example/a") is all_of
    assert sites.of("https://notharbour.example/a") is NO_RULES


def test_the_hash_is_of_what_cleaning_hangs_on() -> None:
    assert NO_RULES.stamp == ""
    one = SiteRules(hosts=("a.example",), rules=(rule("cut", line="x"),))
    assert one.stamp == replace(one, rules=(replace(one.rules[0], lessons=()),)).stamp
    assert one.stamp != replace(one, rules=(rule("cut", line="y"),)).stamp


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Read also: *", "READ ALSO: Pier closed"),
        ("“Don’t miss”", '"Don\'t miss"'),
        ("soft\u00adhyphen and\u00a0space", "softhyphen and space"),
        ("caf\u00e9", "cafe\u0301"),
        ("اقرأ أيضا: *", "اقرأ أيضا: عودة العبارة"),
        ("关注我们", "关注我们！"),
        ("* is a reporter at *", "Jane Doe is a reporter at The Pier"),
    ],
)
def test_wordings_read_so_however_they_are_spelled(text: str, line: str) -> None:
    assert wording(text).is_whole(line)


def test_a_gap_has_its_limit() -> None:
    assert not wording("Read also: *").is_whole(f"Read also: {'word ' * 60}")
    assert not wording("*").is_whole("anything")


@pytest.mark.parametrize(
    ("line", "cut"),
    [
        ("A ship. Read also: B. C.", "Read also: B. C."),
        ("今天下雨。关注我们的公众号。明天", None),
    ],
)
def test_where_sentences_stand(line: str, cut: str | None) -> None:
    where = wording("Read also: *").within(line)
    assert (where and line[slice(*where)]) == cut
    chinese = wording("关注我们的公众号").within("今天下雨。关注我们的公众号。明天")
    assert chinese == (5, 14)


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_line_reads_like_itself_and_what_is_found_in_it_is_in_it(line: str, other: str) -> None:
    read = wording(line.replace("*", " "))
    if key(line.replace("*", " ")):
        assert read.is_whole(line.replace("*", " "))
    where = read.within(other)
    if where:
        assert 0 <= where[0] < where[1] <= len(other)


@given(st.text(alphabet="ab/", max_size=12), st.text(alphabet="ab*/", max_size=8))
def test_addresses_are_like_patterns_as_shells_have_it(address: str, pattern: str) -> None:
    from fnmatch import fnmatchcase

    assert is_like(address, pattern) == fnmatchcase(address, pattern)
