"""The articles of several pages as one."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.content_hash import content_hash
from articles.model import Article, Image, Removal, Rule
from articles.parts.joining import apart, joined
from articles.structure.markup import Link, Markup
from articles.text import count_words
from articles.urls import article_id

HERE = "https://paper.example/voyage"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TITLE = "The voyage of the Kelby ferry"


def url(number: int) -> str:
    return HERE if number == 1 else f"{HERE}?page={number}"


def part(number: int, *body: str, **more: Any) -> Article:
    """The article of one page."""
    made = Article(
        id=article_id(url(number)),
        url=url(number),
        canonical_url=more.pop("canonical_url", url(number)),
        source="paper",
        title=more.pop("title", TITLE),
        body=body,
        first_seen_at=NOON,
        fetched_at=NOON,
        word_count=count_words("\n".join((more.get("lead", ""), *body))),
        content_hash="",
        rules=19,
        **more,
    )
    return replace(made, content_hash=content_hash(made))


def says(*words: str) -> tuple[str, ...]:
    return tuple(
        f"{word} the ferry left the harbour of Kelby before dawn, with seals on the skerries."
        for word in words
    )


def test_the_texts_of_all_pages_stand_in_order() -> None:
    first, second, third = (part(n, *says(*words)) for n, words in enumerate(("ab", "cd", "ef"), 1))
    whole = joined(first, [second, third])
    assert whole.body == first.body + second.body + third.body
    assert (whole.id, whole.url, whole.title) == (first.id, first.url, first.title)
    assert whole.word_count == count_words("\n".join(whole.body))
    assert whole.content_hash == content_hash(whole) != first.content_hash


def test_an_article_without_other_pages_is_itself() -> None:
    alone = part(1, *says(*"abc"), lead="They sail again.", further_pages=(url(2),))
    assert joined(alone, []) == alone


def test_a_part_given_twice_counts_once_and_joining_again_changes_nothing() -> None:
    first, second = part(1, *says(*"abc")), part(2, *says(*"def"), images=(Image(url="", caption="A seal"),))
    whole = joined(first, [second])
    assert joined(first, [second, second]) == whole
    assert joined(first, [first, second]) == whole
    assert joined(whole, [second]) == whole


def test_what_every_page_begins_with_stands_once() -> None:
    head = ("By Ida Holm in Kelby", "Photographs by Ove Lind", "The islanders sail.")
    parts = [
        part(n, *head, *says(*words), lead="They sail again.")
        for n, words in enumerate(("ab", "cd", "ef"), 1)
    ]
    whole = joined(parts[0], parts[1:])
    assert whole.lead == "They sail again."
    assert whole.body == (*head, *says(*"abcdef"))
    assert (
        Removal(text=head[0], rule=Rule.REPEATED, place="head", evidence=f"joined with {url(2)}")
        in whole.removed
    )


def test_a_title_a_standfirst_and_an_author_at_the_beginning_of_a_page_are_repeated() -> None:
    first = part(1, *says(*"ab"), lead="They sail again.", authors=("Ida Holm",))
    second = part(2, TITLE, "They sail again.", "Ida Holm", "Page 2 of 3", *says(*"cd"))
    assert joined(first, [second]).body == says(*"abcd")


def test_a_standfirst_that_only_a_further_page_has_is_text() -> None:
    second = part(2, *says(*"cd"), lead="On the second day the fog came in.")
    assert joined(part(1, *says(*"ab")), [second]).body == (*says(*"ab"), second.lead, *says(*"cd"))


def test_what_every_page_ends_with_stands_once_and_at_the_end() -> None:
    tail = ("The ferry is run by the islands.", "Timetables hang at the pier.")
    parts = [part(n, *says(*words), *tail) for n, words in enumerate(("ab", "cd", "ef"), 1)]
    whole = joined(parts[0], parts[1:])
    assert whole.body == (*says(*"abcdef"), *tail)
    assert [each.place for each in whole.removed] == ["tail"] * 4


def test_a_paragraph_that_two_pages_share_at_their_border_stands_once() -> None:
    assert joined(part(1, *says(*"abc")), [part(2, *says(*"cde"))]).body == says(*"abcde")


def test_lines_in_the_midst_of_pages_stay_however_often_they_come() -> None:
    first = part(1, *says(*"abcdefg"), "And the fog came in.", *says(*"hijklmn"))
    second = part(2, *says(*"opqrstu"), "And the fog came in.", *says(*"vwxyzAB"))
    assert joined(first, [second]).body == first.body + second.body


@pytest.mark.parametrize(
    "line",
    [
        "Continued on page 2",
        "Weiter auf Seite 2: Der Nebel",
        "Next page: The fog",
        "Nächste Seite",
        "Page 1 of 3",
        "下一页",
    ],
)
def test_a_line_that_leads_to_the_next_page_is_none_of_the_text(line: str) -> None:
    whole = joined(part(1, *says(*"ab"), line), [part(2, *says(*"cd"))])
    assert whole.body == says(*"abcd")
    assert [(cut.text, cut.place) for cut in whole.removed] == [(line, "tail")]


def test_markup_goes_with_its_lines() -> None:
    link = Link(start=4, end=9, url="https://ports.example/")
    head, heading = "By Ida Holm in Kelby", "The second day"
    first = part(
        1,
        head,
        *says(*"ab"),
        "Timetables hang at the pier.",
        markup=(Markup(at=1, links=(link,)), Markup(at=3, kind="quote")),
    )
    second = part(
        2, head, heading, *says(*"cd"), "Timetables hang at the pier.",
        markup=(Markup(at=0, kind="quote"), Markup(at=1, kind="heading", level=2), Markup(at=4, kind="quote")),
    )  # fmt: skip
    whole = joined(first, [second])
    assert [(block.kind, block.text) for block in whole.blocks if block.kind != "paragraph"] == [
        ("heading", heading),
        ("quote", "Timetables hang at the pier."),
    ]
    assert [at for at, block in enumerate(whole.blocks) if block.links] == [1]


def test_a_page_that_has_all_of_them_takes_their_place() -> None:
    first = part(1, *says(*"ab"), authors=("Ida Holm",))
    every = part(9, *says(*"abcdef"), authors=("Somebody",))
    for rest in (
        [every],
        [part(2, *says(*"cd")), every],
        [every, part(2, *says(*"cd"))],
        [every, part(3, *says(*"ef"))],
    ):
        whole = joined(first, rest)
        assert whole.body == says(*"abcdef")
        assert whole.authors == ("Ida Holm",)
    long = part(1, *says(*map(str, range(30))))
    assert joined(long, [part(9, *says(*map(str, range(60))))]).body == says(*map(str, range(60)))
    almost = part(9, *says(*"abcdefghijklm"))
    assert joined(part(1, *says(*"abcdefghi"), "Read on."), [almost]).body == almost.body


def test_captions_and_removals_of_every_page_stand_once() -> None:
    seal, fog = (
        Image(url="https://img.example/1", caption="A seal"),
        Image(url="https://img.example/2", caption="Fog"),
    )
    again = Image(url="https://img.example/1?w=2", caption="A seal.")
    cut = Removal(text="Subscribe", rule=Rule.NEWSLETTER, place="tail")
    first = part(1, *says(*"ab"), images=(seal,), removed=(cut,), notes=("AFP",))
    second = part(2, *says(*"cd"), images=(again, fog), removed=(cut,), notes=("AFP", "Corrected."))
    whole = joined(first, [second])
    assert whole.images == (seal, fog)
    assert whole.removed == (cut,)
    assert whole.notes == ("AFP", "Corrected.")


def test_the_metadata_are_those_of_the_first_page() -> None:
    first = part(1, *says(*"ab"), section="Isles", published_at=NOON, confidence=0.9, access="metered")
    second = part(2, *says(*"cd"), section="Sea", authors=("Ida Holm",), confidence=0.5, rights=("noai",))
    whole = joined(first, [second])
    assert (whole.section, whole.published_at, whole.authors) == ("Isles", NOON, ("Ida Holm",))
    assert (whole.confidence, whole.access, whole.rights) == (0.5, "metered", ("noai",))


def test_pages_that_any_page_names_are_named_in_order() -> None:
    first = part(1, *says(*"ab"), further_pages=(url(2), url(5)))
    second = part(2, *says(*"cd"), further_pages=(url(3), url(5)))
    third = part(3, *says(*"ef"), further_pages=(url(4), url(5)))
    assert joined(first, [second, third]).further_pages == tuple(map(url, (2, 3, 4, 5)))


@pytest.mark.parametrize(
    "title",
    [
        TITLE, f"{TITLE} - Page 2", f"{TITLE} (2/5)", f"Page 2: {TITLE}", f"{TITLE} | Seite 2 von 5", f"{TITLE}: The fog", "Page 2",
        "The voyage of the ferry", "Kelby ferry: the voyage, and the fog",
    ],
)  # fmt: skip
def test_titles_of_one_article(title: str) -> None:
    assert not apart(part(1, *says(*"ab")), part(2, *says(*"cd"), title=title))


def test_what_has_another_title_is_left_out_and_told() -> None:
    first = part(1, *says(*"ab"), further_pages=(url(2),))
    other = part(
        2,
        *says(*"cd"),
        title="Mayor opens the fish market",
        published_at=NOON,
        images=(Image(url="x", caption="Fish"),),
    )
    whole = joined(first, [other, part(3, *says(*"ef"))])
    assert whole.body == says(*"abef")
    assert whole.images == ()
    assert [(cut.text, cut.rule, cut.evidence) for cut in whole.removed] == [
        ("Mayor opens the fish market", "other_article", f"another title: {url(2)}")
    ]


def test_a_chapter_with_a_title_of_its_own_is_a_part_if_the_page_says_so() -> None:
    first = part(1, *says(*"ab"), further_pages=(url(2),), published_at=NOON)
    chapter = part(2, *says(*"cd"), title="How the engine was tested")
    assert apart(first, chapter)
    assert not apart(first, replace(chapter, canonical_url=HERE))
    assert not apart(first, replace(chapter, published_at=NOON))
    assert apart(replace(first, further_pages=()), replace(chapter, published_at=NOON))


PARAGRAPHS = st.lists(st.text("abc .", min_size=1, max_size=12), max_size=8)


@given(st.lists(PARAGRAPHS, min_size=1, max_size=5))
def test_joining_is_idempotent_and_its_markup_fits(texts: list[list[str]]) -> None:
    parts = [
        part(n, *text, markup=tuple(Markup(at=at, kind="quote") for at in range(len(text))))
        for n, text in enumerate(texts, 1)
    ]
    whole = joined(parts[0], parts[1:])
    assert [each.at for each in whole.markup] == list(range(len(whole.body)))
    assert joined(parts[0], [each for each in parts[1:] for _ in range(2)]) == whole
    assert set(whole.body) <= {line for text in texts for line in text}
