"""Bot walls, told by what only they send, and from the error pages of sites that stand behind the same services."""

from datetime import UTC, datetime

import pytest

from articles.clean import clean
from articles.extraction.bot_walls import wall
from articles.model import FeedEntry, Page, Rejection

URL = "https://www.kuestenbote.example/insel/faehre-moewe-102.html"
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
CLOUDFLARE = {"server": "cloudflare", "cf-ray": "8f2a00000000abcd-FRA"}
AKAMAI = {"server": "AkamaiGHost", "mime-version": "1.0"}
IMPERVA = {"x-iinfo": "9-332984787-0 0NNN RT(1533438628522 0)", "x-cdn": "Imperva"}
SUCURI = {"server": "Sucuri/Cloudproxy", "x-sucuri-id": "11005"}
HUMAN = {"set-cookie": "_pxhd=ab12; path=/"}
DATADOME = {"x-datadome": "protected", "set-cookie": "datadome=x; Secure"}
CLOUDFRONT = {"server": "CloudFront", "x-cache": "Error from cloudfront"}
NO_ACCESS = (
    "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1> You don't have permission to access "
    '"http&#58;&#47;&#47;www&#46;kuestenbote&#46;example&#47;" on this server.<P> '
)


def page(status: int, headers: dict[str, str], body: str = "") -> Page:
    return Page(
        url=URL,
        final_url=URL,
        status=status,
        headers=tuple({"content-type": "text/html"}.items()) + tuple(headers.items()),
        body=body.encode(),
        fetched_at=NOON,
        entry=FeedEntry(url=URL, source="kuestenbote"),
    )


WALLS = [
    ("Cloudflare", page(403, {**CLOUDFLARE, "cf-mitigated": "challenge"})),
    ("Cloudflare", page(429, {**CLOUDFLARE, "cf-mitigated": "challenge"})),
    ("Cloudflare", page(503, CLOUDFLARE, "<title>Just a moment...</title><script>window._cf_chl_opt={}</script>")),
    ("Cloudflare", page(403, CLOUDFLARE, "<title>Attention Required! | Cloudflare</title>")),
    ("Cloudflare", page(403, CLOUDFLARE, "<title>Access denied | www.kuestenbote.example used Cloudflare to restrict access</title>")),
    ("Cloudflare", page(403, CLOUDFLARE, "error code: 1020")),
    ("DataDome", page(403, DATADOME, "<script src='https://ct.captcha-delivery.com/c.js'></script>")),
    ("DataDome", page(403, {"x-datadome": "protected", "x-dd-b": "2"})),
    ("DataDome", page(401, DATADOME, '{"url":"https://geo.captcha-delivery.com/captcha/?initialCid=A"}')),
    ("Akamai", page(403, AKAMAI, NO_ACCESS + "Reference&#32;&#35;18&#46;3f2e1d02&#46;1718000000&#46;1a2b3c4d </BODY>")),
    ("Akamai", page(403, {}, NO_ACCESS + "Reference #18.3f2e1d02.1718000000.1a2b3c4d<P>https://errors.edgesuite.net/18.3f2e")),
    ("Akamai", page(429, AKAMAI, '<div id="sec-if-cpt-container"></div>')),
    ("HUMAN (PerimeterX)", page(403, HUMAN, "<h1>Access to this page has been denied</h1><div id='px-captcha'></div>")),
    ("HUMAN (PerimeterX)", page(403, {}, '{"appId":"PXab","blockScript":"/ab/captcha/captcha.js?a=c"}')),
    ("Imperva", page(403, IMPERVA, "<iframe src='/_Incapsula_Resource?SWUDNSAI=31'>Request unsuccessful. Incapsula incident ID: 18480-1")),
    ("Imperva", page(403, IMPERVA, "<p>This request was blocked by our security service</p>")),
    ("Sucuri", page(403, SUCURI, "<title>Sucuri WebSite Firewall - Access Denied</title>")),
    ("Sucuri", page(403, {**SUCURI, "x-sucuri-block": "BLOCK"})),
    ("AWS WAF", page(202, {"server": "CloudFront", "x-amzn-waf-action": "challenge"})),
    ("AWS WAF", page(405, {"server": "awselb/2.0", "x-amzn-waf-action": "captcha"})),
    ("AWS WAF", page(403, CLOUDFRONT, "<H1>403 ERROR</H1><H2>The request could not be satisfied.</H2>Request blocked. We can't connect")),
]  # fmt: skip

