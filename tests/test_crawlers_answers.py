"""Reading of HTTP answers: content encodings, redirects, Retry-After."""

import gzip
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.fetching.answers import Answer, FetchError, decoded, retry_at, target, wait_asked

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def answer(status: int, **headers: str) -> Answer:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Answer(url="http://site.example/dir/page", status=status, headers=pairs, body=b"", at=AT)


@given(
    st.binary(max_size=5000), st.sampled_from(["gzip", "deflate", "bare", "gzip, deflate", "", "identity"])
)
def test_what_was_encoded_is_decoded(body: bytes, encoding: str) -> None:
    sent = body
    for name in encoding.split(", "):
        if name == "gzip":
            sent = gzip.compress(sent)
        elif name in {"deflate", "bare"}:
            sent = zlib.compress(sent, wbits=15 if name == "deflate" else -15)
    assert decoded(sent, encoding.replace("bare", "deflate"), 5000) == body


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "gzip, gzip", "x-gzip"]))
def test_any_bytes_are_decoded_or_refused(body: bytes, encoding: str) -> None:
    try:
        assert len(decoded(body, encoding, 1000)) <= 1000
    except FetchError as error:
        assert error.reason in {"cut", "encoding", "too_large"}


@given(st.binary(min_size=20, max_size=2000), st.data())
def test_no_cut_body_passes_for_a_whole_one(body: bytes, data: st.DataObject) -> None:
    whole = gzip.compress(body)
    cut = data.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(FetchError) as refused:
        decoded(whole[:cut], "gzip", 5000)
    assert refused.value.reason == "cut"


def test_the_limit_counts_decoded_bytes() -> None:
    assert len(decoded(gzip.compress(bytes(1000)), "gzip", 1000)) == 1000
    with pytest.raises(FetchError, match="too_large"):
        decoded(gzip.compress(bytes(1001)), "gzip", 1000)
    with pytest.raises(FetchError, match="too_large"):
        decoded(gzip.compress(bytes(600)) * 2, "gzip", 1000)
    with pytest.raises(FetchError, match="too_large"):
        decoded(bytes(1001), "", 1000)


@pytest.mark.parametrize(
    ("location", "leads_to"),
    [
        ("/a", "http://site.example/a"),
        ("a?b#c", "http://site.example/dir/a?b"),
        ("//other.example", "http://other.example/"),
        ("HTTPS://Other.example:443/%41", "https://other.example/%41"),
        ("http://user:secret@other.example/", "http://other.example/"),
        ("/caf\u00c3\u00a9", "http://site.example/caf%C3%A9"),
        ("?utm_source=feed", "http://site.example/dir/page?utm_source=feed"),
        ("/hafen-gr\u00f6\u00dfe", "http://site.example/hafen-gr%F6%DFe"),
        ("/\u00f6?q=\u00f6&r=\u00c3\u00b6", "http://site.example/%F6?q=%F6&r=%C3%B6"),
        ("/%F6%c3%B6", "http://site.example/%F6%c3%B6"),
        ("/citt\u00c3\u00a0", "http://site.example/citt%C3%A0"),
        ("/\x93quoted\x94", "http://site.example/%93quoted%94"),
        ("http://k\u00c3\u00bcste.example/\u00fc", "http://xn--kste-0ra.example/%FC"),
        ("", ""),
        (" ", ""),
    ],
)
def test_where_a_redirect_leads(location: str, leads_to: str) -> None:
    assert target(answer(302, location=location)) == leads_to


def test_other_answers_lead_nowhere() -> None:
    assert target(answer(301)) == ""
    assert [target(answer(status, location="/a")) for status in (200, 201, 300, 304, 404, 503)] == [""] * 6


@pytest.mark.parametrize(
    "location",
    [
        "mailto:a@b.example",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "http://[",
        "http://k\u00fcste.example/",
    ],
)
def test_a_redirect_away_from_the_web_is_refused(location: str) -> None:
    with pytest.raises(FetchError) as refused:
        target(answer(302, location=location))
    assert refused.value.reason == "redirect"


@pytest.mark.parametrize(
    ("status", "retry_after", "wait"),
    [
        (429, "120", 120.0),
        (503, " 5 ", 5.0),
        (429, "0", 0.0),
        (429, "9" * 50, 999_999_999.0),
        (503, format_datetime(AT + timedelta(hours=1), usegmt=True), 3600.0),
        (503, format_datetime(AT - timedelta(hours=1), usegmt=True), 0.0),
        (503, "soon", 0.0),
        (429, "-5", 0.0),
        (429, "1.5", 0.0),
        (429, "٣", 0.0),
        (429, "-1764100000", 0.0),
        (429, "1e9", 0.0),
        (429, "inf", 0.0),
        (429, "", 0.0),
        (429, "315360000", 315_360_000.0),
        (503, str(int(AT.timestamp()) + 600), 600.0),
        (503, str(int(AT.timestamp()) * 1000 + 600_500), 600.5),
        (503, str(int(AT.timestamp()) - 600), 0.0),
        (429, "99999999999", 999_999_999.0),
        (429, "999999999", 999_999_999.0),
        (429, "1" * 5000, 999_999_999.0),
        (503, "Fri, 31 Dec 9999 23:59:59 GMT", 251_606_951_999.0),
        (200, "120", None),
        (404, "120", None),
        (500, "120", None),
    ],
)
def test_how_long_a_busy_server_asks_to_wait(status: int, retry_after: str, wait: float | None) -> None:
    assert wait_asked(answer(status, retry_after=retry_after)) == wait


@pytest.mark.parametrize(
    ("asked", "believed"), [(0.0, 0), (600.0, 600), (86_400.0, 86_400), (86_401.0, 86_400), (3e11, 86_400)]
)
def test_a_host_is_left_alone_for_a_day_at_most(asked: float, believed: int) -> None:
    assert retry_at(AT, asked) == AT + timedelta(seconds=believed)


@given(st.text(max_size=60) | st.from_regex(r"\w{3}, \d{1,3} \w{3} \d{1,6} \d\d:\d\d:\d\d [+-]\d{4,9}"))
def test_no_header_can_hurt(value: str) -> None:
    sent = value.encode().decode("latin-1")
    wait = wait_asked(answer(503, retry_after=sent))
    assert wait is not None
    assert wait >= 0
    assert retry_at(AT, wait) >= AT
    try:
        assert target(answer(302, location=sent)).startswith(("http://", "https://", ""))
    except FetchError as error:
        assert error.reason == "redirect"
