"""A correction of one page, made a rule of its site: found, shown, kept, and applied to what is there already."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from articles.errors import ArchiveUnavailableError, ConfigError, CrawlError, SelectorError
from articles.model import Extractor, Page
from articles.sites.candidates import Candidate, Change, free_name
from articles.sites.selectors import compiled
from articles.sites.site_rules import Lesson, RuleKind, SiteRule, SiteRules
from articles.urls import canonical
from crawlers.clock import now
from pipeline import indexes
from pipeline.configuration.config import Config
from pipeline.configuration.site_extractor import extractor_for
from pipeline.fetch_once import Unfetched, fetch
from pipeline.maintenance.cleaning_again import settled
from pipeline.maintenance.reprocess import Recleaned, reclean
from pipeline.sites.compared_pages import SitePages, compared, is_made_of
from pipeline.sites.finding import Known, found_on
from pipeline.sites.rule_preview import Preview, preview_of
from pipeline.sites.sided_cleaning import SiteChange
from pipeline.sites.site_folder import changed, file_of, with_extractor, with_rule, without_rule, write_site
from store.archive.reader import recall
from store.archive.remote.ahead import fetch_ahead
from store.ledger import capture_table
from store.ledger.database import Ledger
from store.records import Capture, Outcome, Selection
from store.workers import Lost, Workers

PAGES = 200  # that are looked at unless more are wanted
_NEAR = 12  # pages fetched nearest in time, which have most likely the same template
_FAR = 12  # pages of other times, by which a rule is found, too
_PATIENCE = 10  # times as long as one page may take

CorrectionKind = RuleKind | Literal["extractor", "forget"]


@dataclass(frozen=True, slots=True)
class Correction:
    """What is to be otherwise: a line that is to go or to stay, a selector for a part, a pattern of addresses, an extractor,
    or the name of a rule that is to be forgotten.
    """

    kind: CorrectionKind
    text: str


@dataclass(frozen=True, slots=True)
class TaughtSite:
    """A page of a site and others of it, with the site's file; `source` is "" for a page that is not archived.

    `samples` are some of the other pages, by which a rule is found, each with its article, if the index has it by the present rules.
    """

    config: Config
    path: Path
    text: str
    site: SiteRules
    pages: SitePages
    samples: tuple[Known, ...]
    source: str
    extractor: Extractor

    @property
    def page(self) -> Page:
        """The page that is corrected."""
        return self.pages.page


@dataclass(frozen=True, slots=True)
class Proposal:
    """The site's file as it would be with a rule (None: an extractor changes, or a rule goes), and its rules then."""

    taught: TaughtSite
    rule: SiteRule | None
    text: str
    site: SiteRules
    candidate: Candidate | None = None

    def preview(self, progress: Callable[[Preview], None] = lambda _: None) -> Preview:
        """What it would change on the pages that are looked at. Raises LedgerError, SearchIndexError."""
        taught = self.taught
        change = SiteChange(taught.site, self.site)
        pages = compared(taught.config, taught.pages, change, taught.extractor)
        return preview_of(pages, taught.page.final_url, progress)

    def keep(self) -> None:
        """Write the site's file. Raises StorageError."""
        write_site(self.taught.path, self.text)

    def apply(self, progress: Callable[[Recleaned], None] = lambda _: None) -> Recleaned:
        """Write the site's file, then clean the source again, if it has one. After a kill `broadsheet reclean` goes on with that.

        Raises StorageError, and LockedError while a run uses the folder: then the rule is kept, and the source not cleaned again.
        """
        self.keep()
        if not self.taught.source:
            return Recleaned()
        return reclean(self.taught.config, sources=(self.taught.source,), progress=progress)


def look_up(config: Config, address: str, most: int = PAGES) -> TaughtSite:
    """The page at this address, from the archive or else fetched, and at most so many pages of its site that are archived.

    Raises UrlError, ConfigError, LedgerError, ArchiveError, SearchIndexError, CrawlError for a page that cannot be fetched.
    """
    url = canonical(address)
    page, capture = _archived(config, url) or (_fetched(config, url), None)
    source = capture.source if capture else ""
    path = file_of(config, urlsplit(page.final_url).hostname or "")
    text, site = changed(path, lambda text: text)
    others = _others(config, source, site, page, most - 1) if capture else []
    samples = _samples(config, site, [*others[:_NEAR], *_spread(others[_NEAR:], _FAR)])
    extractor = config.extractors.of(source) if source else extractor_for(config, page.final_url)
    pages = SitePages(page, capture, tuple(others))
    return TaughtSite(config, path, text, site, pages, tuple(samples), source, extractor)


