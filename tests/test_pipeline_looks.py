"""What a front page shows, weighed: whether its lists lack articles, the source is quiet, or nothing can be said."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.health.looks import READ, Look, Seen, some, usual_in, weighed

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
PAGE = "https://harbour.example/"


def seen(known: int, unknown: int, newer: int, older: int) -> Seen:
    urls = tuple(f"{PAGE}{n}" for n in range(newer))
    return Seen(at=NOON, page=PAGE, known=known, unknown=unknown, newer=urls, older=older)


@pytest.mark.parametrize(
    ("known", "unknown", "newer", "older", "why"),
    [
        (12, 3, 3, 0, "missing"),
        (12, 2, 2, 0, "missing"),
        (100, 1, 1, 0, "missing"),
        (12, 1, 1, 0, "one may be an exception"),
        (2, 10, 5, 0, "a page that shares nothing with the lists"),
        (10, 22, 1, 4, "it names much that they never had"),
        (10, 90, 5, 0, "it is of another stream, where four are usual in such a time"),
        (12, 0, 0, 0, "quiet"),
        (12, 3, 0, 3, "quiet"),
        (12, 3, 0, 0, "none of them says when it is from"),
    ],
)
def test_a_front_page_is_weighed(known: int, unknown: int, newer: int, older: int, why: str) -> None:
    found = weighed(seen(known, unknown, newer, older), usual=4.0)
    assert (bool(found.newer), found.is_quiet) == (why == "missing", why == "quiet")
    if not found.newer:
        assert found == Look(at=NOON, page=PAGE, is_quiet=why == "quiet")


def test_some_pages_are_read_from_all_parts() -> None:
    pages = [str(n) for n in range(23)]
    assert some(pages) == ["0", "4", "9", "13", "18"]
    assert some(pages[:2]) == ["0", "1"]
    assert some([]) == []
    assert len(some(pages)) == READ


def test_what_is_usual_in_a_time() -> None:
    times = [NOON + n * timedelta(hours=6) for n in range(41)]
    assert usual_in(times, timedelta(days=1)) == pytest.approx(4.1)
    assert usual_in(times[:1], timedelta(days=1)) == 1.0
