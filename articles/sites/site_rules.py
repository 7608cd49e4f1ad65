"""The rules of single sites, as they are passed to the cleaning of a page."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Literal, get_args
from urllib.parse import urlsplit

import msgspec

from articles.model import Extractor

# fmt: off
RuleKind = Literal[
    "cut", "keep", "body", "title", "lead", "author", "date", "caption", "not_article", "next_page", "single_page",
]
# fmt: on
RULE_KINDS: tuple[RuleKind, ...] = get_args(RuleKind)
PICKED: tuple[RuleKind, ...] = ("body", "title", "lead", "author", "date", "caption")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """By what a rule was taught: a line of a page (or what stood for one), and the day."""

    url: str
    line: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRule:
    """One rule of a site; its `name` is its own among the site's.

    A `cut` or `keep` is for the elements that `select` finds (CSS or XPath) and, if it has a `line`, only where they read like
    that; without `select` it is for lines of the text, or sentences in them, that read so. `line` is a wording in which `*` stands
    for words that change. A rule of PICKED says where that part of the article stands: the first of a kind that finds anything
    counts. `not_article` is for pages whose address is like `url`, in which `*` stands for anything. A `next_page` finds links to
    further pages of the article, a `single_page` the one that has all of them. A rule counts only where `only_if` finds anything.
    """

    kind: RuleKind
    name: str
    select: str = ""
    line: str = ""
    url: str = ""
    only_if: str = ""
    lessons: tuple[Lesson, ...] = ()

    @property
    def says(self) -> str:
        """What the rule goes by, on one line."""
        return " · ".join(filter(None, (self.select, self.line, self.url)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewriting:
    """A string of a page's source that is replaced before the page is parsed."""

    name: str
    find: str
    put: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRules:
    """What is known of a site. `hosts` are its own with all below them; `extractor` goes before the configured one, if there is one.

    If it is `strict`, a part of the article that has rules is found by them, or there is none; else they go before what the page
    states. With `whole`, nothing in the body that a rule picks is cut for being a box of another kind.
    """

    hosts: tuple[str, ...] = ()
    extractor: Extractor | Literal[""] = ""
    rules: tuple[SiteRule, ...] = ()
    rewritings: tuple[Rewriting, ...] = ()
    strict: bool = False
    whole: bool = False

    def of(self, *kinds: RuleKind) -> Iterator[SiteRule]:
        """The rules of these kinds, in the order of the file."""
        return (rule for rule in self.rules if rule.kind in kinds)

    @property
    def stamp(self) -> str:
        """The site and a hash of all that cleaning hangs on, "" if that is nothing: neither comments nor what taught a rule count."""
        if not (self.rules or self.extractor or self.rewritings):
            return ""
        told = [
            (rule.kind, rule.name, rule.select, rule.line, rule.url, *filter(None, [rule.only_if]))
            for rule in self.rules
        ]
        rewritten = [(each.name, each.find, each.put) for each in self.rewritings]
        whole = [self.extractor, told, rewritten, self.strict, self.whole]
        return f"{self.name}:{blake2b(msgspec.json.encode(whole), digest_size=8).hexdigest()}"

    def has(self, host: str) -> bool:
        """Whether a host is the site's, or below one of its hosts."""
        return any(host == each or host.endswith(f".{each}") for each in self.hosts)

    @property
    def name(self) -> str:
        """What the site is called: its first host."""
        return self.hosts[0] if self.hosts else ""


NO_RULES = SiteRules()


def _none(_url: str) -> SiteRules:
    return NO_RULES


@dataclass(frozen=True, slots=True)
class Sites:
    """The rules of all sites, by host; `others` gives those for a page at a URL of any other host."""

    by_host: Mapping[str, SiteRules] = field(default_factory=dict)
    others: Callable[[str], SiteRules] = _none

    @classmethod
    def of_files(cls, sites: Iterable[SiteRules]) -> "Sites":
        """Of sites in the order of their precedence: a host that several name is the first one's."""
        found: dict[str, SiteRules] = {}
        for site in sites:
            for host in site.hosts:
                found.setdefault(host, site)
        return cls(found)

    def of(self, url: str) -> SiteRules:
        """Those for a page at this URL: of its host, else of the nearest domain above that."""
        if not self.by_host:
            return self.others(url)
        labels = (urlsplit(url).hostname or "").split(".")
        names = (".".join(labels[at:]) for at in range(len(labels)))
        known = next((self.by_host[name] for name in names if name in self.by_host), None)
        return self.others(url) if known is None else known


NO_SITES = Sites()
