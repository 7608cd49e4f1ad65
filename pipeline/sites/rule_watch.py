"""What became of the rules of sites: when each did something last, and on what share of the site's articles."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from articles.sites.site_rules import SiteRule, SiteRules
from pipeline.configuration.config import Config
from pipeline.sites.site_folder import read_site
from store.ledger.database import Ledger
from store.ledger.watch import site_use_table

_RECENT = 5  # articles of the last days by which a change is told, at least
_USUAL = 0.5  # share from which a rule is expected to do something
_WATCHED = timedelta(days=60)
_FELL = 0.25  # of its usual share

UseByDay = Mapping[date, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class WatchedRule:
    """A rule of a site: on how many of its `articles` it did something, and the day when last (None: never).

    `change` says that it stopped to do so of late, "" if it did not.
    """

    site: str
    rule: SiteRule
    articles: int
    matched: int
    last: date | None
    change: str

    @property
    def share(self) -> float:
        """The share of the site's articles on which it did something."""
        return self.matched / self.articles if self.articles else 0.0

    @property
    def advice(self) -> str:
        """What to say of a rule that stopped."""
        return (
            f"{self.rule.name} of {self.site} hardly does anything any more ({self.change}): the site may have changed. "
            f"Teach it again, or drop the rule: broadsheet teach URL --forget {self.rule.name}"
        )


def watched(config: Config, hosts: Collection[str] = (), since: datetime | None = None) -> list[WatchedRule]:
    """The rules of the sites of these hosts, or of all, in the order of their files; by what was fetched at `since` or later.

    Raises ConfigError, LedgerError.
    """
    sites = [read_site(path) for path in sorted(config.sites.glob("*.toml"))]
    if hosts:
        sites = [site for site in sites if any(site.has(host) for host in hosts)]
    if not config.ledger.exists():
        return [each for site in sites for each in _of_site(site, {})]
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        return [
            each for site in sites for each in _of_site(site, site_use_table.by_day(conn, site.name, since))
        ]


def stopped(config: Config, at: datetime) -> list[WatchedRule]:
    """The rules that stopped to do anything within the last weeks. Raises ConfigError, LedgerError."""
    return [each for each in watched(config, since=at - _WATCHED) if each.change]


def _of_site(site: SiteRules, days: Mapping[date, tuple[int, Counter[str]]]) -> Iterator[WatchedRule]:
    articles = sum(number for number, _ in days.values())
    uses = {
        rule.name: {day: (matched[rule.name], number) for day, (number, matched) in days.items()}
        for rule in site.rules
    }
    for rule in site.rules:
        by_day = uses[rule.name]
        last = max((day for day, (matched, _) in by_day.items() if matched), default=None)
        total = sum(matched for matched, _ in by_day.values())
        alike = [uses[each.name] for each in site.of(rule.kind) if each is not rule]
        yield WatchedRule(site.name, rule, articles, total, last, change_of(by_day, alike))


def change_of(by_day: UseByDay, alike: Sequence[UseByDay] = ()) -> str:
    """Since when a rule that used to do something hardly does: the split of the days that parts them best.

    Nothing, if one of the rules `alike` took its place then. Of each day: on how many articles a rule did something, of how many.
    """
    days = sorted(by_day)
    best, told = 0.0, ""
    for at in range(1, len(days)):
        before, after = _shares(by_day, days[at])
        enough = sum(by_day[day][1] for day in days[at:]) >= _RECENT
        if enough and before >= _USUAL and after <= _FELL * before and before - after > best:
            replaced = any(_begins(each, days[at]) for each in alike)
            best = before - after
            told = "" if replaced else f"on {before:.0%}, since {days[at]} on {after:.0%}"
    return told


def _begins(by_day: UseByDay, day: date) -> bool:
    """Whether a rule does something from this day on that it did not before."""
    before, after = _shares(by_day, day)
    return after >= _USUAL and before <= _FELL * after


def _shares(by_day: UseByDay, day: date) -> tuple[float, float]:
    """The shares of articles before this day, and from it on."""
    parts = ([use for at, use in by_day.items() if (at >= day) is later] for later in (False, True))
    before, after = (sum(did for did, _ in part) / (sum(all_ for _, all_ in part) or 1) for part in parts)
    return before, after
