"""Words before an author's name are known, and told from those before an editor's or a photographer's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.metadata.byline_words import announced, announces, is_announcement, is_anothers_work

BEFORE = [
    "By",
    "von",
    "Par",
    "Escrito por",
    "Written by:",
    "Автор:",
    "作者：",
    "بقلم",
    "Author:",
    "Oleh",
    "글＝",
]


@pytest.mark.parametrize("word", BEFORE)
@given(name=st.text(st.characters(categories=("Lu", "Ll", "Lo")), min_size=1, max_size=20))
def test_what_follows_is_given_whole(word: str, name: str) -> None:
    assert announces(f"{word} {name}")
    assert announced(f"{word} {name}") == name


@given(st.text(max_size=200))
def test_any_text_gives_its_own_end_or_nothing(text: str) -> None:
    assert text.endswith(announced(text))
    assert bool(announced(text)) == announces(text)
    is_announcement(text), is_anothers_work(text)


@pytest.mark.parametrize(
    "text", ["Written by", "By", "Autor:", "Contributors:", "Geschreven door", "記者", "Автор"]
)
def test_a_label_alone(text: str) -> None:
    assert is_announcement(text)


@pytest.mark.parametrize(
    "text", ["Bystanders", "Authors of the law", "Vonnegut", "Text", "Parker", "Author of two books"]
)
def test_other_words_announce_nobody(text: str) -> None:
    assert not announces(text)


@pytest.mark.parametrize(
    "text",
    [
        "Edited by",
        "Medically reviewed by:",
        "Fotos:",
        "Fotos von",
        "Photos par",
        "Foto di",
        "摄影：",
        "Фото:",
        "צילום:",
    ],
)
def test_another_s_work(text: str) -> None:
    assert is_anothers_work(text)


@pytest.mark.parametrize("text", ["Written by", "By", "Autor:", "5 May 2024", ""])
def test_an_authors_work_is_no_others(text: str) -> None:
    assert not is_anothers_work(text)
