"""Identity of URLs: what is folded, what must stay apart."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from articles.errors import UrlError
from articles.urls import (
    TRACKING,
    article_id,
    canonical,
    host,
    masked,
    origin,
    refuse_unfetchable,
    same_site,
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://News.Example.ORG:80/a/../b", "http://news.example.org/b"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org/a#comments", "https://example.org/a"),
        ("https://example.org/#!/story/7", "https://example.org/#!/story/7"),
        ("https://example.org/a#!", "https://example.org/a"),
        ("https://example.org/a?", "https://example.org/a"),
        ("https://example.org/a?utm_source=rss&id=7&fbclid=x", "https://example.org/a?id=7"),
        ("https://example.org/a?utm%5Fsource=rss", "https://example.org/a"),
        ("https://example.org/a?b=2&a=1&b=1", "https://example.org/a?b=2&a=1&b=1"),
        ("https://example.org/%7ejo/caf%c3%a9%2fbar", "https://example.org/~jo/caf%C3%A9%2Fbar"),
        ("https://example.org/100%/%%34%31", "https://example.org/100%/%%341"),
        ("https://user:secret@example.org/a", "https://example.org/a"),
        ("https://例え.jp/新聞", "https://xn--r8jz45g.jp/%E6%96%B0%E8%81%9E"),
        ("  https://example.org/a\n", "https://example.org/a"),
    ],
)
def test_canonical_form(url: str, expected: str) -> None:
    assert canonical(url) == expected


def test_relative_urls_are_resolved() -> None:
    assert canonical("../b?x=1#top", "https://example.org/news/today/a") == "https://example.org/news/b?x=1"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "news/today",
        "mailto:desk@example.org",
        "javascript:void(0)",
        "http://",
        "http://a b/",
        "http://\ud800",
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(UrlError):
        canonical(url)


@pytest.mark.parametrize(
    "name", ["ref", "id", "cid", "session", "sid", "p", "page", "article", "source", "UTM", "utm"]
)
def test_parameters_that_may_name_a_page_stay(name: str) -> None:
    assert name not in TRACKING
    assert canonical(f"https://example.org/?{name}=1") != canonical(f"https://example.org/?{name}=2")


segments = st.text(alphabet=string.ascii_letters + string.digits + "-_.~%äж新/+ :@'", max_size=20)
parameters = st.lists(
    st.tuples(
        st.sampled_from(["id", "p", "utm_source", "fbclid", "ref", "q%41", ""]),
        st.text(alphabet="ab1%42=+é", max_size=6),
    ),
    max_size=4,
).map(lambda pairs: "&".join(f"{name}={value}" for name, value in pairs))
addresses = st.builds(
    lambda host, path, query, fragment: f"https://{host}/{path}?{query}#{fragment}",
    st.sampled_from(["example.org", "News.Example.co.uk:8080", "127.0.0.1", "[::1]", "bücher.example"]),
    segments,
    parameters,
    st.sampled_from(["", "top", "!/story/1", "!%41", "!"]),
)


@given(addresses)
def test_canonical_is_idempotent(url: str) -> None:
    once = canonical(url)
    assert canonical(once) == once


@given(st.text(max_size=60))
def test_any_text_gives_a_web_address_or_a_url_error(text: str) -> None:
    try:
        address = canonical(text, "https://example.org/")
    except UrlError:
        return
    assert address.startswith(("http://", "https://"))
    assert canonical(address) == address


identifiers = st.text(alphabet=string.ascii_letters + string.digits + "-_", min_size=1, max_size=12)


@given(
    identifiers,
    identifiers,
    st.sampled_from(["/story/{}", "/story?id={}", "/?p={}&ref=x", "/#!/{}", "/{}/index.html"]),
)
def test_distinct_articles_are_never_merged(a: str, b: str, shape: str) -> None:
    assume(a != b)
    urls = [canonical("https://example.org" + shape.format(name)) for name in (a, b)]
    assert urls[0] != urls[1]
    assert article_id(urls[0]) != article_id(urls[1])


@given(addresses, st.sampled_from(sorted(TRACKING)))
def test_a_tracking_parameter_changes_nothing(url: str, name: str) -> None:
    address, mark, fragment = url.partition("#")
    assert canonical(f"{address}&{name}=campaign{mark}{fragment}") == canonical(
        f"{address}&{name}={mark}{fragment}"
    )


def test_article_id_is_stable() -> None:
    assert article_id("https://example.org/a") == "ef5d3ecea193ed7045edeb922cbd6cc1"


def test_host_and_origin() -> None:
    assert host("https://News.Example.org:8443/a") == "news.example.org"
    assert origin("https://News.Example.org:8443/a") == "https://news.example.org:8443"
    assert origin("https://example.org:443/a") == "https://example.org"
    with pytest.raises(UrlError):
        host("nowhere")


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("https://www.example.co.uk/a", "http://news.example.co.uk:8080/b", True),
        ("https://example.co.uk/", "https://other.co.uk/", False),
        ("https://one.blogspot.com/", "https://two.blogspot.com/", False),
        ("https://one.blogspot.com/a", "https://one.blogspot.com/b", True),
        ("http://127.0.0.1/a", "http://127.0.0.1/b", False),
        ("http://[::1]/a", "http://[::1]/b", False),
        ("http://localhost/a", "http://localhost/b", False),
        ("https://bücher.de/", "https://www.xn--bcher-kva.de/", True),
    ],
)
def test_same_site_means_one_registrable_domain(a: str, b: str, expected: bool) -> None:
    assert same_site(a, b) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://user:secret@example.org/a", "https://***@example.org/a"),
        ("https://secret@example.org", "https://***@example.org"),
        ("https://:secret@example.org", "https://***@example.org"),
        ("http://user:sec@ret@example.org/", "http://***@example.org/"),
        ("http://user:sec/ret@example.org/", "http://***@example.org/"),
        ("http://user:7se#c?r/et@example.org/", "http://***@example.org/"),
        ("http:user:secret@example.org", "http:***@example.org"),
        (r"http:\\user:secret@example.org", r"http:\\***@example.org"),
        ("HTTP://user:secret@example.org", "HTTP://***@example.org"),
        ("user:secret@example.org/feed", "user:***@example.org/feed"),
        ("//user:secret@example.org/feed", "//***@example.org/feed"),
        ("feed:https://user:secret@example.org/", "feed:https://***@example.org/"),
        ("redis+tls://user:secret@example.org", "redis+tls://***@example.org"),
        ("no URL: 'http://user:secret@[::1'; give one", "no URL: 'http://***@[::1'; give one"),
        ("a http://u:secret@a.org, b http://u:secret@b.org", "a http://***@a.org, b http://***@b.org"),
        ("https://a.org/?to=http://u:secret@b.org/", "https://a.org/?to=http://***@b.org/"),
        ("at http://a.org\nhttp://u:secret@b.org", "at http://a.org\nhttp://***@b.org"),
        ('http://user:it\'s "secret"@example.org/', "http://***@example.org/"),
        (" http://us er:se c/ret@example.org/", " http://***@example.org/"),
        ("feed http://user:it's@example.org/", "feed http://***@example.org/"),
    ],
)
def test_credentials_are_masked_wherever_a_text_has_a_url(text: str, expected: str) -> None:
    assert masked(text) == expected
    assert masked(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.org/@desk/a:b@c",
        "https://example.org:8443/a@b",
        "https://[::1]:8443/a@b",
        "https://example.org?who=desk@example.org",
        "https://example.org#desk@example.org",
        "https://example.org/a//b@c",
        "desk@example.org",
        "not a query: author:desk@example.org",
        "12:30 desk@example.org",
        "mailto:desk@example.org",
        "at http://127.0.0.1:9200: refused, ask desk@example.org",
    ],
)
def test_nothing_else_is_masked(text: str) -> None:
    assert masked(text) == text


@given(
    st.text(string.ascii_letters + string.digits + ":@$-_.+!*(),;&=%~'\"<>[]", min_size=1).map("s3cr3t".join),
)
def test_no_password_survives_in_a_url_that_is_one(password: str) -> None:
    url = f"http://user:s3cr3t{password}@example.org/feed"
    assert "s3cr3t" not in masked(f"feed {url}: failed")


def test_masking_a_hostile_text_takes_no_time() -> None:
    for text in ("http:" * 4_000, "a" * 20_000, "http://a:" * 2_000, "x:" * 10_000, "//" * 10_000):
        assert masked(text) == text  # with a quadratic expression, each would take minutes


def test_a_url_to_fetch_is_http_and_without_credentials() -> None:
    refuse_unfetchable("https://example.org/?to=http://user:secret@example.org/")
    for url in ("http://user:secret@example.org/", "http://secret@example.org/", "http://:secret@a.org/"):
        with pytest.raises(UrlError, match=r"user or password.*\*\*\*@"):
            refuse_unfetchable(url)
    with pytest.raises(UrlError, match="not a URL"):
        refuse_unfetchable("notes")


@pytest.mark.parametrize(
    "url", ["http://user:secret@[::1", "ftp://user:secret@example.org/", "http://user:se/cret@"]
)
def test_errors_about_a_url_hold_no_password(url: str) -> None:
    for judge in (canonical, host, origin, refuse_unfetchable):
        try:
            judge(url)
        except UrlError as error:
            assert "cret" not in str(error)
            assert "***@" in str(error)
