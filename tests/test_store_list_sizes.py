"""The sizes of lists: when one is short, and what is usual of it."""

from datetime import UTC, datetime, timedelta

from store.list_sizes import Size, after

START = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def sized(*counts: int | None) -> Size:
    """A list with so many entries day by day; None: unchanged."""
    size = Size()
    for day, count in enumerate(counts):
        size = after(size, count, START + day * DAY)
    return size


def test_far_fewer_entries_than_ever_are_short_until_they_are_back() -> None:
    usual = [20, 25] * 5
    assert sized(*usual).short == 0
    assert sized(*usual, 15).short == 0, "hardly fewer"
    short = sized(*usual, 10, None, 0)
    assert (short.short, short.few, short.short_since) == (3, 0, START + 10 * DAY)
    assert sized(*usual, 10, 20).short == 0


def test_what_passed_by_itself_is_usual_from_then_on() -> None:
    assert sized(*[20] * 10, 3, 3, 20, 3).short == 0


def test_nothing_is_short_before_a_week_is_known_or_where_there_never_were_many() -> None:
    assert sized(20, 20, 20, 0, 0).short == 0
    assert sized(*[4] * 20, 0, 0).short == 0


def test_a_list_that_grew_is_measured_by_what_it_has_now() -> None:
    assert sized(*[8] * 10, 7, 7).short == 0
    assert sized(*[8] * 10, *[50] * 60, 20, 20).short == 2


def test_an_unchanged_list_that_was_never_read_has_no_size() -> None:
    assert sized(None) == Size()
