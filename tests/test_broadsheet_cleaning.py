"""Pages at hand, cleaned from Python: in this process, and in processes that a page may kill."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from articles.clean import clean
from articles.model import Extractor, FeedEntry, Page
from broadsheet import Article, Rejection, UrlError, UsageError, clean_html, clean_many

URL = "https://harbour.example/ferry"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
STORY = "".join(
    f"<p>The ferry stayed in port on day {day}, and the islanders crossed the sound in smaller boats.</p>"
    for day in range(12)
)
PAGE = f"<title>Ferry stays in port</title><h1>Ferry stays in port</h1><p>Zwölf Tage für Åse.</p>{STORY}"
SCRIPT = f"""
import broadsheet

def main():
    for url, result in broadsheet.clean_many([({PAGE!r}, {URL!r})]):
        print(url, result.title)
"""


def read(*arguments: Any, **options: Any) -> Article:
    result = clean_html(*arguments, **options)
    assert isinstance(result, Article), result
    return result


def test_it_is_what_the_cleaning_makes_of_such_a_page() -> None:
    page = Page(
        url=URL,
        final_url=URL,
        status=200,
        headers=(("content-type", "text/html"),),
        body=PAGE.encode(),
        fetched_at=NOON,
        entry=FeedEntry(url=URL, source="harbour"),
    )
    address = f"{URL}?utm_source=x#top"
    given = clean_html(PAGE.encode(), address, content_type="text/html", fetched_at=NOON, source="harbour")
    assert given == clean(page)


def test_what_is_not_given_is_empty_or_now() -> None:
    before = datetime.now(UTC)
    article = read(PAGE, URL)
    assert before <= article.fetched_at <= datetime.now(UTC)
    assert article.first_seen_at == article.fetched_at
    assert article.source == article.archive == ""


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "utf-16", "cp1252"])
def test_the_header_tells_the_encoding_of_bytes(charset: str) -> None:
    article = read(PAGE.encode(charset), URL, content_type=f"text/html; charset={charset}")
    assert article.body[0] == "Zwölf Tage für Åse."


@pytest.mark.parametrize("kind", ["", "text/html; charset=utf-16", "text/html; charset=utf-7"])
@pytest.mark.parametrize("start", ["", "\ufeff", '<meta charset="shift_jis">', '<meta charset="utf-7">'])
def test_text_needs_no_encoding_whatever_is_said_of_it(start: str, kind: str) -> None:
    for text in ("Zwölf Tage für Åse.", "1 +AGE- 2 \\ 3."):
        page = PAGE.replace("Zwölf Tage für Åse.", text)
        assert read(start + page, URL, content_type=kind).body[0] == text


def test_half_of_a_pair_in_the_text_harms_nothing() -> None:
    assert read(PAGE.replace("Tage", "Ta\ud800ge"), URL).body[0] == "Zwölf Ta?ge für Åse."


def test_a_page_that_is_no_article_is_no_error() -> None:
    result = clean_html("<p>Nothing.</p>", URL)
    assert isinstance(result, Rejection)
    assert result.reason == "no_article"
    assert clean_html(b"%PDF-1.7", URL) == clean_html("%PDF-1.7", URL, content_type="text/html")
    assert clean_html(PAGE, URL, content_type="application/pdf") == Rejection(
        reason="not_html", detail="Content-Type is application/pdf"
    )


def test_a_time_of_another_zone_is_kept_in_utc() -> None:
    there = datetime(2026, 11, 21, 14, tzinfo=timezone(timedelta(hours=2)))
    assert read(PAGE, URL, fetched_at=there).fetched_at == NOON
    assert read(PAGE, URL, fetched_at=there).fetched_at.tzinfo is UTC


@pytest.mark.parametrize(
    "url", ["", "ferry", "/ferry", "ftp://harbour.example/", "file:///etc/passwd", "http://"]
)
def test_what_is_no_url_is_named(url: str) -> None:
    with pytest.raises(UrlError, match="http"):
        clean_html(PAGE, url)


def test_arguments_of_another_type_are_refused() -> None:
    wrong: Any = None
    with pytest.raises(TypeError, match="html is bytes or str, not NoneType"):
        clean_html(wrong, URL)
    with pytest.raises(TypeError, match="url is str, not bytes"):
        clean_html(PAGE, URL.encode())  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="has no time zone"):
        clean_html(PAGE, URL, fetched_at=datetime(2026, 11, 21))  # noqa: DTZ001  that is the point


def test_many_are_cleaned_as_one_is() -> None:
    taken: list[int] = []

    def pages() -> Iterator[tuple[str, str]]:
        for number in range(5):
            taken.append(number)
            yield PAGE, f"{URL}/{number}?utm_source=x"

    found = clean_many(pages(), processes=1, fetched_at=NOON, source="harbour")
    assert taken == []
    first = next(found)
    assert len(taken) == 1, "pages are taken as they are needed"
    results = dict([first, *found])
    assert list(results) == [f"{URL}/{number}?utm_source=x" for number in range(5)]
    for url, result in results.items():
        assert result == clean_html(PAGE, url, fetched_at=NOON, source="harbour")


@pytest.mark.parametrize("extractor", ["container", "trafilatura"])
def test_either_of_the_two_can_find_the_text(extractor: Extractor) -> None:
    article = read(PAGE, URL, extractor=extractor)
    assert article.extractor == extractor
    ((_, other),) = clean_many([(PAGE, URL)], processes=1, extractor=extractor, fetched_at=article.fetched_at)
    assert other == article


@pytest.mark.parametrize(
    "clean_it", [lambda **named: clean_html(PAGE, URL, **named), lambda **named: clean_many([], **named)]
)
def test_another_extractor_is_refused_at_once(clean_it: Callable[..., Any]) -> None:
    with pytest.raises(UsageError, match="auto, container, trafilatura"):
        clean_it(extractor="readability")


def test_a_page_that_stops_its_parser_is_given_up_and_the_next_one_taken() -> None:
    attributes = " ".join(f"a{number}='x'" for number in range(300_000))  # libxml2 compares each with each
    evil = f"<div {attributes}>{STORY}</div>"
    results = dict(clean_many([(evil, f"{URL}/evil"), ("", URL)], timeout=1.0, processes=1))
    killed, empty = results[f"{URL}/evil"], results[URL]
    assert isinstance(killed, Rejection)
    assert killed.reason == "parser_killed"
    assert isinstance(empty, Rejection)
    assert empty.reason == "empty"


@pytest.mark.parametrize("wrong", [{"timeout": 0}, {"timeout": float("nan")}, {"processes": 0}])
def test_limits_that_nothing_can_meet_are_refused_at_once(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="more than 0"):
        clean_many([], **wrong)


def python(folder: Path, *words: str, script: str = "") -> subprocess.CompletedProcess[str]:
    (folder / "study.py").write_text(script, encoding="utf-8")
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        input=script,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_script_with_the_guard_and_a_notebook_need_nothing_more(tmp_path: Path) -> None:
    guarded = f'{SCRIPT}\nif __name__ == "__main__":\n    main()\n'
    for words in (["study.py"], ["-c", f"{SCRIPT}\nmain()"]):  # a notebook's __main__ is no file either
        done = python(tmp_path, *words, script=guarded)
        assert done.stdout == f"{URL} Ferry stays in port\n", done.stderr


def test_a_script_without_the_guard_is_told_what_to_do(tmp_path: Path) -> None:
    for words in (["study.py"], ["-"]):
        done = python(tmp_path, *words, script=f"{SCRIPT}\nmain()\n")
        assert done.returncode == 1
        assert 'under `if __name__ == "__main__":`' in done.stderr.strip().splitlines()[-1]
