"""What stands beside names: jobs, agencies, houses; and where one name ends and the next begins."""

import pytest

from articles.metadata.name_words import (
    is_account,
    is_affix,
    is_agency,
    is_full,
    is_house,
    is_job,
    is_job_alone,
    is_login,
    is_spelled_as_name,
    parted,
    without_job,
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ana Ruiz y José Gil", ["Ana Ruiz", "José Gil"]),
        ("Ana y José", ["Ana", "José"]),
        ("José Ortega y Gasset", ["José Ortega y Gasset"]),
        ("João Costa e Silva", ["João Costa e Silva"]),
        ("João Costa e Silva e Rui Melo", ["João Costa e Silva", "Rui Melo"]),
        ("Josep Puig i Cadafalch", ["Josep Puig i Cadafalch"]),
        ("Jan Smit en Piet de Boer", ["Jan Smit", "Piet de Boer"]),
        ("Anna Lund", ["Anna Lund"]),
        ("", [""]),
    ],
)
def test_a_short_and_may_be_within_a_name(text: str, names: list[str]) -> None:
    assert parted(text) == names


@pytest.mark.parametrize(
    "name", ["dpa", "DPA", "dpa/lno", "Reuters", "Agence France-Presse", "The Associated Press"]
)
def test_agencies_are_known(name: str) -> None:
    assert is_agency(name)
    assert not is_agency(f"{name} Lund")


@pytest.mark.parametrize("text", ["Head of Marketing", "editor at Harbour News", "Politics Editor", "Sr. Director of Operations", "periodista"])  # fmt: skip
def test_a_job_is_no_name(text: str) -> None:
    assert is_job(text)
    assert is_affix(text)


@pytest.mark.parametrize(
    "name", ["Anna Lund", "Dean Page", "Mark Price", "Ludwig van Beethoven", "李明 王芳"]
)
def test_a_full_name_is_neither_job_nor_house(name: str) -> None:
    assert is_full(name)
    assert not any(known(name) for known in (is_job, is_job_alone, is_house, is_affix, is_account))


@pytest.mark.parametrize(
    "text", ["Anna", "anna lund", "Anna lund", "Harbour News", "M.D. Ph.D.", "Staff Writer", "Story 0"]
)
def test_what_is_no_full_name(text: str) -> None:
    assert not is_full(text)


@pytest.mark.parametrize("name", ["q_admin", "anna.lund", "anna-lund", "anna72"])
def test_a_login_is_told_from_a_name(name: str) -> None:
    assert is_account(name)


def test_a_job_behind_a_name_is_cut_where_its_rank_begins() -> None:
    assert without_job("Anna Lund Senior Ferry Reporter") == "Anna Lund"
    assert without_job("Senior Ferry Reporter") == "Senior Ferry Reporter"
    assert without_job("Anna Senior") == "Anna Senior"


@pytest.mark.parametrize(
    ("name", "login"),
    [("annalund", True), ("KimL", True), ("reuters", False), ("dpa", False), ("Anna", False)],
)
def test_a_login_is_one_word_in_small_letters(name: str, login: bool) -> None:
    assert is_login(name) == login


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("Ludwig van Beethoven", True),
        ("Osama bin Said al-Harbi", True),
        ("李明 王芳", True),
        ("Bergen nach Harrow", False),
        ("Anna 5", False),
    ],
)
def test_the_words_of_a_name_begin_with_capitals(name: str, spelled: bool) -> None:
    assert is_spelled_as_name(name) == spelled
