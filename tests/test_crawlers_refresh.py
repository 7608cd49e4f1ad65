"""Pages that send their reader on without a redirect."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.fetching.answers import Answer
from crawlers.fetching.refresh import refresh_target

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PAGE = "http://site.example/dir/page"
NEXT = "http://site.example/a/q"


def answer(body: str | bytes = "", status: int = 200, **headers: str) -> Answer:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    sent = body.encode() if isinstance(body, str) else body
    return Answer(url=PAGE, status=status, headers=pairs, body=sent, at=AT)


def meta(content: str) -> str:
    return (
        f"<html><head><meta http-equiv='refresh' content=\"{content}\"><title>Moved</title></head><body>Moved"
    )


@pytest.mark.parametrize(
    ("stated", "leads_to"),
    [
        *(
            (stated, NEXT)
            for stated in ("0; url=/a/q", "0;URL=/a/q", "0 ; Url = /a/q", "0, url=/a/q", "0 url=/a/q")
        ),
        *(
            (stated, NEXT)
            for stated in ("0; /a/q", "0;url='/a/q'", "0;url='/a/q' x", "5; url=/a/q", " 0;url=/a/q ")
        ),
        *(
            (stated, NEXT)
            for stated in ("0.9;url=/a/q", ".5;url=/a/q", "00;url=/a/q", "\t3\n;\turl=\r\n/a/q")
        ),
        *(
            (stated, NEXT)
            for stated in (f"0;url={NEXT}#part", "0;url=http://me:secret@site.example/a/q", "0;url=../a/q")
        ),
        ("0;url=other", "http://site.example/dir/other"),
        ("0;url=?page=2", f"{PAGE}?page=2"),
        ("1;url=//other.example", "http://other.example/"),
        *(
            (stays, "")
            for stays in ("", "0", "5", "300", "0;", "0; url=", "0;url=''", "url=/a/q", "/a/q", "-1;url=/a/q")
        ),
        *(
            (stays, "")
            for stays in (
                "6;url=/a/q",
                "600;url=/a/q",
                "9" * 5000 + ";url=/a/q",
                "0x;url=/a/q",
                "x0;url=/a/q",
            )
        ),
        *((stays, "") for stays in (f"0;url={PAGE}", "0;url=#part", "0;url=page", "3;url=./page#top")),
        *(
            (stays, "")
            for stays in (
                "0;url=javascript:alert(1)",
                "0;url=mailto:a@b.example",
                "0;url=app://open",
                "0;url=http://[",
            )
        ),
    ],
)
def test_where_a_refresh_leads(stated: str, leads_to: str) -> None:
    assert refresh_target(answer(refresh=stated)) == leads_to
    assert refresh_target(answer(meta(stated))) == leads_to


def test_the_bytes_of_the_header_are_sent_back_as_they_are() -> None:
    assert refresh_target(answer(refresh="0;url=/gr\xf6\xdfe")) == "http://site.example/gr%F6%DFe"


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "utf-16"])
def test_the_page_is_read_in_its_encoding(encoding: str) -> None:
    page = answer(meta("0;url=/größe").encode(encoding), content_type=f"text/html; charset={encoding}")
    assert refresh_target(page) == "http://site.example/gr%C3%B6%C3%9Fe"


@pytest.mark.parametrize(
    "head",
    [
        "<META HTTP-EQUIV=Refresh CONTENT='0;url=/a/q'>",
        "<meta content='0;url=/a/q' http-equiv=' refresh '>",
        "<meta charset=utf-8><link rel=x href=y><script>if (a < b) {}</script><meta http-equiv=refresh content='0;/a/q'>",
        "<base href='/a/'><meta http-equiv=refresh content='0;url=q'>",
        "<base href='http://['><meta http-equiv=refresh content='0;url=/a/q'>",
        "<meta http-equiv=refresh content='0;url=/a/q'><meta http-equiv=refresh content='0;url=/other'>",
        "<meta http-equiv=refresh content='nonsense'><meta http-equiv=refresh content='0;url=/a/q'>",
        "<meta http-equiv=refresh content='0;url=&#x2f;a&#47;q'>",
    ],
)
@pytest.mark.parametrize(
    "around", ["<!doctype html><html><head>{}</head><body>x", "{}", "<title>x</title>{}", "\ufeff\n{}"]
)
def test_a_refresh_in_the_head_counts(head: str, around: str) -> None:
    assert refresh_target(answer(around.format(head))) == NEXT


@pytest.mark.parametrize(
    "page",
    [
        "<head><noscript><meta http-equiv=refresh content='0;url=/a/q'></noscript></head>",
        "<head><!-- <meta http-equiv=refresh content='0;url=/a/q'> --></head>",
        "<head><!--[if lt IE 9]><meta http-equiv=refresh content='0;url=/a/q'><![endif]--></head>",
        "<head><script>document.write(\"<meta http-equiv=refresh content='0;url=/a/q'>\")</script></head>",
        "<head><template><meta http-equiv=refresh content='0;url=/a/q'></template></head>",
        "<head><title><meta http-equiv=refresh content='0;url=/a/q'></title></head>",
        "<head><meta name=refresh content='0;url=/a/q'></head>",
        "<head><meta http-equiv=refresh></head>",
        "<body><p>Write &lt;meta http-equiv=refresh content='0;url=/a/q'>.",
        "<body><p>An article</p><meta http-equiv=refresh content='0;url=/a/q'></body>",
        "<head><meta http-equiv=refresh content='600'><meta http-equiv=refresh content='0;url=/a/q'></head>",
        "<head><!--" + "x" * 65_536 + "--><meta http-equiv=refresh content='0;url=/a/q'></head>",
        "<rss><channel><item><description><![CDATA[<meta http-equiv=refresh content='0;url=/a/q'>]]></description></item>",
        "refresh",
    ],
)
def test_no_other_does(page: str) -> None:
    assert refresh_target(answer(page)) == ""


def test_the_header_counts_before_the_page() -> None:
    assert refresh_target(answer(meta("0;url=/other"), refresh="0;url=/a/q")) == NEXT
    assert refresh_target(answer(meta("0;url=/a/q"), refresh="300")) == ""


@pytest.mark.parametrize("status", [301, 304, 404, 429, 500, 503])
def test_an_error_page_leads_nowhere(status: int) -> None:
    assert refresh_target(answer(meta("0;url=/a/q"), status=status, refresh="0;url=/a/q")) == ""


@given(st.binary(max_size=300), st.text(max_size=40))
def test_no_page_can_hurt(body: bytes, value: str) -> None:
    sent = value.encode("utf-8", "replace").decode("latin-1")
    assert refresh_target(
        answer(b"<meta http-equiv=refresh content='0;url=" + body, refresh=sent)
    ).startswith(("http", ""))
    assert refresh_target(
        answer(b"<base href='" + body + b"'><meta http-equiv=refresh content='0;a'>")
    ).startswith(("http", ""))
