"""What of a change is cosmetic, and what an edit."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.edits.normal_form import edited, normal
from articles.edits.passing_lines import is_passing
from articles.model import Article, Image
from tests.desk import article

BODY = (
    "The ferry “Aune” – built in 1998 – sails again, it’s said…",
    "Nobody was hurt when its engine caught fire in March.",
)
BEFORE = replace(
    article("ferry", *BODY, lead="Three months after the fire."),
    title="Ferry sails again",
    images=(Image(url="https://img.example/1.jpg", caption="The ferry at its berth"),),
    notes=("Reporting by Ada Holm",),
)

PASSING = [
    "Updated 5 minutes ago",
    "UPDATED: 26 November 2026, 14:05 GMT",
    "Published: Thursday, November 26, 2026 | Updated: 2:05 pm EST",
    "1,204 views",
    "12 comments · 340 shares",
    "Read by 31 people and shared 12 times",
    "3 min read",
    "Last updated just now",
    "Stand: 26.11.2026, 14:05 Uhr",
    "Zuletzt aktualisiert vor 5 Minuten",
    "Lesezeit: 4 Minuten",
    "Publié le 26 novembre 2026 à 14h05",
    "Actualizado hace 20 minutos",
    "Pubblicato il 26 novembre 2026 alle ore 14:05",
    "Обновлено 5 минут назад",
    "1 204 просмотра",
    "26. November 2026",
    "2026-11-26 14:05",
    "阅读 1204",
    "更新于5分钟前",
    "2026年11月26日 14:05",
]
TELLING = [
    "Updated figures show 5 dead",
    "12 dead",
    "12 people and 3 dogs",
    "12 people",
    "The fire was reported at 14:05.",
    "May 2026 was the hottest month.",
    "Views differ",
    "5 million shares changed hands",
    "In March 2026 he resigned",
    "3-1",
    "Correction: the ferry sank on 26 November 2026",
    "Aktualisiert wurde 2026 auch das Gesetz",
    "死亡 12 人",
    "12",
]


@pytest.mark.parametrize("line", PASSING)
def test_lines_that_change_by_themselves_are_passed_over(line: str) -> None:
    assert is_passing(normal(line))
    assert edited(BEFORE, replace(BEFORE, body=(*BODY, line))) == ()


@pytest.mark.parametrize("line", TELLING)
def test_lines_that_tell_something_are_not(line: str) -> None:
    assert edited(BEFORE, replace(BEFORE, body=(*BODY, line))) == ("body",)


@pytest.mark.parametrize(
    "change",
    [
        {"body": ('The ferry "Aune" - built in 1998 - sails again, it\'s said...', BODY[1])},
        {"body": ("The ferry „Aune“—built in 1998—sails  again,\u00a0it´s said...", BODY[1])},
        {"body": ("The ferry « Aune » – built in 1998 – sails again, it’s said …", BODY[1])},
        {"body": (" ".join(BODY),)},
        {"body": ("The fer\u00adry “Aune” – built in 1998 – sails\u200b again, it’s said…", *BODY[1:])},
        {"title": "Ferry  sails again "},
        {"lead": "Three months after the fire ."},
        {"images": (Image(url="https://img.example/2.jpg", caption="The ferry at its  berth", credit="N. Olsen"),)},
        {"modified_at": BEFORE.fetched_at},
        {"authors": ("Ada Holm",), "section": "Sea", "tags": ("ferries",)},
        {"published_at": BEFORE.fetched_at, "published_on": date(2026, 3, 2), "published_from": "jsonld"},
    ],
    ids=str,
)  # fmt: skip
def test_how_a_text_is_set_is_cosmetic(change: dict[str, object]) -> None:
    assert edited(BEFORE, replace(BEFORE, **change)) == ()
    assert edited(replace(BEFORE, **change), BEFORE) == ()


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ({"title": "Ferry sails no more"}, ("title",)),
        ({"title": "Ferry Sails Again"}, ("title",)),
        ({"lead": ""}, ("lead",)),
        ({"body": (BODY[0].replace("1998", "1989"), BODY[1])}, ("body",)),
        ({"body": BODY[:1]}, ("body",)),
        ({"body": BODY[::-1]}, ("body",)),
        ({"body": (BODY[0].replace("“", "").replace("”", ""), BODY[1])}, ("body",)),
        ({"notes": (*BEFORE.notes, "Correction: it was built in 1989.")}, ("body",)),
        ({"images": (Image(url="https://img.example/1.jpg", caption="Another ferry"),)}, ("captions",)),
        ({"title": "Tram", "lead": "Tram", "images": ()}, ("title", "lead", "captions")),
    ],
    ids=str,
)
def test_what_it_says_is_not(change: dict[str, object], parts: tuple[str, ...]) -> None:
    assert edited(BEFORE, replace(BEFORE, **change)) == parts


def dated(day: date, origin: str) -> Article:
    return replace(BEFORE, published_on=day, published_from=origin)  # type: ignore[arg-type]


def test_a_day_of_publication_that_is_moved_is_an_edit_if_the_page_states_both() -> None:
    first, later = date(2026, 3, 2), date(2026, 3, 5)
    assert edited(dated(first, "jsonld"), dated(later, "meta")) == ("times",)
    assert edited(dated(first, "jsonld"), dated(later, "text")) == ()
    assert edited(dated(first, "feed"), dated(later, "feed")) == ()
    moment = replace(dated(first, "meta"), published_at=BEFORE.fetched_at)
    assert edited(moment, replace(moment, published_at=BEFORE.fetched_at + timedelta(hours=1))) == ()


@given(st.text(max_size=80))
def test_the_normal_form_of_a_normal_form_is_itself(text: str) -> None:
    once = normal(text)
    assert normal(once) == once
    is_passing(once)


@given(st.lists(st.sampled_from(["ferry", "Aune", "1998", "sails"]), min_size=1).map(" ".join))
def test_white_space_and_quotes_never_matter(text: str) -> None:
    assert normal(f"“{text}”") == normal(f' "{text.replace(" ", chr(0xA0) + " ")}" ')
