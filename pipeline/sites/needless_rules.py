"""Rules of sites that are no longer needed, because the general rules do the same without them: tried on the newest pages of each site."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from articles.clean import clean
from articles.errors import ArchiveError
from articles.model import Article, Extractors, Page, Rejection, Right
from articles.sites.site_rules import SiteRules
from pipeline.configuration.config import Config
from pipeline.sites.rule_preview import SHOWN
from pipeline.sites.site_folder import read_site
from store.archive.reader import recall
from store.ledger import capture_table
from store.ledger.database import Ledger
from store.ledger.watch import site_use_table
from store.records import Capture
from store.workers import Lost, Workers

PAGES = 50  # of a site
_ENOUGH = 5  # pages on which a rule did something, before it is said to be needless
_PATIENCE = 10  # times as long as one page may take


@dataclass(frozen=True, slots=True)
class TriedRule:
    """A rule of a site that was tried: on how many `pages`, on how many it did something, and how many are the same without it.

    `url` is of a page on which it did something, "" if there is none.
    """

    site: str
    rule: str
    pages: int
    matched: int
    same: int
    url: str

    @property
    def is_needless(self) -> bool:
        """Whether every page is the same without it, and it did something on enough of them to say so."""
        return self.matched >= _ENOUGH and self.same == self.matched

    @property
    def advice(self) -> str:
        """What to say of a rule that is needless."""
        return (
            f"{self.rule} of {self.site} is no longer needed: the {self.matched} of its newest {self.pages} pages on which it does "
            f"something are the same without it. To drop it: broadsheet teach {self.url} --forget {self.rule}"
        )


def try_rules(config: Config, hosts: Collection[str] = (), most: int = PAGES) -> Iterator[TriedRule]:
    """Each rule that was taught of the sites of these hosts, or of all, on at most so many of a site's newest articles.

    Each of these is cleaned once, and once without each rule that did something. Nothing is stored. Raises ConfigError, LedgerError.
    """
    sites = [read_site(path) for path in sorted(config.sites.glob("*.toml"))]
    with Ledger.existing(config.ledger) as ledger:
        for site in sites:
            if hosts and not any(site.has(host) for host in hosts):
                continue
            with ledger.reading() as conn:
                newest = capture_table.by_ids(conn, site_use_table.newest(conn, site.name, most))
            there = [each for each in newest if not (each.dropped_at or each.removed_at)]
            yield from _tried(config, site, there)


def _tried(config: Config, site: SiteRules, captures: Collection[Capture]) -> Iterator[TriedRule]:
    function = partial(_without_each, config.archive, config.extractors, config.crawl.obey, site)
    pages, urls = 0, dict[str, str]()
    matched, same = Counter[str](), Counter[str]()
    with Workers(function, config.clean.workers, _PATIENCE * config.clean.timeout) as workers:
        for capture, found in workers.run(captures):
            if isinstance(found, Lost):
                continue
            pages += 1
            matched.update(found.keys())
            same.update(name for name, is_same in found.items() if is_same)
            urls |= dict.fromkeys(found, capture.final_url)
    for rule in site.rules:
        name = rule.name
        yield TriedRule(site.name, name, pages, matched[name], same[name], urls.get(name, ""))


def _without_each(
    archive: Path, extractors: Extractors, obey: Collection[Right], site: SiteRules, capture: Capture
) -> dict[str, bool]:
    """Of each rule that did something on a page, whether the page is the same without it."""
    page = recall(archive, capture.ref)
    if not isinstance(page, Page):
        raise ArchiveError(f"{capture.final_url}: its page is no longer in the archive")
    how = (extractors.of(capture.source), obey)
    whole = clean(page, *how, site=site)
    if isinstance(whole, Rejection):
        return {}
    found = {}
    for rule in site.rules:
        if rule.name in whole.site_matched:
            rest = replace(site, rules=tuple(each for each in site.rules if each is not rule))
            found[rule.name] = _is_same(whole, clean(page, *how, site=rest))
    return found


def _is_same(one: Article, other: Article | Rejection) -> bool:
    return isinstance(other, Article) and all(getattr(one, name) == getattr(other, name) for name in SHOWN)
