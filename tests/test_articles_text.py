"""Text: one spelling of it, and how its words are counted."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.text import SENTENCE_END, count_words, key, tidy, tokens

ANY = st.text(st.characters(), max_size=80)  # lone surrogates too


@given(st.text(st.characters(max_codepoint=127), max_size=80))
def test_ascii_text_is_read_as_beside_other_letters(text: str) -> None:
    assert tidy(f"{text} é") == f"{tidy(text)} é".lstrip()
    assert key(f"{text} é") == f"{key(text)} é".lstrip()
    assert tokens(f"{text} é") == [*tokens(text), "é"]
    assert count_words(f"{text} é") == count_words(text) + 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  The ferry \n\t stays  ", "The ferry stays"),
        ("fer\u00adry \u200bstays\ufeff", "ferry stays"),
        ("Mu\u0308nster\u00a0quay", "Münster quay"),
        ("noon\u0007 and \ud800night", "noon and night"),
        ("\u202eharbour\u202c", "harbour"),
        ("می\u200cروم", "می\u200cروم"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("one\u2028two\u0085three", "one two three"),
        ("", ""),
    ],
)
def test_text_is_tidied_to_one_line(text: str, expected: str) -> None:
    assert tidy(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Ferry, stays!", "the ferry stays"),
        ("STRASSE", "Straße"),
        ("Ｆｅｒｒｙ", "ferry"),
        ("“Ferry” – stays", "Ferry stays"),
        ("Mu\u0308nster", "münster"),
    ],
)
def test_two_spellings_of_a_line_share_their_key(one: str, other: str) -> None:
    assert key(one) == key(other) != ""


def test_lines_that_differ_by_vowel_signs_have_different_keys() -> None:
    assert key("किताब") != key("कुतब")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("… – !", 0),
        ("The captain's well-known boat", 4),
        ("It cost 12 crowns", 4),
        ("渡轮停航", 2),
        ("渡轮停", 2),
        ("フェリーが欠航", 4),
        ("여객선 운임 인상", 3),
        ("เรือข้ามฟาก", 3),
        ("हिन्दी में समाचार पढ़िए", 4),
        ("বাংলা সংবাদ", 2),
        ("தமிழ் செய்திகள்", 2),
        ("كَتَبَ الوَلَدُ", 2),
        ("می\u200cروم به خانه", 3),
    ],
)
def test_words_are_counted_in_many_scripts(text: str, words: int) -> None:
    assert count_words(text) == words


def test_tokens_part_what_no_space_parts() -> None:
    assert tokens("Fähre 渡轮 stays") == ["fähre", "渡", "轮", "stays"]
    assert tokens("हिन्दी में") == ["हिन्दी", "में"]


@given(ANY)
def test_tidy_text_stays_as_it_is(text: str) -> None:
    once = tidy(text)
    assert tidy(once) == once == unicodedata.normalize("NFC", once)
    assert "\n" not in once
    once.encode()


@given(ANY)
def test_keys_of_tidy_and_untidy_ascii_agree(text: str) -> None:
    plain = text.encode("ascii", "ignore").decode()
    assert key(key(plain)) == key(plain)
    assert key(f" {plain} ") == key(plain)


@given(ANY)
def test_words_and_tokens_never_raise(text: str) -> None:
    assert 0 <= count_words(text) <= len(text)
    assert all(token and not token.isspace() for token in tokens(text))
    assert isinstance(key(text), str)


@pytest.mark.parametrize(
    ("line", "ended"),
    [
        ("The ferry stays.", True),
        ("“Does the ferry stay?”", True),
        ("Wait…", True),
        ("渡轮停航。", True),
        ("「船は出ない」と言った．", True),
        ("船は出るか？", True),
        ("بقيت العبارة في الميناء؟", True),
        ("فیری بندرگاہ میں رہی۔", True),
        ("नौका बंदरगाह में रुकी।", True),
        ("Նավը մնաց նավահանգստում։", True),
        ("ጀልባው ቆመ።", True),
        ("သင်္ဘော ရပ်သည်။", True),
        ("កប៉ាល់ឈប់។", True),
        ("The ferry stays", False),
        ("The ferry stays:", False),
        ("渡轮停航、", False),
        ("", False),
    ],
)
def test_sentences_end_in_every_script(line: str, ended: bool) -> None:
    assert bool(SENTENCE_END.search(line)) == ended
