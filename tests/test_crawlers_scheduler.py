"""The lanes of the scheduler: what is given out, when, and in which order."""

from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.dupefilters import BaseDupeFilter, RFPDupeFilter

from crawlers.scheduler import LaneScheduler

A, B = "http://a.example/", "http://b.example/"


def lanes(concurrency: int = 1, *urls: str) -> LaneScheduler:
    scheduler = LaneScheduler(concurrency, BaseDupeFilter())
    for url in urls:
        assert scheduler.enqueue_request(Request(url))
    return scheduler


def given_out(scheduler: LaneScheduler) -> list[Request]:
    """All that the scheduler has to give at once."""
    found = []
    while (request := scheduler.next_request()) is not None:
        found.append(request)
    return found


def urls(requests: list[Request]) -> list[str]:
    return [request.url for request in requests]


def test_each_host_has_so_many_at_a_time_whatever_waits_for_others() -> None:
    scheduler = lanes(2, *(f"{A}{n}" for n in range(4)), f"{B}0")
    first = given_out(scheduler)
    assert urls(first) == [f"{A}0", f"{A}1", f"{B}0"]
    scheduler.left(first[1])
    assert urls(given_out(scheduler)) == [f"{A}2"]
    scheduler.left(first[2])
    assert given_out(scheduler) == []
    assert scheduler.has_pending_requests()


def test_a_redirect_and_a_further_attempt_come_before_the_next_page() -> None:
    scheduler = lanes(1, f"{A}0", f"{A}1", f"{A}2")
    (first,) = given_out(scheduler)
    scheduler.left(first)
    scheduler.enqueue_request(Request(f"{A}again", meta={"retry_times": 1}))
    assert urls(given_out(scheduler)) == [f"{A}again"]


def test_a_request_that_was_not_given_out_here_frees_no_place() -> None:
    scheduler = lanes(1, f"{A}0", f"{A}1")
    given_out(scheduler)
    scheduler.left(Request(f"{A}robots.txt"))
    assert given_out(scheduler) == []


def test_only_what_may_be_filtered_is() -> None:
    scheduler = LaneScheduler(1, RFPDupeFilter())
    assert scheduler.enqueue_request(Request(A))
    assert not scheduler.enqueue_request(Request(A))
    assert scheduler.enqueue_request(Request(A, dont_filter=True))


def test_what_waits_is_known() -> None:
    scheduler = lanes(1, f"{A}0", f"{A}1")
    given_out(scheduler)
    assert {request.url for request in scheduler.waiting()} == {f"{A}1"}


@given(
    st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["in", "out", "left"])), max_size=60),
    st.integers(1, 3),
)
def test_nothing_is_lost_and_no_lane_is_overfull(steps: list[tuple[int, str]], concurrency: int) -> None:
    scheduler, waiting, under_way = lanes(concurrency), 0, []
    for number, step in steps:
        if step == "in":
            scheduler.enqueue_request(Request(f"http://h{number}.example/"))
            waiting += 1
        elif step == "out":
            request = scheduler.next_request()
            hosts = [each.url for each in under_way]
            if request is not None:
                assert hosts.count(request.url) < concurrency
                under_way.append(request)
                waiting -= 1
        elif under_way:
            scheduler.left(under_way.pop(number % len(under_way)))
        assert scheduler.has_pending_requests() == (waiting > 0)
    while waiting:
        found = given_out(scheduler)
        waiting -= len(found)
        for request in under_way + found:
            scheduler.left(request)
        under_way = []
    assert not scheduler.has_pending_requests()
