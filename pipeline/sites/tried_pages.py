"""The pages that files of ftr-site-config name as tests, tried as far as they are archived."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from sqlalchemy import Connection

from articles.errors import UrlError
from articles.model import Article, Rejection
from articles.sites.ftr_file import FtrFile, PageTest
from articles.sites.ftr_rules import names_for
from articles.sites.site_rules import Sites
from articles.text import key
from articles.urls import canonical, twins
from pipeline.batches import task_of
from pipeline.clean_capture import clean_task, unfinished
from pipeline.configuration.config import Config
from pipeline.sites.site_configs import SiteConfigs
from store.ledger import capture_table
from store.ledger.database import Ledger
from store.ledger.parts import part_captures
from store.records import Capture
from store.workers import Lost, Workers

TrialResult = Literal["passed", "failed", "rejected", "not archived"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTrial:
    """What became of a page: `missing` are the texts that its article should contain and does not."""

    file: str
    line: int
    url: str
    result: TrialResult
    missing: tuple[str, ...] = ()
    detail: str = ""


def chosen(files: Collection[FtrFile], hosts: Collection[str]) -> list[FtrFile]:
    """The files of these hosts; all if none is named."""
    wanted = {name for host in hosts for name in names_for(host)}
    return [file for file in files if not hosts or file.name in wanted]


def try_pages(config: Config, configs: SiteConfigs, files: Collection[FtrFile]) -> Iterator[PageTrial]:
    """Each page that the files name, cleaned by the files alone from its newest capture with a page. Nothing is fetched or stored.

    Raises LedgerError, ConfigError.
    """
    tests = [(file, test) for file in files for test in file.tests]
    with Ledger.existing(config.ledger) as ledger, ledger.reading() as conn:
        taken = [_newest(conn, test.url) for _, test in tests]
    function = partial(clean_task, config.extractors, obey=config.crawl.obey, sites=Sites(others=configs.of))
    with Workers(function, 1, config.clean.timeout) as workers:
        for (file, test), capture in zip(tests, taken, strict=True):
            if capture is None:
                yield PageTrial(file=file.name, line=test.line, url=test.url, result="not archived")
                continue
            done = workers.call(task_of(config.archive, capture))
            yield _judged(file, test, unfinished(done) if isinstance(done, Lost) else done.result)


def _judged(file: FtrFile, test: PageTest, result: Article | Rejection) -> PageTrial:
    about = partial(PageTrial, file=file.name, line=test.line, url=test.url)
    if isinstance(result, Rejection):
        return about(result="rejected", detail=f"{result.reason}: {result.detail}")
    said = key(" ".join((result.title, result.lead, *result.body)))
    missing = tuple(text for text in test.contains if key(text) not in said)
    return about(
        result="failed" if missing else "passed", missing=missing, detail=", ".join(result.site_failed)
    )


def _newest(conn: Connection, address: str) -> Capture | None:
    """The newest capture with a page of an address, in whatever form (https, www) it was archived."""
    try:
        url = canonical(address)
    except UrlError:
        return None
    for form in (url, *twins(url)):
        for capture in reversed(capture_table.of_url(conn, form)):
            if not (capture.dropped_at or capture.removed_at):
                return part_captures.with_parts(conn, [capture])[0]
    return None
