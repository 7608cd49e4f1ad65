"""A run as a person sees it: progress while it goes, and the funnel with every loss and its reason."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from broadsheet.terminal import console, say, table
from flows.run import RunReport
from store.records import Outcome


@contextmanager
def watch(*, quiet: bool = False) -> Iterator[Callable[[RunReport], None]]:
    """Progress bars for a run; gives the function that moves them."""
    columns = (TextColumn("{task.description:<9}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=quiet or not console.is_terminal
    ) as bars:
        feeds = bars.add_task("feeds", total=None)
        pages = bars.add_task("pages", total=None)
        loaded = bars.add_task("articles", total=None)

        def move(report: RunReport) -> None:
            crawl = report.crawl
            done = crawl.feeds_fetched + crawl.feeds_unchanged + crawl.feeds_failed
            bars.update(feeds, completed=done, total=crawl.feeds or None)
            bars.update(pages, completed=crawl.fetched + sum(crawl.misses.values()), total=crawl.due or None)
            bars.update(loaded, completed=sum(report.outcomes.values()), total=crawl.fetched or None)

        yield move


def rows(report: RunReport) -> list[tuple[str, int, str]]:
    """The funnel's rows: stage, count, remark."""
    crawl = report.crawl
    found: list[tuple[str, int, str]] = [
        ("feeds", crawl.feeds, f"{crawl.feeds_unchanged} unchanged since the last run"),
    ]
    found += [("  feed failed", count, reason) for reason, count in sorted(crawl.feed_errors.items())]
    found += [
        ("feed entries", crawl.entries, f"{crawl.new} new, {crawl.seen} seen"),
        ("due", crawl.due, "to fetch now, those left over from earlier runs included"),
        ("fetched", crawl.fetched, "archived, raw"),
    ]
    found += [("  not fetched", count, reason) for reason, count in sorted(crawl.misses.items())]
    for outcome in Outcome:
        count = report.outcomes.get(outcome.value, 0)
        if outcome is Outcome.REJECTED:
            found += [("  rejected", n, reason) for reason, n in sorted(report.rejections.items())]
        elif outcome is Outcome.INDEXED or count:
            found.append((outcome.value.replace("_", " "), count, _REMARKS[outcome]))
    return found


_REMARKS = {
    Outcome.PENDING: "waiting for the index",
    Outcome.INDEXED: "searchable articles",
    Outcome.UNCHANGED: "fetched again, same content",
    Outcome.SUPERSEDED: "a newer capture is in",
    Outcome.DUPLICATE: "of an article under its canonical URL",
    Outcome.DEAD_LETTER: "refused by the index",
}


def show_funnel(report: RunReport) -> None:
    """Print the funnel and the one line that says it all."""
    table(("stage", "count", ""), rows(report))
    say(f"{report.crawl.new} new, {report.crawl.seen} seen", style="bold")
