"""A Person's name is a name: it stays whole, and what pages put there beside it goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.metadata.stated_names import as_stated
from tests.patience import no_hang


@pytest.mark.parametrize(
    "name",
    [
        *("Di Zhang", "Di Marco Rossi", "Von Miller", "Par Nilsson", "Av Singh", "About Hassan", "Por Chen", "By Lund"),
        *("Kim Hye-in", "Anne-de Vries", "José Ortega y Gasset", "João Costa e Silva", "Josep Puig i Cadafalch"),
        *("Ludwig van der Berg", "Sam Hill Jr.", "J. R. R. Lund", "Jennifer 8 Lee", "Anna", "amw", "O'Neill", "李明", "约翰·史密斯"),
        *("Anna Lund, PhD", "Ada Brook, MS, RD", "Ben Ash, CEPF®", "Ada Brook, M.D. FACLM", "Lund, Anna", "Anna Lund (AnnaL)"),
        *("Chief Joseph", "Dr. Anna Lund", "Harbour News", "harbour.example", "Dean Head", "Anna Senior"),
        "Maria da Conceição Rodrigues de Vasconcelos Pinto Sampaio Melo",
    ],
)  # fmt: skip
def test_a_name_stays_as_it_is(name: str) -> None:
    assert as_stated([name]) == (name.removeprefix("By "),)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("By Anna Lund", ("Anna Lund",)),
        ("Text: Anna Lund", ("Anna Lund",)),
        ("Anna Lund and Ole Brandt", ("Anna Lund", "Ole Brandt")),
        ("Anna Lund, Ole Brandt & Max Poe", ("Anna Lund", "Ole Brandt", "Max Poe")),
        ("Ana Ruiz, José Gil y Eva Sol", ("Ana Ruiz", "José Gil", "Eva Sol")),
        ("Anna Lund, PhD, and Ole Brandt", ("Anna Lund, PhD", "Ole Brandt")),
        ("Anna Lund, Ferry Editor, Harbour Lines", ("Anna Lund",)),
        ("Anna Lund, dpa", ("Anna Lund",)),
        ("Anna Lund (Reuters)", ("Anna Lund",)),
        ("Anna Lund - AFP", ("Anna Lund",)),
        ("Anna Lund, Lille", ("Anna Lund",)),
        ("Anna Lund, professor of history at the university of Westhaven", ("Anna Lund",)),
        ("Anna Lund (alu)", ("Anna Lund",)),
        ("Sam Hill, Jr.", ("Sam Hill Jr.",)),
        ("김민수 기자", ("김민수",)),
    ],
)
def test_what_is_beside_a_name_is_cut_or_a_name_of_its_own(text: str, names: tuple[str, ...]) -> None:
    assert as_stated([text]) == names


@pytest.mark.parametrize(
    "text",
    ["", " ", ", HARBOUR NEWS", "admin", "Redaktion", "Staff Writer", "https://harbour.example/anna", "anna@harbour.example", "2024", "x"],
)  # fmt: skip
def test_what_names_nobody_is_left_out(text: str) -> None:
    assert as_stated([text]) == ()


def test_names_are_listed_once_and_agencies_stay_if_stated_on_their_own() -> None:
    assert as_stated(["Anna Lund", "ANNA LUND", "AFP"]) == ("Anna Lund", "AFP")


@given(st.lists(st.text(st.characters(), max_size=120), max_size=5))
def test_any_text_gives_tidy_names_or_none(texts: list[str]) -> None:
    for name in as_stated(texts):
        assert 1 < len(name) <= 120
        assert name == name.strip()


@pytest.mark.parametrize("unit", ["a ", "A ", "- ", ", ", "A. ", "(", " e ", "y A ", "AB "])
def test_no_statement_is_slow(unit: str) -> None:
    with no_hang(5):  # some 50 ms at most
        as_stated([(unit * 400)[:399] + "\u2020"])
