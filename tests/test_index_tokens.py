"""How text is cut into words: examples, and an independent reading of the definition."""

import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from index.tokens import keyword, plain, tokens

# Characters that every Unicode version in play knows.
KNOWN = st.characters(exclude_categories=["Cs", "Cn", "Co"])
MIXED = st.text(st.one_of(KNOWN, st.sampled_from("aÉßİΣς-'’. 关カーไＡ½\u0301\u200d\u00ad")), max_size=60)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("- … ! 🙂", ""),
        ("The quick, brown fox", "the quick brown fox"),
        ("F-35 of the U.S.", "f 35 of the u s"),
        ("O'Neill O’Neill Oʼneill", "o neill o neill o neill"),
        ("snake_case user@example.org #MeToo", "snake case user example org metoo"),
        ("12:30 1,000.5 50%", "12 30 1 000 5 50"),
        ("Café cafe\u0301 Ångström Łódź straße", "cafe cafe angstrom lodz strasse"),
        ("İstanbul Diyarbakır", "istanbul diyarbakir"),
        ("ΟΔΟΣ οδός", "οδοσ οδοσ"),
        ("Ёлка й", "елка й"),
        ("ﬁne Ｆｕｌｌ", "fine full"),
        ("中国关税abc税", "中 国 关 税 abc 税"),
        ("カタカナー ｶﾞ ひ々", "カ タ カ ナ ー ｶ ﾞ ひ 々"),
        ("ภาษา", "ภ า ษ า"),
        ("한국어 뉴스", "한국어 뉴스"),
        ("हिन्दी में", "हिन्दी में"),
        ("الرسوم، الجمركية", "الرسوم الجمركية"),
        ("می\u200cخواهم", "می خواهم"),
        ("a\x00b\nc", "a b c"),
    ],
)
def test_words(text: str, words: str) -> None:
    assert tokens(text) == words.split()


def test_a_word_above_the_limit_is_left_out() -> None:
    assert tokens(f"a {'x' * 4_001} b {'关' * 4_001} c").count("关") == 4_001
    assert tokens(f"a {'x' * 4_001} b {'ж' * 2_001} c") == ["a", "b", "c"]
    assert tokens("ж" * 2_000) == ["ж" * 2_000]


@given(MIXED)
def test_words_end_where_the_definition_says(text: str) -> None:
    unspaced = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ーｰﾞﾟ"
    word = rf"[{unspaced}]|(?:(?![{unspaced}])[\p{{L}}\p{{M}}\p{{N}}])+"
    found = regex.findall(word, plain(text))
    assert tokens(text) == [each for one in found for each in tokens(one)]
    assert len(tokens(text)) == len(found)


@given(MIXED)
def test_composed_and_decomposed_text_have_the_same_words(text: str) -> None:
    assert tokens(unicodedata.normalize("NFD", text)) == tokens(unicodedata.normalize("NFC", text))


@given(st.text(st.sampled_from("abcxyzàéîõüçñšžæøABCXYZÀÉÎÕÜÇÑŠŽ 0189-'."), max_size=40))
def test_latin_words_are_the_same_in_capitals(text: str) -> None:
    assert tokens(text.upper()) == tokens(text.lower())


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("World  News ", "world news"),
        ("C++", "c++"),
        ("Élysée", "elysee"),
        ("关税", "关税"),
        (" ", ""),
        ("", ""),
    ],
)
def test_keywords_are_kept_whole(text: str, whole: str) -> None:
    assert keyword(text) == whole