OTHERS = [
    page(403, CLOUDFLARE, "<title>403 Forbidden</title><h1>Forbidden</h1><p>Subscribers only."),
    page(503, CLOUDFLARE, "<title>Bauarbeiten</title><p>Wir sind gleich zurück.<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'>"),
    page(503, CLOUDFLARE, "<title>kuestenbote.example | 503: Service unavailable</title><div id='cf-error-details'>Error code 503"),
    page(522, CLOUDFLARE, "<title>kuestenbote.example | 522: Connection timed out</title><div id='cf-error-details'>"),
    page(403, CLOUDFLARE, "error code: 1000"),
    page(429, CLOUDFLARE, "Too many requests"),
    page(403, DATADOME, "<h1>Forbidden</h1><script src='https://js.datadome.co/tags.js'></script>"),
    page(403, {"x-dd-b": "0", **DATADOME}),
    page(503, AKAMAI, "<TITLE>Service Unavailable</TITLE> The server is temporarily unable. Reference&#32;&#35;11&#46;3f2e1d02&#46;17&#46;1a"),
    page(403, {"server": "Apache"}, NO_ACCESS),
    page(503, HUMAN, "<script>window._pxAppId = 'PXab';</script><h1>Maintenance</h1>"),
    page(503, IMPERVA, "<h1>Down</h1><script src='/_Incapsula_Resource?SWJIYLWA=719d34d31c8e'></script>"),
    page(503, IMPERVA, "<p>Error 20: The proxy failed to connect to the web server"),
    page(403, SUCURI, "<h1>Forbidden</h1><a href='https://sitecheck.sucuri.net/'>Scanned by Sucuri</a>"),
    page(503, SUCURI, "<title>Sucuri WebSite Firewall - Back-end Connection Timeout</title>"),
    page(503, CLOUDFRONT, "<H1>503 ERROR</H1><H2>The request could not be satisfied.</H2>CloudFront is currently unable to serve"),
    page(403, CLOUDFRONT, "<Error><Code>AccessDenied</Code></Error>"),
    page(200, {**CLOUDFLARE, "x-dd-b": "1"}, "<h1>Ferry stays in port</h1>"),
    page(404, CLOUDFLARE, "<title>Just a moment...</title>"),
    page(200, CLOUDFLARE, "<title>Just a moment...</title><p>px-captcha, captcha-delivery.com and Incapsula incident ID: how walls work."),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given"), WALLS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_wall_is_named(name: str, given: Page) -> None:
    assert wall(given).partition(": ")[0] == name
    rejection = clean(given)
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, rejection.detail) == ("blocked", f"HTTP {given.status} by {wall(given)}")


@pytest.mark.parametrize("given", OTHERS, ids=lambda given: f"{given.status} {given.body[:40]!r}")
def test_an_ordinary_error_behind_the_same_service_is_none(given: Page) -> None:
    assert wall(given) == ""
    rejection = clean(given)
    assert isinstance(rejection, Rejection)
    assert (rejection.reason == "http_status") == (given.status != 200)


def test_what_made_it_known_is_said() -> None:
    header, markup = wall(WALLS[0][1]), wall(WALLS[6][1])
    assert header == "Cloudflare: cf-mitigated: challenge"
    assert markup == "DataDome: captcha-delivery.com"


def test_the_end_of_a_huge_page_is_not_read() -> None:
    assert wall(page(403, CLOUDFLARE, " " * 1_000_000 + "window._cf_chl_opt")) == ""
