"""An article held against its source's knowledge: captions, templates, story; the same whenever and however often."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.content_hash import content_hash
from articles.model import Article, Image, Removal, from_json, to_json
from articles.source.features import features
from articles.source.judge import judge
from articles.source.knowledge import Knowledge, build
from articles.structure.markup import Markup
from articles.text import count_words
from tests.desk import STORIES, WIRE, article

FOOTER = "The Norland Post can also be read at the following addresses in the mountains"
FOREIGN = "Senator Ilka Ommen (left) talks with the speaker of the chamber, Nora Pellow, during a rally at the capitol"
OWN = "A Krait launcher is unloaded at the port of Vesting"
NOTHING = build("norland", 0, ())
KRAIT = article(
    "krait",
    *WIRE,
    FOOTER,
    lead="Norland buys more missiles, and its neighbour is angry.",
    day=20,
    images=(
        Image(url="https://img.example/1.jpg", caption=FOREIGN, credit="AFP photo"),
        Image(url="", caption=OWN),
    ),
    removed=(Removal(text="News / Norland", rule="breadcrumb", place="head"),),
)
OTHERS = [article(f"other-{n}", text, FOOTER, day=n) for n, text in enumerate(STORIES["en"])]
ALL = [*OTHERS, KRAIT]


def knowing(articles: list[Article], number: int = 3) -> Knowledge:
    return build("norland", number, map(features, articles))


def test_captions_templates_and_story_are_settled_in_one() -> None:
    judged = judge(KRAIT, features(KRAIT), knowing(ALL), "f" * 32)
    assert judged.body == WIRE
    assert [removal.rule for removal in judged.removed] == ["breadcrumb", "template"]
    assert judged.removed[-1].text == FOOTER
    assert [image.status for image in judged.images] == ["mismatched", "matched"]
    assert (judged.story_id, judged.snapshot) == ("f" * 32, 3)
    assert judged.word_count == count_words("\n".join((KRAIT.lead, *WIRE)))
    assert judged.content_hash == content_hash(judged) != KRAIT.content_hash
    assert from_json(to_json(judged)) == judged


def test_markup_stays_with_its_paragraph_where_a_template_is_cut_above() -> None:
    framed = replace(
        KRAIT,
        body=(FOOTER, *WIRE),
        markup=(
            Markup(at=0, kind="heading", level=2),
            Markup(at=1, kind="quote"),
            Markup(at=4, kind="heading", level=3),
        ),
    )
    judged = judge(framed, features(framed), knowing([*OTHERS, framed]), "f" * 32)
    assert judged.body == WIRE
    assert judged.markup == (Markup(at=0, kind="quote"), Markup(at=3, kind="heading", level=3))


def test_a_mismatched_caption_does_not_return_into_the_text() -> None:
    judged = judge(KRAIT, features(KRAIT), knowing(ALL), KRAIT.id)
    assert not any(FOREIGN in line for line in (judged.title, judged.lead, *judged.body))


def test_without_knowledge_nothing_changes_but_story_and_snapshot() -> None:
    judged = judge(KRAIT, features(KRAIT), NOTHING, KRAIT.id)
    assert replace(judged, story_id="", content_hash=KRAIT.content_hash) == KRAIT
    assert judged.story_id == KRAIT.id
    assert judge(KRAIT, features(KRAIT), build("norland", 9, ()), KRAIT.id).snapshot == 9


def test_a_new_story_makes_the_article_new_and_a_new_snapshot_does_not() -> None:
    known, row = knowing(ALL), features(KRAIT)
    judged = judge(KRAIT, row, known, KRAIT.id)
    assert judge(KRAIT, row, knowing(ALL, 4), KRAIT.id).content_hash == judged.content_hash
    assert judge(KRAIT, row, known, "a").content_hash != judged.content_hash


def test_anothers_features_are_a_mistake() -> None:
    with pytest.raises(ValueError, match=KRAIT.id):
        judge(KRAIT, features(OTHERS[0]), NOTHING, KRAIT.id)


def test_a_note_that_nothing_was_cut_is_kept_once() -> None:
    box = WIRE[3:5]
    pages = [article(f"page-{n}", STORIES["de"][n], STORIES["ru"][n], *box, day=n) for n in range(4)]
    row, known = features(pages[0]), knowing(pages)
    once = judge(pages[0], row, known, pages[0].id)
    assert [removal.text for removal in once.removed] == [""]
    assert judge(once, row, known, once.id) == once
    assert judge(once, row, knowing(OTHERS), once.id).removed == ()


LINES = [
    FOOTER,
    *WIRE,
    *STORIES["en"][:4],
    "Read it on paper",
    "Correction: the ship was a barge, not a ferry",
]
PAGES = st.lists(
    st.tuples(
        st.lists(st.sampled_from(LINES), max_size=8),
        st.lists(st.sampled_from([OWN, FOREIGN, "", "File photo"]), max_size=2),
    ),
    min_size=1,
    max_size=14,
)


@settings(deadline=None)
@given(PAGES, st.randoms(use_true_random=False))
def test_judging_is_the_same_in_any_order_and_as_often_as_one_likes(
    pages: list[tuple[list[str], list[str]]], rng: random.Random
) -> None:
    articles = [
        article(f"page-{n}", *body, day=n, images=tuple(Image(url="", caption=text) for text in captions))
        for n, (body, captions) in enumerate(pages)
    ]
    rows = {each.id: features(each) for each in articles}
    known = build("norland", 1, rows.values())
    judged = {each.id: judge(each, rows[each.id], known, each.id) for each in articles}
    shuffled = rng.sample(articles, len(articles))
    again = build("norland", 1, [rows[each.id] for each in shuffled])
    for each in shuffled:
        once = judged[each.id]
        assert judge(each, rows[each.id], again, each.id) == once
        assert judge(once, rows[each.id], again, once.id) == once
        assert sorted([*once.body, *(cut.text for cut in once.removed if cut.text)]) == sorted(each.body)
        assert [replace(image, status="undecided") for image in once.images] == list(each.images)
