"""What the text of a link says of a page."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.parts import page_labels


@pytest.mark.parametrize(
    ("label", "number"),
    [
        *(("2", 2), ("[2]", 2), ("2/5", 2), ("2 of 5", 2), ("Page 2", 2), ("page 2 of 5", 2), ("Seite 2: Der Nebel", 2), ("Page 2 – The fog", 2)),
        *(("Weiter auf Seite 2", 2), ("第2页", 2), ("第 2 頁", 2), ("2ページ目", 2), ("2 페이지", 2), ("صفحة ٢", 2), ("२", 2), ("2. oldal", 2)),
        *(("Part 2", None), ("Teil 2", None), ("2026", None), ("2 days ago", None), ("", None), ("The fog", None), ("1, 2, 3", None), ("2" * 200, None)),
    ],
)  # fmt: skip
def test_the_number_of_a_page(label: str, number: int | None) -> None:
    assert page_labels.number_of(label) == number


@pytest.mark.parametrize(
    "label", ["Next", "NEXT PAGE »", "Weiter", "Next page: The fog", "»", "次へ", "الصفحة التالية"]
)
def test_what_leads_on(label: str) -> None:
    assert page_labels.is_next(label)


@pytest.mark.parametrize(
    "label",
    ["Next article", "Next part", "Previous", "«", "Nextdoor", "", "The next page of history", "Older posts"],
)
def test_what_does_not(label: str) -> None:
    assert not page_labels.is_next(label)


@pytest.mark.parametrize(
    ("label", "says"), [("Page 2", True), ("Next page", True), ("Nächste Seite: Der Nebel", True), ("2", False), ("Next", False), ("»", False)]
)  # fmt: skip
def test_what_speaks_of_a_page(label: str, says: bool) -> None:
    assert page_labels.names_a_page(label) is says


@pytest.mark.parametrize(
    ("label", "says"),
    [("View all", True), ("Auf einer Seite lesen", True), ("全文阅读", True), ("View all comments", False), ("Print", False), ("All stories", False)],
)  # fmt: skip
def test_what_leads_to_all_pages(label: str, says: bool) -> None:
    assert page_labels.is_whole(label) is says


@given(st.text(max_size=200))
def test_any_label_is_read(label: str) -> None:
    number = page_labels.number_of(label)
    assert number is None or 0 <= number < 100
    assert page_labels.is_next(label) in (True, False)
    assert page_labels.names_a_page(label) in (True, False)


@pytest.mark.parametrize("piece", ["a ", "page ", "page 2 ", "- ", "2 of ", "第"])
def test_long_labels_take_no_long_time(piece: str) -> None:
    start = time.process_time()
    for length in range(1, 400, 7):
        page_labels.number_of((piece * 200)[:length])
    assert time.process_time() - start < 0.5
