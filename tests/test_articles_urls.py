"""Identity of URLs: what is folded, what must stay apart."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from articles.errors import UrlError
from articles.urls import TRACKING, article_id, canonical, host, origin, same_site


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
