"""A run on the terminal: progress bars, then the funnel with every loss and its reason."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from broadsheet.terminal import console, say, table
from pipeline.report import RunReport, funnel

_NAMED = 20


@contextmanager
def watch(*, quiet: bool = False) -> Iterator[Callable[[RunReport], None]]:
    """Show progress bars for a run; yields the function that updates them."""
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
            tried = crawl.fetched + crawl.not_modified + sum(crawl.misses.values())
            bars.update(pages, completed=tried, total=crawl.due or None)
            bars.update(loaded, completed=sum(report.outcomes.values()), total=crawl.fetched or None)

        yield move


def show_funnel(report: RunReport) -> None:
    """Print the funnel and a one-line summary."""
    table(("stage", "count", ""), funnel(report))
    failed = report.crawl.failed_feeds
    for feed in failed[:_NAMED]:
        say(f"feed of {feed.source} failed: {feed.url}: {feed.error}", style="yellow")
    if len(failed) > _NAMED:
        say(f"... and {len(failed) - _NAMED} more; `broadsheet sources` lists them", style="yellow")
    say(f"{report.crawl.new} new, {report.crawl.seen} seen", style="bold")
