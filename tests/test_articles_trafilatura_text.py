"""trafilatura's text: nothing that spells words or emoji is lost, and the tree stays as it is."""

import unicodedata

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.dom import Element
from articles.text import tidy
from articles.trafilatura_text import _RARE, read

URL = "https://www.kuestenbote.example/insel/faehre-moewe-102.html"
ENGLISH = "The ferry stayed in the harbour on that day because its shaft had not arrived, and the islanders crossed the sound."
PERSIAN = (
    "کشتی‌های جزیره امروز حرکت نمی‌کنند، زیرا قطعه‌ی موتور هنوز نرسیده است و مسافران با قایق‌های کوچک می‌روند."
)
HINDI = "नौका आज बंदरगाह में रुकी रही क्‍योंकि उसका पुर्ज़ा नहीं पहुँचा, और द्वीप के लोगों ने छोटी नावों से जलडमरूमध्‍य पार किया।"
SINHALA = "ශ්‍රී ලංකා වරායේ නෞකාව අද ගමන් නොකරන බව අධිකාරිය ප්‍රකාශ කරයි, මන්ද එන්ජිමේ කොටස තවම පැමිණ නැත."
FAMILY = "The 👩‍👩‍👧‍👦 who run the ferry, under the flags 🏴󠁧󠁢󠁳󠁣󠁴󠁿 and 🏳️‍🌈, waited on the quay for the shaft of the engine, with 🤷🏽‍♀️ for an answer."


def tree(*paragraphs: str) -> Element:
    inner = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return lxml.html.document_fromstring(f"<html><body><article>{inner}</article></body></html>")


@pytest.mark.parametrize("thorough", [True, False])
@pytest.mark.parametrize("text", [PERSIAN, HINDI, SINHALA, FAMILY])
def test_joiners_stay(text: str, thorough: bool) -> None:
    wanted = [f"{text} {n}." for n in range(5)]
    assert read(tree(*wanted), URL, thorough=thorough) == wanted


def test_joiners_stay_around_elements_and_in_entities() -> None:
    page = tree(
        *(f"{ENGLISH} {n}" for n in range(4)), f"<b>می</b>&zwnj;شود و <i>نمی&#8204;شود</i>\u200cها. {PERSIAN}"
    )
    assert read(page, URL)[-1] == f"می\u200cشود و نمی\u200cشود\u200cها. {PERSIAN}"


@pytest.mark.parametrize("char", ["\ufffe", "\uffff", "&#xfffe;", "&#11;", "&#1;", "\x0b", "&#x1fffe;"])
def test_joiners_stay_beside_what_no_document_may_hold(char: str) -> None:
    page = tree(*(f"{PERSIAN}{char} {n}." for n in range(4)))
    assert read(page, URL) == [f"{PERSIAN} {n}." for n in range(4)]


def test_a_page_with_the_letters_that_stand_for_others_keeps_them() -> None:
    cuneiform = "".join(map(chr, _RARE[:5])) + " " + "".join(map(chr, _RARE[-5:]))
    wanted = [f"{PERSIAN} {cuneiform} {n}." for n in range(4)]
    assert read(tree(*wanted), URL) == wanted


def test_letters_that_stand_for_others_are_printable_and_normal() -> None:
    for letter in map(chr, _RARE):
        assert letter.isalpha()
        assert tidy(letter) == letter
        assert {unicodedata.normalize(form, letter) for form in ("NFC", "NFKC")} == {letter}


# Characters that are kept, in words: letters of several scripts, joiners, and what emoji are made of.
LETTERS = "aäßکیہمनकाष්රක🏴👩👧\ufe0f\u200c\u200d\U000e0067\U000e007f\u0600"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(LETTERS, min_size=1, max_size=12), min_size=1, max_size=8))
def test_what_tidy_keeps_trafilatura_does_not_lose(drawn: list[str]) -> None:
    page = tree(*(f"{ENGLISH} {n} {' '.join(drawn)} {ENGLISH}" for n in range(4)))
    before = lxml.html.tostring(page)
    assert read(page, URL) == [tidy(f"{ENGLISH} {n} {' '.join(drawn)} {ENGLISH}") for n in range(4)]
    assert lxml.html.tostring(page) == before
