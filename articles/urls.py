"""URLs as identity: whether two addresses are the same article, or the same site."""

import re
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

import ada_url

from articles.errors import UrlError

if TYPE_CHECKING:
    from tldextract import TLDExtract

# Parameters that identify a campaign or a click, never a page; each is documented by the tool that adds it.
# Names that a site may use for the page itself (ref, id, cid, session, source, page) must not be here.
TRACKING = frozenset(
    (
        # Google Analytics campaigns and clicks
        *("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id"),
        *("utm_source_platform", "utm_creative_format", "utm_marketing_tactic"),
        *("gclid", "gclsrc", "dclid", "gbraid", "wbraid", "srsltid", "_ga", "_gl"),
        # clicks of Facebook, Instagram, Microsoft, X, TikTok, Yandex, LinkedIn
        *("fbclid", "igshid", "msclkid", "twclid", "ttclid", "yclid", "ysclid", "li_fat_id"),
        # mailings: Mailchimp, HubSpot, Marketo, Vero, Omeda
        *(
            "mc_cid",
            "mc_eid",
            "_hsenc",
            "_hsmi",
            "mkt_tok",
            "vero_id",
            "vero_conv",
            "oly_enc_id",
            "oly_anon_id",
        ),
        # AT Internet (Piano), comScore, Webtrekk (Mapp), Yahoo's consent gate
        *(
            "xtor",
            "at_medium",
            "at_campaign",
            "ns_mchannel",
            "ns_source",
            "ns_campaign",
            "ns_linkname",
            "ns_fee",
        ),
        *("wt_mc", "wt_zmc", "guccounter", "guce_referrer", "guce_referrer_sig"),
    )
)

# A triplet after a stray "%" or "%4" stays as it is: decoding it would form a new triplet with what precedes it.
_TRIPLET = re.compile(r"(?<!%)(?<!%[0-9A-Fa-f])%([0-9A-Fa-f]{2})")
# The part between a scheme, whose slashes may be missing, and an @: up to the first slash or, if a colon is not followed
# by a port, beyond it, because a password may contain a slash. Bounded, so that malicious text cannot take long.
_USER = r"(?: [^{0}/\\?#]{{0,1999}} | [^{0}/\\?#@:\[\]]{{1,1999}}:(?!\d{{0,9}}(?:[/\\?#\s\"'),;:]|\Z))[^{0}]{{0,1999}} )@"
_FLAGS = re.IGNORECASE | re.VERBOSE
_CREDENTIALS = (
    # a URL at the start of the text may contain blanks
    re.compile(r"\A(\s*https?:[/\\]*)" + _USER.format(r"\0"), _FLAGS),
    re.compile(r"\A(\s*(?!mailto:)[a-z][a-z0-9+.-]{0,19}:)" + _USER.format(r"\s") + r"(?=\S*\s*\Z)", _FLAGS),
    re.compile(
        r"""( [a-z][a-z0-9+.-]{0,19}:(?://|\\\\) | https?:[/\\]* | (?<![^\s"'(<\[])// )"""
        + _USER.format(r"\s"),
        _FLAGS,
    ),
)
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

_REMEMBERED = 16_384
"""URLs under way at once, at most, of which it is remembered what they are: each is asked about many times."""


def canonical(url: str, base: str = "") -> str:
    """The canonical form of an address: WHATWG normal form without credentials, fragment and tracking parameters.

    A `#!` fragment stays, because it identifies a page. Triplets of unreserved characters are decoded, and the
    hexadecimal digits of others become upper case (RFC 3986, 6.2.2). Order and spelling of all other
    parameters stay. Raises UrlError for anything that is not an http(s) URL.
    """
    try:
        parsed = ada_url.URL(url, base or None)
    except ValueError as error:
        raise UrlError(f"not a URL: {masked(url)[:200]!r}; give an absolute http(s) address") from error
    _refuse_others(parsed, url)
    fragment = parsed.hash
    parsed.username = parsed.password = parsed.hash = ""
    address, _, query = _TRIPLET.sub(_normal_triplet, parsed.href).partition("?")
    kept = "&".join(pair for pair in query.split("&") if pair.partition("=")[0] not in TRACKING)
    route = _TRIPLET.sub(_normal_triplet, fragment) if fragment.startswith("#!") and len(fragment) > 2 else ""
    return address + (f"?{kept}" if kept else "") + route


