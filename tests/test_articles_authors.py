"""Authors: names out of bylines, and what is no name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.metadata.authors import MOST, alone, is_account, names, take
from tests.patience import no_hang


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("By Anna Lund", ["Anna Lund"]),
        ("Von Anna Lund und Ole Brandt", ["Anna Lund", "Ole Brandt"]),
        ("Par Anne Leroux et Jean-Pierre d’Arc", ["Anne Leroux", "Jean-Pierre d’Arc"]),
        ("Por: Ana Ruiz y José Gil", ["Ana Ruiz", "José Gil"]),
        ("BY ANNA LUND AND OLE BRANDT", ["ANNA LUND", "OLE BRANDT"]),
        ("By Anna Lund, Ole Brandt and Max Poe", ["Anna Lund", "Ole Brandt", "Max Poe"]),
        ("Anna Lund, PhD, and Ole Brandt", ["Anna Lund", "Ole Brandt"]),
        ("Anna Lund & Ole Brandt; Max Poe", ["Anna Lund", "Ole Brandt", "Max Poe"]),
        ("Juan E Smith", ["Juan E Smith"]),
        ("Anna Lund, Staff Writer", ["Anna Lund"]),
        ("Anna Lund - Political Editor", ["Anna Lund"]),
        ("Anna Lund (Westhaven)", ["Anna Lund"]),
        ("Anna Lund on May 5, 2024", ["Anna Lund"]),
        ("Anna Lund | May 5, 2024", ["Anna Lund"]),
        ("By Anna Lund, May 5, 2024", ["Anna Lund"]),
        ("May 5, 2024 | By Anna Lund", ["Anna Lund"]),
        ("Marina May", ["Marina May"]),
        ("About Anna Lund", ["Anna Lund"]),
        ("About the author: Anna Lund", ["Anna Lund"]),
        ("Sobre Ana Ruiz", ["Ana Ruiz"]),
        ("Written by April June", ["April June"]),
        ("记者 李明", ["李明"]),
        ("文/李明", ["李明"]),
        ("김민수 기자", ["김민수"]),
        ("राम कुमार", ["राम कुमार"]),
        ("ByIda Holm", ["Ida Holm"]),
        ("BYIda Holm", ["Ida Holm"]),
        ("Byby IDA HOLM", ["IDA HOLM"]),
        ("Posted byIda Holm", ["Ida Holm"]),
        ("VonIda Holm", ["Ida Holm"]),
        ("Byron York", ["Byron York"]),
        ("By Byron York", ["Byron York"]),
        ("Vonda Lee", ["Vonda Lee"]),
        ("Paris Gray", ["Paris Gray"]),
        ("Di Zhang", ["Di Zhang"]),
        ("Von Miller", ["Von Miller"]),
        ("von dpa", ["dpa"]),
        ("Par AFP", ["AFP"]),
        ("Ida Holm in Berlin", ["Ida Holm"]),
        ("Ida Holm and Ole Brandt in Berlin", ["Ida Holm", "Ole Brandt"]),
        ("Ida Holm, Berlin", ["Ida Holm", "Berlin"]),
        ("Ana Ruiz en Madrid", ["Ana Ruiz"]),
        ("Ida Holm in Harbour News on", ["Ida Holm"]),
        ("Ida Holm at", ["Ida Holm"]),
        ("Ida Holm, dpa", ["Ida Holm"]),
        ("Ida Holm/dpa", ["Ida Holm"]),
        ("Ida Holm (Reuters)", ["Ida Holm"]),
        ("Ida Holm - AFP", ["Ida Holm"]),
        ("Ida Holm, HARBOUR TV", ["Ida Holm"]),
        ("Ida Holm HARBOUR DAILY NEWS at", ["Ida Holm"]),
        ("Anna Maria LUND", ["Anna Maria LUND"]),
        ("Ida Holm Senior Ferry Reporter", ["Ida Holm"]),
        ("Ida Holm, RN, BSN, Head of Ferries", ["Ida Holm"]),
        ("Sam Hill, Jr.", ["Sam Hill Jr."]),
        ("Kim Hye-in", ["Kim Hye-in"]),
        ("José Ortega y Gasset", ["José Ortega y Gasset"]),
    ],
)
def test_names_are_parted_and_stripped(line: str, expected: list[str]) -> None:
    assert list(names([line])) == expected


@pytest.mark.parametrize(
    "line",
    [
        *("", " ", "By", "admin", "Staff", "Redaktion", "Read more", "5 May 2024", "12 minutes ago"),
        *("https://harbour.example/anna-lund", "www.harbour.example", "anna.lund", "5 min read", "All posts"),
        *("Sat, 20 Dec 2025", "View more posts", "from the harbour"),
        *("Senior Political Correspondent", "Follow us", "<b>", "x"),
        "The ferry stayed in the harbour on Monday because its shaft had not come",
    ],
)
def test_what_cannot_be_a_name_is_left_out(line: str) -> None:
    assert names([line]) == ()


def test_a_name_is_listed_once_in_its_first_spelling() -> None:
    assert names(["By Anna Lund", "ANNA LUND", "Ole Brandt"]) == ("Anna Lund", "Ole Brandt")


def test_a_crowd_of_names_is_cut_off() -> None:
    crowd = [f"Anna {chr(65 + n)}und" for n in range(26)]
    assert len(names(crowd)) == MOST


@given(st.lists(st.text(st.characters(), max_size=120), max_size=5))
def test_any_text_gives_tidy_names_or_none(lines: list[str]) -> None:
    for name in names(lines):
        assert 1 < len(name) <= 60
        assert name == name.strip()


@pytest.mark.parametrize("unit", ["a ", "A ", "- ", "©", ", ", "May 5 ", "by ", "(", "1", " "])
def test_no_byline_is_slow(unit: str) -> None:
    with no_hang(5):  # some 50 ms at most
        names([(unit * 400)[:399] + "\u2020"])


@pytest.mark.parametrize(
    ("name", "account"),
    [
        ("Harbour News", True),
        ("Harbour D", True),
        ("harbournews", True),
        ("Anna Lund", False),
        ("News Harbour", False),
    ],
)
def test_an_account_is_called_like_its_site(name: str, account: bool) -> None:
    assert is_account(name, "Harbour News", "www.harbournews.example") is account


@pytest.mark.parametrize(
    ("line", "capitals", "expected"),
    [
        ("ANNA LUND", True, True),
        ("Anna Lund", True, False),
        ("Anna Lund", False, True),
        ("Lê Phương", False, True),
        ("Seán O’Neill", False, True),
        ("Anna went home", False, False),
        ("WESTHAVEN", True, False),
        ("FERRY STAYS IN PORT AGAIN", True, False),
        ("PORT 24", True, False),
        ("Ferry stays.", False, False),
        ("渡轮停航", True, False),
        ("", True, False),
    ],
)
def test_a_name_alone_is_two_to_four_words_with_capitals(line: str, capitals: bool, expected: bool) -> None:
    assert alone(line, capitals) is expected


# Thresholds: one line just below each, and one just above.


def test_twenty_names_are_enough() -> None:
    assert len(names([f"Anna {'abcdefghijklmnopqrstuvwxyz'[n] * 4}" for n in range(25)])) == 20


@pytest.mark.parametrize(("length", "is_name"), [(55, True), (65, False)])
def test_a_name_is_short(length: int, is_name: bool) -> None:
    assert bool(names(["Anna " + "L" * (length - 5)])) is is_name


@pytest.mark.parametrize(("length", "is_name"), [(37, True), (43, False)])
def test_a_name_alone_on_a_line_is_shorter_still(length: int, is_name: bool) -> None:
    assert alone("ANNA " + "L" * (length - 5), True) is is_name


@pytest.mark.parametrize(("lines", "taken"), [(2, False), (3, True)])
def test_a_name_stands_above_a_text_of_two_lines_at_least(lines: int, taken: bool) -> None:
    body = ("ANNA LUND", *("The ferry stayed.",) * (lines - 1))
    left, people, removed = take(body, (), "Harbour News", "harbournews.example")
    assert (left, people) == ((body[1:], ("Anna Lund",)) if taken else (body, ()))
    assert [(cut.text, cut.rule, cut.place) for cut in removed] == [("ANNA LUND", "byline", "head")] * taken
