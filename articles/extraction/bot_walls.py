"""Bot walls: pages that a protection service sends instead of the site's own.

Sites behind such a service send its headers and scripts with every page, their own errors included. What counts is what
comes with a challenge or a refusal alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape

from articles.model import Page

_REFUSALS = frozenset((401, 403, 405, 406, 429, 503))
_MOST_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True)
class _Wall:
    """A service, the headers (name, values) that it sends with a refusal alone, and words of the page that it sends then."""

    name: str
    headers: Mapping[str, str]
    words: re.Pattern[str]


def _words(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


_WALLS = (
    _Wall(
        "Cloudflare",
        {"cf-mitigated": "."},
        _words(
            r"_cf_chl_opt",
            r"<title>(?:Just a moment\.\.\.|Attention Required! \| Cloudflare)",
            r"used Cloudflare to restrict access",
            r"\Aerror code: 10(?:0[6-9]|1[0-2]|15|20)\b",
        ),
    ),
    _Wall("DataDome", {"x-dd-b": "[12]"}, _words(r"captcha-delivery\.com")),
    _Wall(
        "Akamai",
        {},
        _words(
            r"don't have permission to access[^#]{0,2000}Reference #\d+\.[0-9a-f]+\.[0-9a-f.]*",
            r"sec-if-cpt-container",
            r"bm-verify",
        ),
    ),
    _Wall(
        "HUMAN (PerimeterX)",
        {},
        _words(r"px-captcha", r"captcha\.px-c(?:dn|loud)\.net", r'"blockScript" ?: ?"[^"]{0,200}captcha'),
    ),
    _Wall(
        "Imperva",
        {},
        _words(
            r"Incapsula incident ID",
            r"_Incapsula_Resource\?[SC]WUDNSAI",
            r"request was blocked by our security service",
        ),
    ),
    _Wall(
        "Sucuri",
        {"x-sucuri-block": "."},
        _words(r"Sucuri Website Firewall - Access Denied", r"sucuri_cloudproxy_js"),
    ),
    _Wall(
        "AWS WAF",
        {"x-amzn-waf-action": "captcha|challenge"},
        _words(
            r"awswaf\.com/[\w/.]+/challenge\.js", r"could not be satisfied\.?[^.]{0,200}Request blocked\."
        ),
    ),
)


def wall(page: Page) -> str:
    """The name of the service that refused the page and what tells it, as `name: evidence`; "" for any other page.

    A header tells with any status but 200, words of the page with that of a refusal.
    """
    for each in _WALLS if page.status != 200 else ():
        for name, value in page.headers:
            if name in each.headers and re.match(each.headers[name], value, re.IGNORECASE):
                return f"{each.name}: {name}: {value[:40]}"
    if page.status in _REFUSALS:
        text = unescape(page.body[:_MOST_CHARACTERS].decode("latin-1"))
        for each in _WALLS:
            if found := each.words.search(text):
                return f"{each.name}: {' '.join(found[0].split())[-80:]}"
    return ""
