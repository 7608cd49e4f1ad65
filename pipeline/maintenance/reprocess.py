"""The archive cleaned again by today's rules: what would change, and, unless it is a dry run, the change itself."""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from articles.changes import changes
from articles.model import Article, Rejection
from articles.text import tokens
from crawlers.clock import now
from index.protocols import IndexReader
from pipeline import indexes
from pipeline.batches import Cleaned, Pending, clean_in_batches, cleaners
from pipeline.clean_capture import FAILURES
from pipeline.completing import completed
from pipeline.configuration.config import Config
from pipeline.judging import Judge
from pipeline.load import load_all
from pipeline.maintenance.cleaning_again import PresentKnowledge, settled
from pipeline.run import at_rest
from pipeline.settling import Settler
from pipeline.versions.catching_up import CatchingUp
from store.ledger.database import Ledger
from store.ledger.engines.folder_lock import locked
from store.records import Capture, Outcome, Selection

_EXAMPLES = 3  # of each kind of change
_JUDGED = (Outcome.INDEXED, Outcome.REJECTED)  # what the rules alone decided
GAINED, LOST, FAILED = "article now", "no article now", "not cleaned"


@dataclass(frozen=True, slots=True)
class Example:
    """One change: of which page, and its lines that went (`- `) and came (`+ `)."""

    url: str
    diff: tuple[str, ...]


@dataclass(slots=True)
class Recleaned:
    """What today's rules make of the captures that were looked at.

    `kinds` counts changes: by field of articles that stay articles, and under GAINED, LOST and FAILED (cleaning broke off:
    what was there stays). `examples` has the first of each kind. `words_gained` and `words_lost` are those of lead and body,
    also of articles that come or go. `dead_letters` counts what the index refused.
    """

    captures: int = 0
    changed: int = 0
    words_gained: int = 0
    words_lost: int = 0
    dead_letters: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[Example]] = field(default_factory=dict)

    def weigh(self, before: Article | None, after: Article | None) -> None:
        """Count the words that came and went."""
        old, new = _words(before), _words(after)
        self.words_gained += (new - old).total()
        self.words_lost += (old - new).total()

    def note(self, kind: str, url: str, diff: tuple[str, ...]) -> None:
        """Count a change, and keep it if it is one of the first."""
        self.kinds[kind] += 1
        kept = self.examples.setdefault(kind, [])
        if len(kept) < _EXAMPLES:
            kept.append(Example(url, diff))


def _words(article: Article | None) -> Counter[str]:
    return Counter(tokens("\n".join((article.lead, *article.body)))) if article else Counter()


def reclean(
    config: Config,
    *,
    since: datetime | None = None,
    sources: tuple[str, ...] = (),
    dry_run: bool = False,
    progress: Callable[[Recleaned], None] = lambda _: None,
    clock: Callable[[], datetime] = now,
) -> Recleaned:
    """Clean what was fetched at `since` or later, of these sources (without any: all), and write what changes.

    On Elasticsearch runs go on meanwhile. Raises LedgerError where nothing was collected yet, LockedError while a rebuild
    is under way (or a run, where the index is embedded; not for a dry run), SearchIndexError.
    """
    Ledger.expect(config.ledger)
    report = Recleaned()
    with ExitStack() as stack:
        if not dry_run:
            stack.enter_context(locked(config.folder, config.ledger, "rebuild"))
            stack.enter_context(at_rest(config))
            if indexes.backend(config).one_writer:
                stack.enter_context(locked(config.folder, config.ledger))
        ledger = stack.enter_context(Ledger.open(config.ledger))
        reader = indexes.reader(config)
        pool = stack.enter_context(cleaners(config))
        settler = None
        if not dry_run:
            writer = stack.enter_context(closing(indexes.writer(config)))
            older = stack.enter_context(closing(indexes.writer(config, older=True)))
            settler = Settler(ledger, writer, older, lambda: reader, clock)
        # All captures, not only those that the rules alone decided, because any may be a version of its article.
        which = Selection(outcomes=_JUDGED if dry_run else (), fetched_from=since, sources=sources)
        wanted = chain.from_iterable(settled(ledger, which))
        comparing = _Comparing(ledger, reader, PresentKnowledge(ledger), report)
        for batch in stack.enter_context(closing(clean_in_batches(config.archive, ledger, pool, wanted))):
            ordered = sorted(batch, key=lambda each: each[0].id)
            changed = [pair for pair in ordered if pair[0].outcome in _JUDGED and comparing.compare(pair)]
            if settler:
                stored = settler.settle(changed)
                report.dead_letters += sum(one.outcome is Outcome.DEAD_LETTER for one in stored)
                settled_now = {capture.id for capture, _ in changed}
                settler.recount([pair for pair in ordered if pair[0].id not in settled_now])
            progress(report)
        if settler:
            load_all(
                Pending(config.archive, ledger, pool), settler
            )  # what is to be joined with other pages now
            CatchingUp(config.archive, ledger, pool, clock).waiting(reader, settler.writer, settler.older)
            Judge(config.archive, ledger, reader, settler.writer, pool, clock).judge_waiting()
    return report


@dataclass(frozen=True, slots=True)
class _Comparing:
    """Results of cleaning held against what ledger and index have."""

    ledger: Ledger
    reader: IndexReader
    knowing: PresentKnowledge
    report: Recleaned

    def compare(self, pair: Cleaned) -> bool:
        """Whether the result differs from before; the report counts it."""
        (capture, result), report = pair, self.report
        report.captures += 1
        was_article = capture.outcome is Outcome.INDEXED
        if isinstance(result, Rejection) and result.reason in FAILURES:
            report.note(FAILED, capture.final_url, (f"  {result.reason}: {result.detail}",))
            return False
        if isinstance(result, Rejection):
            if not was_article and result.reason == capture.reason:
                return False
            if was_article:
                report.note(LOST, capture.final_url, (f"+ {result.reason}: {result.detail}",))
                report.weigh(self.reader.get(capture.article_id), None)
        elif not was_article:
            report.note(
                GAINED, capture.final_url, (f"- {capture.reason}: {capture.detail}", f"+ {result.title}")
            )
            report.weigh(None, result)
        elif result.archive or result.content_hash == capture.content_hash:
            return False  # an article that says where its page was: the page was dropped since
        else:
            self._note_fields(capture, result)
        report.changed += 1
        return True

    def _note_fields(self, capture: Capture, result: Article) -> None:
        before = self.reader.get(result.id)
        if before is not None:
            (after,) = self.knowing.judged(completed(self.ledger, [(capture, result)]))
            self.report.weigh(before, after)
            for change in changes(before, after):
                self.report.note(change.field, after.url, change.diff)
