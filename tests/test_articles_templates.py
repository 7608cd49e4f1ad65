"""Template lines are cut once three articles of two days have them; nothing that poisons the count gets anything cut."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.model import Article
from articles.source.features import features, fingerprint
from articles.source.knowledge import Knowledge, build
from articles.source.templates import cut, is_notice
from tests.desk import STORIES, WIRE, article

FOOTER = "The Norland Post can also be read at the following addresses in the mountains"
SHORT = "Read it on paper"


def story(n: int, *more: str, day: int | None = None) -> Article:
    """A story of its own, five lines long, with more lines after it."""
    texts = [*STORIES["en"], *STORIES["de"], *STORIES["ru"]]
    body = [texts[(n * 5 + line) % len(texts)] + f" Version {chr(97 + n)}." for line in range(5)]
    return article(f"story-{n}", *body, *more, day=n if day is None else day)


def knowing(*articles: Article) -> Knowledge:
    return build("norland", 1, map(features, articles))


def cut_from(judged: Article, known: Knowledge) -> list[str]:
    body, removed = cut(judged.lead, judged.body, features(judged), known)
    texts = [removal.text for removal in removed]
    assert sorted([*body, *filter(None, texts)]) == sorted(judged.body)
    return texts


def test_a_line_in_three_articles_of_two_days_is_template() -> None:
    articles = [story(n, FOOTER, day=n // 2) for n in range(3)]
    body, (removal,) = cut("", articles[2].body, features(articles[2]), knowing(*articles))
    assert body == story(2).body
    assert (removal.text, removal.rule, removal.place) == (FOOTER, "template", "tail")
    assert f"{fingerprint(FOOTER):016x} in 3 articles of 2 days" in removal.evidence
    assert all(other.id in removal.evidence for other in articles[:2])


def test_the_judged_article_counts_whether_it_is_remembered_yet_or_not() -> None:
    articles = [story(n, FOOTER) for n in range(3)]
    assert cut_from(articles[2], knowing(*articles[:2])) == [FOOTER]
    assert cut_from(articles[2], knowing(*articles)) == [FOOTER]


def test_figures_and_case_do_not_hide_a_template() -> None:
    lines = [f"PRINTED ON PAGE {n} of the Norland Post, {n * 7} crowns" for n in range(3)]
    articles = [story(n, lines[n]) for n in range(3)]
    assert cut_from(articles[0], knowing(*articles)) == [lines[0]]


def test_two_pages_that_share_a_paragraph_keep_it() -> None:
    articles = [story(n, FOOTER) for n in range(2)]
    assert cut_from(articles[0], knowing(*articles, *(story(n) for n in range(2, 8)))) == []


def test_one_day_is_no_template() -> None:
    articles = [story(n, FOOTER, day=0) for n in range(6)]
    assert cut_from(articles[0], knowing(*articles)) == []


def test_one_page_a_hundred_times_over_teaches_nothing() -> None:
    page = story(0, FOOTER)
    same = [features(replace(page, first_seen_at=story(n % 7).first_seen_at)) for n in range(100)]
    copies = [
        features(article(f"copy-{n}", *page.body, f"Copy {chr(97 + n % 26)} of it.", day=n % 7))
        for n in range(100)
    ]
    known = build("norland", 1, [*same, *copies])
    assert cut_from(page, known) == []
    assert cut_from(story(1, FOOTER), known) == []
    known = build("norland", 1, [*same, *copies, features(story(1, FOOTER))])
    assert cut_from(page, known) == []
    assert cut_from(story(2, FOOTER), known) == [FOOTER]


def test_a_short_line_is_template_in_five_articles_and_one_place() -> None:
    articles = [story(n, SHORT) for n in range(5)]
    assert cut_from(articles[0], knowing(*articles)) == [SHORT]
    assert cut_from(articles[0], knowing(*articles[:4])) == []
    moving = [*articles[:3], *(replace(each, body=(SHORT, *each.body[:-1])) for each in articles[3:])]
    assert cut_from(moving[0], knowing(*moving)) == []
    tiny = [story(n, "Read on") for n in range(9)]
    assert cut_from(tiny[0], knowing(*tiny)) == []


def test_a_title_is_no_template_of_its_own_page() -> None:
    articles = [replace(story(n, FOOTER), title=FOOTER if n == 0 else "x") for n in range(4)]
    assert cut_from(articles[0], knowing(*articles)) == []
    assert cut_from(articles[1], knowing(*articles)) == [FOOTER]


def test_a_forgotten_line_is_content() -> None:
    articles = [story(n, FOOTER) for n in range(5)]
    known = build("norland", 2, map(features, articles), frozenset({fingerprint(FOOTER)}))
    assert cut_from(articles[0], known) == []


def test_more_than_half_of_a_text_is_never_cut() -> None:
    box = WIRE[3:5]  # some sixty words
    texts = zip(STORIES["de"], STORIES["ru"], strict=True)
    thin, *_ = articles = [article(f"page-{n}", *pair, *box, day=n) for n, pair in enumerate(texts)]
    known = knowing(*articles)
    thick = replace(thin, body=(*STORIES["en"], *box))
    assert cut_from(thick, known) == list(box)
    body, (note,) = cut("", thin.body, features(thin), known)
    assert body == thin.body
    assert (note.text, note.rule, note.place) == ("", "template", "block")
    assert "kept 2 recurring lines" in note.evidence
    lead = " ".join(STORIES["en"])
    assert cut(lead, thin.body, features(replace(thin, lead=lead)), known)[0] == thin.body[:2]


NOTICES = [
    "Correction: an earlier version of this article misstated the range of the missile.",
    "This article was amended on 3 March 2026 to correct the name of the minister.",
    "Editor's note: The original version of this story gave a wrong date.",
    "Korrektur: In einer früheren Version hieß es, die Fähre sei gesunken.",
    "Anmerkung der Redaktion: In einer früheren Fassung stand ein falscher Name.",
    "Rectificatif : le nom du ministre a été corrigé le 3 mars.",
    "Fe de errores: el barco no se hundió, sino que quedó en el puerto.",
    "Una versione precedente di questo articolo riportava un nome errato.",
    "Rättelse: I en tidigare version stod fel namn på ministern.",
    "Исправление: в предыдущей версии было указано неверное имя министра.",
    "訂正：以前の記事では大臣の名前に誤りがありました。お詫びします。",
    "更正：本文早前版本误写了部长的姓名，特此说明并向读者致歉。",
    "정정: 이전 기사에서 장관의 이름이 잘못 표기되어 바로잡습니다.",
]


@pytest.mark.parametrize("notice", NOTICES)
def test_notices_of_correction_stay_however_often_they_recur(notice: str) -> None:
    articles = [story(n, notice) for n in range(6)]
    assert is_notice(notice)
    assert cut_from(articles[0], knowing(*articles)) == []


@pytest.mark.parametrize(
    "line",
    [
        FOOTER,
        "Report a correction to the editors by letter or by telephone",
        "Corrections and complaints are answered by the ombudswoman",
        "Editor's note: subscribe to our letter about the sea and its fish",
        "Korrekturlesen lernen: Kurse unserer Akademie in Holm",
        "This article is part of a series on the border and its people",
    ],
)
def test_other_lines_are_no_notices(line: str) -> None:
    articles = [story(n, line) for n in range(3)]
    assert cut_from(articles[0], knowing(*articles)) == [line]


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from([FOOTER, SHORT, *NOTICES[:2], *STORIES["en"]]), max_size=8),
        min_size=1,
        max_size=8,
    )
)
def test_nothing_is_lost_and_half_stays(bodies: list[list[str]]) -> None:
    articles = [article(f"page-{n}", *body, day=n) for n, body in enumerate(bodies)]
    known = knowing(*articles)
    for each in articles:
        texts = cut_from(each, known)
        assert sum(len(text.split()) for text in texts) <= sum(len(line.split()) for line in each.body) / 2
        assert not set(texts) & set(NOTICES)


@pytest.mark.parametrize(("own", "is_cut"), [(11, True), (7, False)])
def test_what_recurs_in_more_than_half_of_a_text_is_the_text(own: int, is_cut: bool) -> None:
    """Nine words of nine and these."""
    footer = "The Norland Post is printed at Holm every night"
    articles = [
        article(
            f"story-{n}", " ".join(f"{chr(97 + n)}{chr(97 + word)}" for word in range(own)), footer, day=n
        )
        for n in range(3)
    ]
    assert cut_from(articles[0], knowing(*articles)) == ([footer] if is_cut else [""])


def test_the_evidence_names_three_of_the_articles() -> None:
    articles = [story(n, FOOTER) for n in range(6)]
    _, (removal,) = cut("", articles[0].body, features(articles[0]), knowing(*articles))
    assert sum(other.id in removal.evidence for other in articles) == 3
