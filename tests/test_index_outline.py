"""Words in their places: those of the analyzer, whatever the script."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tantivy import TextAnalyzer

from index.outline import beginning, outline, words
from index.tokens import LONGEST, analyzer, plain, tokens

ANALYZER: TextAnalyzer = analyzer()
SCRIPTS = "tTaAéÉßæÆﬁİıΣςσάЁёж-'’. _关税カーｶﾞไทยกﬀ한국रसالرЀＡ½\u0301\u0651\u200d\u00ad\n"
MIXED = st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(SCRIPTS)), max_size=60)


def composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def analyzed(text: str) -> list[tuple[str, int, int]]:
    """The words as tantivy finds them in all of the text."""
    return [
        (each.text, each.char_offset_from, each.char_offset_to or 0)
        for each in ANALYZER.pre_tokenize(plain(text)).tokens
    ]


@given(MIXED.map(composed))
def test_words_and_places_are_the_analyzers(text: str) -> None:
    assert list(words(text, outline(text))) == analyzed(text)


def test_every_character_is_the_analyzers() -> None:
    for start in range(0, sys.maxunicode, 0x1000):
        codes = (
            code
            for code in range(start, start + 0x1000)
            if unicodedata.category(chr(code)) not in ("Cs", "Cn", "Co")
        )
        text = composed(" ".join(f"a{chr(code)}{chr(code)}b" for code in codes))
        assert list(words(text, outline(text))) == analyzed(text), hex(start)


@given(MIXED.map(composed), st.data())
def test_every_word_that_begins_so_is_found(text: str, data: st.DataObject) -> None:
    found = analyzed(text)
    pool = (
        st.sampled_from([word for word, _, _ in found])
        if found
        else MIXED.flatmap(lambda other: st.sampled_from(tokens(other) or ["a"]))
    )
    chosen = data.draw(st.lists(pool, min_size=1, max_size=4))
    starts = tuple(word[: data.draw(st.integers(1, 3))] for word in chosen)
    some = list(words(text, outline(text), pattern=beginning(starts)))
    assert [each for each in found if each[0].startswith(starts)] == [
        each for each in some if each[0].startswith(starts)
    ]
    assert set(some) <= set(found)


def test_few_others_are_found() -> None:
    text = "The tariffs of the town: a Tärnö tarn, 关税 and état."
    found = [word for word, _, _ in words(text, outline(text), pattern=beginning(["ta", "关"]))]
    assert found == ["tariffs", "tarno", "tarn", "关"]


@pytest.mark.parametrize("long", ["x" * (LONGEST + 1), "ж" * (LONGEST // 2 + 1)])
def test_what_is_too_long_is_no_word(long: str) -> None:
    text = f"a {long} b"
    assert [word for word, _, _ in words(text, outline(text))] == ["a", "b"]
    assert [word for word, _, _ in words(text, outline(text), pattern=beginning([long[:2]]))] == []
