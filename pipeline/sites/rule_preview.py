"""What a change of a site's rules would do to archived pages, before it counts."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from articles.changes import changes
from articles.model import Article, Rejection
from articles.text import tokens
from pipeline.sites.compared_pages import ComparedPage

_DIFFS = 10
_LINES = 8  # of one diff
_MUCH = 0.2  # of an article's words
SHOWN = ("title", "lead", "body", "authors", "published_at", "images", "notes")

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


def preview_of(
    pages: Iterable[ComparedPage], corrected: str, progress: Callable[[Preview], None] = lambda _: None
) -> Preview:
    """What would change on these pages, of which the one at the URL `corrected` is shown first."""
    found = Preview()
    for each in pages:
        found.pages += 1
        if each.before is None or each.after is None:
            found.failed.append(each.url)
        else:
            _weigh(found, each.url, (each.before, each.after), is_corrected=each.url == corrected)
        progress(found)
    return found


def _weigh(found: Preview, url: str, results: Results, *, is_corrected: bool) -> None:
    before, after = results
    old = _words(before)
    found.words += old.total()
    if before is after:
        return
    new = _words(after)
    if isinstance(before, Article) and isinstance(after, Article):
        if all(getattr(before, name) == getattr(after, name) for name in SHOWN):
            return
        lines = _shown(before, after) if is_corrected or len(found.diffs) < _DIFFS else ()
        if before.title != after.title:
            found.titles.append((url, before.title, after.title))
        if before.published_at != after.published_at:
            found.dates.append((url, str(before.published_at), str(after.published_at)))
    elif isinstance(before, Article) and isinstance(after, Rejection):
        found.ends.append(url)
        lines = (f"- {before.title}", f"+ {after.reason}: {after.detail}")
    elif isinstance(before, Rejection) and isinstance(after, Article):
        found.begins.append(url)
        lines = (f"- {before.reason}: {before.detail}", f"+ {after.title}")
    else:
        return
    found.changed += 1
    found.elsewhere += not is_corrected
    found.words_cut += (cut := (old - new).total())
    found.words_gained += (new - old).total()
    if isinstance(after, Article) and cut > _MUCH * old.total():
        found.much.append(url)
    found.diffs.insert(0 if is_corrected else len(found.diffs), Diff(url, lines[:_LINES]))
    del found.diffs[_DIFFS:]


def _shown(before: Article, after: Article) -> tuple[str, ...]:
    return tuple(line for each in changes(before, after) if each.field in SHOWN for line in each.diff)


def _words(result: Article | Rejection) -> Counter[str]:
    return (
        Counter(tokens("\n".join((result.lead, *result.body)))) if isinstance(result, Article) else Counter()
    )