def proposals(taught: TaughtSite, correction: Correction, today: date | None = None) -> list[Proposal]:
    """What the correction may mean, the likeliest first.

    Raises ConfigError if nothing can be made of it: the line is not on the page, or is no longer in the article.
    """
    kind, text = correction.kind, correction.text.strip()
    if not text:
        raise ConfigError(f"Nothing was named to {kind}; give a line, a selector or a pattern.")
    lesson = Lesson(url=taught.page.final_url, line=text, on=today or now().date())
    host = taught.site.name
    if kind == "extractor":
        changed_text, site = changed(taught.path, lambda _: with_extractor(taught.text, host, text))
        return [Proposal(taught, None, changed_text, site)]
    if kind == "forget":
        changed_text, site = changed(taught.path, lambda _: without_rule(taught.text, text))
        return [Proposal(taught, None, changed_text, site)]
    if kind in ("cut", "keep"):
        found = _candidates(taught, "cut" if kind == "cut" else "keep", text)
        return [_proposal(taught, each.rule, lesson, each) for each in found]
    name = free_name(taught.site, kind)
    if kind == "not_article":
        return [_proposal(taught, SiteRule(kind=kind, name=name, url=text), lesson, None)]
    try:
        compiled(text)
    except SelectorError as error:
        raise ConfigError(f"{text!r} cannot be used for --{kind}: {error}.") from error
    return [_proposal(taught, SiteRule(kind=kind, name=name, select=text), lesson, None)]


def after(taught: TaughtSite, proposal: Proposal) -> TaughtSite:
    """The same with the rule of a proposal, for the next correction."""
    return replace(taught, text=proposal.text, site=proposal.site)


def _proposal(taught: TaughtSite, rule: SiteRule, lesson: Lesson, candidate: Candidate | None) -> Proposal:
    whole = replace(rule, lessons=(*rule.lessons, lesson))
    text, site = changed(taught.path, lambda _: with_rule(taught.text, taught.site.name, whole))
    return Proposal(taught, whole, text, site, candidate)


def _candidates(taught: TaughtSite, change: Change, line: str) -> list[Candidate]:
    """Found in a process of its own, because it reads pages."""
    how = partial(found_on, change, line, taught.site, taught.extractor)
    with Workers(how, 1, _PATIENCE * taught.config.clean.timeout) as workers:
        answer = workers.call(((taught.page, None), *taught.samples))
    if isinstance(answer, Lost):
        raise ConfigError(f"No rule was found for {line!r}: {answer.detail}")
    found, why = answer
    if not found:
        raise ConfigError(f"{taught.page.final_url}: {why}")
    return found


def _archived(config: Config, url: str) -> tuple[Page, Capture] | None:
    """The newest archived page at this address."""
    if not config.ledger.exists():
        return None
    with Ledger.open(config.ledger) as ledger, ledger.reading() as conn:
        captures = capture_table.of_url(conn, url)
    for capture in reversed(captures):
        record = recall(config.archive, capture.ref)
        if isinstance(record, Page):
            return record, capture
    return None


def _fetched(config: Config, url: str) -> Page:
    page = fetch(config, [url])[0]
    if isinstance(page, Unfetched):
        raise CrawlError(f"{page.url} is not archived, and was not fetched: {page.reason.rstrip('.')}.")
    return page


def _others(config: Config, source: str, site: SiteRules, page: Page, most: int) -> list[Capture]:
    """Captures of other pages of the site that are in the archive, those that became articles, or might have.

    First those fetched nearest in time, then others, spread over all of it.
    """
    which = Selection(outcomes=(Outcome.INDEXED, Outcome.REJECTED), sources=(source,))
    with Ledger.open(config.ledger) as ledger:
        there = [
            capture
            for capture in chain.from_iterable(settled(ledger, which))
            if capture.status == 200
            and not (capture.dropped_at or capture.removed_at)
            and capture.final_url != page.final_url
            and site.has(urlsplit(capture.final_url).hostname or "")
        ]
    there.sort(key=lambda capture: abs(capture.fetched_at - page.fetched_at))
    near = there[: min(most, _NEAR)]
    rest = sorted(there[len(near) :], key=lambda capture: capture.id)
    return [*near, *_spread(rest, most - len(near))]


def _spread(captures: Sequence[Capture], most: int) -> Sequence[Capture]:
    """At most so many of them, the last among them, at even distances."""
    return captures[:: -max(1, -(-len(captures) // most))][::-1] if most else ()


def _samples(config: Config, site: SiteRules, captures: Sequence[Capture]) -> Iterator[Known]:
    """The pages of captures, with their articles as far as the index has them."""
    stored = {}
    if captures and indexes.exists(config):
        stored = indexes.reader(config).get_many([each.article_id for each in captures])
    for capture, packed in fetch_ahead(config.archive, captures, lambda each: each.ref):
        if isinstance(packed, ArchiveUnavailableError):
            raise packed
        record, article = recall(config.archive, capture.ref, packed), stored.get(capture.article_id)
        if isinstance(record, Page):
            yield record, article if is_made_of(article, capture, site) else None
