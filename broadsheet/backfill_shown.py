"""A backfill on the terminal: what each way gave, what became of it, the days that stay empty."""

from broadsheet.terminal import say, table
from pipeline.backfilling.backfilled import Backfilled, found_rows, spans
from pipeline.report import loaded

_NAMED = 10


def show_backfilled(report: Backfilled) -> None:
    """Print the report, in 80 columns."""
    table(("found in", "new", "known", "other days", "undated"), found_rows(report))
    if report.lists_left:
        say(f"{report.lists_left} lists were left unread, being too many; give fewer days.", style="yellow")
    for feed in report.failed[:_NAMED]:
        say(f"{feed.url} could not be read: {feed.error}", style="yellow")
    if len(report.failed) > _NAMED:
        say(f"... and {len(report.failed) - _NAMED} more lists", style="yellow")
    say()
    if report.dry_run:
        say(f"{_pages(report.chosen)} would be fetched, {report.left} left. This was a dry run.")
    else:
        crawl = report.run.crawl
        rows = [("chosen", report.chosen, "of these days, not fetched before")]
        rows += [("fetched", crawl.fetched, "archived, raw")]
        rows += [("  not fetched", count, reason) for reason, count in sorted(crawl.misses.items())]
        table(("stage", "count", ""), [*rows, *loaded(report.run)])
    _show_days(report)
    if report.left and not report.dry_run:
        say(f"{_pages(report.left)} left; next: the same command again", style="bold")


def _pages(count: int) -> str:
    return f"{count} page{'' if count == 1 else 's'}"


def _show_days(report: Backfilled) -> None:
    total = (report.last - report.first).days + 1
    say()
    say(
        f"{total - len(report.empty)} of {total} days have an article"
        + (", all but:" if report.empty else ".")
    )
    rows = spans(report.empty)
    for row in rows[:_NAMED]:
        say(f"  {row}")
    if len(rows) > _NAMED:
        say(f"  ... and {len(rows) - _NAMED} more gaps; --json lists every day")
