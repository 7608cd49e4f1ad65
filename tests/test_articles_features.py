"""What is remembered of an article: fingerprints of lines, words as numbers, and their form as bytes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from articles.source.features import (
    FORMAT,
    ZONES,
    Features,
    features,
    fingerprint,
    from_bytes,
    informative,
    is_long,
    pack,
    pack_lines,
    to_bytes,
    unpack,
    unpack_lines,
)
from tests.desk import STORIES, WIRE, article

ROWS = st.builds(
    Features,
    article_id=st.text(max_size=32),
    source=st.text(max_size=20),
    language=st.sampled_from(["", "en", "zh"]),
    day=st.dates(),
    packed_lines=st.lists(st.integers(0, 2**63 - 1), max_size=20).map(pack_lines),
    packed_tokens=st.lists(st.integers(0, 2**32 - 1), max_size=20).map(pack),
    shingles=st.integers(0, 10**6),
    signature=st.lists(st.integers(0, 2**32 - 1), max_size=128).map(pack),
)


@given(ROWS)
def test_bytes_hold_the_whole_row(row: Features) -> None:
    assert from_bytes(to_bytes(row)) == row


@given(st.lists(st.integers(0, 2**32 - 1)).map(tuple))
def test_packed_numbers_are_the_numbers_lowest_byte_first(numbers: tuple[int, ...]) -> None:
    assert unpack(pack(numbers)) == numbers
    assert pack(numbers) == b"".join(number.to_bytes(4, "little") for number in numbers)


@given(st.lists(st.integers(0, 2**63 - 1)))
def test_packed_lines_are_the_lines_lowest_byte_first(lines: list[int]) -> None:
    assert list(unpack_lines(pack_lines(lines))) == lines
    assert pack_lines(lines) == b"".join(line.to_bytes(8, "little") for line in lines)


@given(st.binary(max_size=60))
@example(b"\x99\x00\xa5\x00\x00\x00\x00\x80")  # the text in it is no UTF-8
def test_other_bytes_are_refused(junk: bytes) -> None:
    with pytest.raises(ValueError, match="features"):
        from_bytes(junk)


def test_a_row_of_another_format_or_cut_short_is_refused() -> None:
    packed = to_bytes(features(article("wire", *WIRE)))
    assert packed[1] == FORMAT
    with pytest.raises(ValueError, match=f"format {FORMAT + 1}"):
        from_bytes(packed[:1] + bytes([FORMAT + 1]) + packed[2:])
    with pytest.raises(ValueError, match="no features"):
        from_bytes(packed[:-1])


def test_an_articles_row_is_small() -> None:
    assert len(to_bytes(features(article("wire", *WIRE)))) < 2_000


def test_a_day_is_counted_in_utc() -> None:
    seen = datetime(2026, 3, 2, 1, tzinfo=timezone(timedelta(hours=9)))
    assert features(replace(article("wire", *WIRE), first_seen_at=seen)).day == date(2026, 3, 1)
    assert features(replace(article("wire", *WIRE), first_seen_at=seen.astimezone(UTC))).day == date(
        2026, 3, 1
    )


# Lines


def test_lines_that_differ_in_case_marks_or_figures_are_one_template() -> None:
    line = "Follow the Norland Post on every channel, 24 hours a day"
    assert fingerprint(line) == fingerprint("FOLLOW  the Norland Post – on every channel: 7 hours a day!")
    assert fingerprint(line) != fingerprint(line.replace("Post", "Times"))
    assert is_long(fingerprint(line))
    assert not is_long(fingerprint("Read more here"))
    assert fingerprint("Read on") == 0


@given(st.text(max_size=80))
def test_a_fingerprint_is_a_number_divisible_by_four(line: str) -> None:
    assert 0 <= fingerprint(line) < 2**63
    assert fingerprint(line) % 4 == 0


def test_lines_are_remembered_once_with_their_zone_and_without_the_title() -> None:
    title = "The ferry to the islands stays in harbour"
    body = [f"{word} is a line of the text that is long enough" for word in "abcdefghijklmnopqrst"]
    row = features(article(title, *body, title.upper(), body[0], "short"))
    assert [line & ~3 for line in row.lines] == [fingerprint(line) for line in body]
    assert [ZONES[line & 3] for line in row.lines] == ["head"] * 4 + ["body"] * 14 + ["tail"] * 2


def test_a_flood_of_lines_and_words_is_remembered_in_part() -> None:
    row = features(
        article("flood", *(f"line {'x' * (n % 90)} y{n // 90}z of the flood of words" for n in range(20_000)))
    )
    assert len(row.lines) <= 1_000
    assert len(row.tokens) <= 4_100


# Words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Élysée", "elysee"),
        ("Raketen", "Raketenabwehr"),
        ("Turkey’s", "turkey"),
        ("US-built", "built us"),
        ("Ёлка", "елка"),
        ("ＡＢＣ", "abc"),
        ("서울시", "울시 서울"),
        ("葡萄干", "萄干 葡萄"),
        ("ไทยรัฐ", "ไทยรัฐ"),
    ],
)
def test_forms_of_a_word_are_one(one: str, other: str) -> None:
    assert informative(one) <= informative(other)
    assert informative(one)


def test_single_letters_say_nothing_and_figures_are_marked() -> None:
    assert informative("a I 7 é 的") == set()
    assert {token & 1 for token in informative("400 S-400 f35b 第10回")} == {1}
    assert {token & 1 for token in informative("missile Éire Россия 渡轮停靠")} == {0}


def test_scripts_without_spaces_count_by_two_or_three_characters() -> None:
    assert len(informative("渡轮停靠码头")) == 5
    assert len(informative("東京タワー")) == 4
    assert len(informative("กรุงเทพมหานคร")) > 8
    assert informative("渡轮") <= informative(STORIES["zh"][0] + "渡轮")
    assert informative("ABC渡轮") == informative("abc") | informative("渡轮")


@given(st.lists(st.text(st.sampled_from("abé7 中文한ก'-"), max_size=8)))
def test_words_are_a_set_without_order(words: list[str]) -> None:
    assert informative(" ".join(words)) == informative(" ".join(reversed(words)))
    assert informative(" ".join(words)) == set().union(*map(informative, words))
    made = article("t", " ".join(words))
    assert set(features(made).tokens) == informative(f"t {' '.join(words)}")


# Thresholds: one input just below each, and one just above.


def test_a_line_of_twelve_characters_has_a_fingerprint_and_of_twenty_five_a_long_one() -> None:
    assert [bool(fingerprint("a" * length)) for length in (11, 12)] == [False, True]
    assert [is_long(fingerprint("a" * length)) for length in (24, 25)] == [False, True]


def test_words_are_told_apart_by_six_letters() -> None:
    assert informative("harbourside") == informative("harbouring")
    assert informative("harbouring") != informative("harbormaster")


@pytest.mark.parametrize(("count", "remembered"), [(900, 900), (1100, 1000)])
def test_of_a_long_text_five_hundred_lines_at_either_end_are_remembered(count: int, remembered: int) -> None:
    body = tuple(f"the launch called {_spelled(n)} has sailed" for n in range(count))
    assert len(features(article("long", *body)).lines) == remembered


@pytest.mark.parametrize(("count", "remembered"), [(3800, 3800), (4500, 4000)])
def test_of_a_long_text_four_thousand_words_are_remembered(count: int, remembered: int) -> None:
    tokens = features(article("long", " ".join(_spelled(n) for n in range(count)))).tokens
    assert len(tokens) == pytest.approx(remembered, abs=60)  # some words share a number


def _spelled(number: int) -> str:
    """A word of three letters or more for a number."""
    return "".join(chr(97 + number // 26**place % 26) for place in range(3))