@lru_cache(maxsize=_REMEMBERED)
def refuse_unfetchable(url: str) -> None:
    """Raises UrlError unless it is an http(s) URL without user and password, which are never sent."""
    parsed = _parsed(url)
    _refuse_others(parsed, url)
    if parsed.username or parsed.password:
        raise UrlError(
            f"a URL with user or password: {masked(url)[:200]!r}; remove them, because they are never sent: "
            "a page that needs a password cannot be fetched"
        )


def masked(text: str) -> str:
    """The text with *** instead of user and password in each URL, even a malformed one."""
    if "@" not in text:
        return text
    for pattern in _CREDENTIALS:
        text = pattern.sub(r"\1***@", text)
    return text


def absolute(url: str, base: str) -> str:
    """A link on a page as an absolute http(s) URL, not made canonical; "" if it is not one."""
    try:
        parsed = ada_url.URL(url.strip(), base)
    except ValueError:
        return ""
    return parsed.href if url.strip() and parsed.protocol in ("http:", "https:") else ""


def article_id(canonical_url: str) -> str:
    """The 128-bit blake2b of a canonical final URL, in 32 hexadecimal digits."""
    return blake2b(canonical_url.encode(), digest_size=16).hexdigest()


@lru_cache(maxsize=_REMEMBERED)
def host(url: str) -> str:
    """The host in ASCII (punycode), in lower case, without port. Raises UrlError."""
    return _parsed(url).hostname


@lru_cache(maxsize=_REMEMBERED)
def origin(url: str) -> str:
    """Scheme, host and any non-default port: `https://example.org:8443`. Raises UrlError."""
    return _parsed(url).origin


def site(url: str) -> str:
    """The registrable domain of a URL's host, by the Public Suffix List with its private section; the host where it has none.

    Raises UrlError.
    """
    name = host(url)
    return _registrable_domain(name) or name


def same_site(a: str, b: str) -> bool:
    """Whether two URLs have the same registrable domain, by the Public Suffix List with its private section.

    False for IP addresses and hosts without such a domain (localhost), even if they are equal. Raises UrlError.
    """
    domain = _registrable_domain(host(a))
    return bool(domain) and domain == _registrable_domain(host(b))


def twins(canonical_url: str) -> tuple[str, ...]:
    """The other forms of an address: with https or http, with or without `www.`; the most usual form first."""
    bare = canonical_url.partition("://")[2].removeprefix("www.")
    forms = (f"{scheme}://{www}{bare}" for scheme in ("https", "http") for www in ("", "www."))
    return tuple(form for form in forms if form != canonical_url)


def _parsed(url: str) -> ada_url.URL:
    try:
        return ada_url.URL(url)
    except ValueError as error:
        raise UrlError(f"not a URL: {masked(url)[:200]!r}; give an absolute http(s) address") from error


def _refuse_others(parsed: ada_url.URL, url: str) -> None:
    """Raises UrlError for what is no http(s) URL."""
    if parsed.protocol not in ("http:", "https:"):
        raise UrlError(f"not an http(s) URL: {masked(url)[:200]!r}; only web pages can be fetched")


def _normal_triplet(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()


@lru_cache(maxsize=4096)
def _registrable_domain(name: str) -> str:
    return _suffix_list().extract_str(name).top_domain_under_public_suffix


@lru_cache(maxsize=1)
def _suffix_list() -> "TLDExtract":
    from tldextract import TLDExtract  # 0.1 s, and only same_site needs it

    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
