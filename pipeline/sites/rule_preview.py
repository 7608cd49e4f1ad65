"""What a change of a site's rules would do to archived pages, before it counts."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial

from articles.changes import changes
from articles.clean import clean
from articles.model import Article, Extractor, Page, Rejection, Right
from articles.sites.site_rules import SiteRules
from articles.text import tokens
from store.workers import Lost, Workers

_DIFFS = 10
_LINES = 8  # of one diff
_MUCH = 0.2  # of an article's words
_SHOWN = ("title", "lead", "body", "authors", "published_at", "images", "notes")

Results = tuple[Article | Rejection, Article | Rejection]


@dataclass(frozen=True, slots=True)
class Diff:
    """The lines of a page's article that would go (`- `) and come (`+ `)."""

    url: str
    lines: tuple[str, ...]


@dataclass(slots=True)
class Preview:
    """What would change: of so many pages, so many articles.

    Words are those of lead and body; `much` are URLs whose article would lose more than a fifth of them. `begins` and `ends` are
    pages that would become articles, or stop being any. `titles` and `dates` are (URL, before, after). `failed` are pages that
    could not be cleaned. `elsewhere` counts those that change besides the one that taught it.
    """

    pages: int = 0
    changed: int = 0
    elsewhere: int = 0
    words: int = 0
    words_cut: int = 0
    words_gained: int = 0
    much: list[str] = field(default_factory=list)
    begins: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    titles: list[tuple[str, str, str]] = field(default_factory=list)
    dates: list[tuple[str, str, str]] = field(default_factory=list)
    diffs: list[Diff] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def warning(self) -> str:
        """What speaks against it, "" if nothing does."""
        if not self.changed:
            return "It would change nothing."
        if self.pages > 1 and not self.elsewhere:
            return "It changes no other page than this one."
        if self.much:
            return f"On {len(self.much)} pages it would cut more than a fifth of the text."
        return ""


def compare(
    pages: Sequence[Page],
    rules: tuple[SiteRules, SiteRules],
    how: tuple[Extractor, Collection[Right]],
    workers: tuple[int, float],
    progress: Callable[[Preview], None] = lambda _: None,
) -> Preview:
    """Clean pages by both sets of rules, those that there are and those that there would be; the first page is the one that taught.

    `workers` is the number of processes, and the seconds after which one is killed.
    """
    found = Preview()
    number, seconds = workers
    with Workers(partial(_both, rules, how), number, 2 * seconds) as pool:
        for page, answer in pool.run(iter(pages)):
            found.pages += 1
            if isinstance(answer, Lost):
                found.failed.append(page.final_url)
            else:
                _weigh(found, page, answer, taught=page is pages[0])
            progress(found)
    return found


def _both(
    rules: tuple[SiteRules, SiteRules], how: tuple[Extractor, Collection[Right]], page: Page
) -> Results:
    before, after = rules
    now = clean(page, *how, site=after)
    fresh = {rule.name for rule in after.rules if rule not in before.rules}
    gone = {rule.name for rule in before.rules if rule not in after.rules}
    if (
        isinstance(now, Article)
        and not gone
        and before.extractor == after.extractor
        and not fresh & {*now.site_matched}
    ):
        return now, now
    return clean(page, *how, site=before), now


def _weigh(found: Preview, page: Page, results: Results, *, taught: bool) -> None:
    before, after = results
    old, new = _words(before), _words(after)
    found.words += old.total()
    if isinstance(before, Article) and isinstance(after, Article):
        changed = [each for each in changes(before, after) if each.field in _SHOWN]
        if not changed:
            return
        lines = tuple(line for each in changed for line in each.diff)
        if before.title != after.title:
            found.titles.append((page.final_url, before.title, after.title))
        if before.published_at != after.published_at:
            found.dates.append((page.final_url, str(before.published_at), str(after.published_at)))
    elif isinstance(before, Article) and isinstance(after, Rejection):
        found.ends.append(page.final_url)
        lines = (f"- {before.title}", f"+ {after.reason}: {after.detail}")
    elif isinstance(before, Rejection) and isinstance(after, Article):
        found.begins.append(page.final_url)
        lines = (f"- {before.reason}: {before.detail}", f"+ {after.title}")
    else:
        return
    found.changed += 1
    found.elsewhere += not taught
    found.words_cut += (cut := (old - new).total())
    found.words_gained += (new - old).total()
    if isinstance(after, Article) and cut > _MUCH * old.total():
        found.much.append(page.final_url)
    if len(found.diffs) < _DIFFS:
        found.diffs.append(Diff(page.final_url, lines[:_LINES]))


def _words(result: Article | Rejection) -> Counter[str]:
    return (
        Counter(tokens("\n".join((result.lead, *result.body)))) if isinstance(result, Article) else Counter()
    )
