"""The commands that load the past: import, backfill."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from articles.errors import ConfigError
from broadsheet.commands.find import day
from broadsheet.commands.options import Json, configured

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.configuration.config import Config
    from pipeline.importing.imported import ImportReport

_MEGABYTE = 1_000_000


def import_past(
    context: typer.Context,
    files: Annotated[list[str], typer.Argument(metavar="FILE|URL...", help="WARC files, or their URLs.")],
    source: Annotated[
        str, typer.Option(help="Source of all pages (default: by the host of each page).")
    ] = "",
    host: Annotated[
        list[str] | None, typer.Option(help="Only pages of this host and its subdomains; can be repeated.")
    ] = None,
    language: Annotated[
        list[str] | None,
        typer.Option(help="Only pages that state this language, such as de; can be repeated."),
    ] = None,
    since: Annotated[
        str, typer.Option("--from", help="Only pages fetched on or after this day (UTC), such as 2026-11-23.")
    ] = "",
    until: Annotated[str, typer.Option("--to", help="Last day, inclusive.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be imported.")] = False,
    as_json: Json = False,
) -> None:
    """Import pages that others crawled, from WARC files; the same command goes on where it was stopped.

    Example: broadsheet import CC-NEWS-20261123.warc.gz --host example.org --dry-run
    """
    from articles.errors import WarcError
    from articles.urls import host as host_of
    from broadsheet.terminal import console, print_json, say
    from pipeline.importing.imported import as_dict, without_records
    from pipeline.importing.warc_files import ImportOptions, count_files, import_files

    config = configured(context)
    last = day(until, "--to")
    options = ImportOptions(
        source=source,
        hosts=tuple(host_of(f"https://{name}") for name in host or ()),
        languages=tuple(code.lower().partition("-")[0] for code in language or ()),
        since=day(since, "--from"),
        until=last + timedelta(days=1) if last else None,
    )
    with console.status("Importing") as status:
        paths = [_file(config, name, status.update) for name in files]
        work = count_files if dry_run else import_files
        report = work(config, paths, options, lambda so_far: status.update(_line(so_far)))
    if as_json:
        print_json(as_dict(report))
    else:
        show_imported(report, dry_run=dry_run)
    if empty := without_records(report):
        raise WarcError(f"{', '.join(empty)}: no WARC record was found; is it a WARC file?")
    if not as_json and not dry_run:
        say("Next: broadsheet search WORDS")


def backfill(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="Source name.")],
    since: Annotated[str, typer.Option("--from", help="First day (UTC), such as 2025-11-01.")],
    until: Annotated[str, typer.Option("--to", help="Last day, inclusive.")],
    pages: Annotated[int, typer.Option(min=1, help="Most pages to fetch.")] = 10_000,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only read the lists, and count what would be fetched.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Load what a source published on some days: from its backlog, sitemaps and archive pages.

    The same command goes on where it was stopped, and fetches nothing twice.

    Example: broadsheet backfill example.org --from 2025-11-01 --to 2025-11-30 --dry-run
    """
    from dataclasses import asdict

    from broadsheet.backfill_shown import show_backfilled
    from broadsheet.funnel import watch
    from broadsheet.terminal import print_json
    from pipeline.backfilling.backfilled import Backfill
    from pipeline.backfilling.filling import backfill as fill
    from pipeline.run import Watch

    config = configured(context)
    first, last = day(since, "--from"), day(until, "--to")
    if first is None or last is None:
        raise ConfigError("Give both days, --from and --to.")
    task = Backfill(source=source, first=first.date(), last=last.date(), pages=pages, dry_run=dry_run)
    with watch(quiet=as_json) as progress:
        report = fill(config, task, Watch(progress))
    if as_json:
        print_json(asdict(report))
    else:
        show_backfilled(report)


def _file(config: "Config", name: str, tell: "Callable[[str], None]") -> Path:
    """The path of a file, which is downloaded first if it is named by a URL. Raises UrlError, WarcError, LockedError."""
    if not name.lower().startswith(("http://", "https://")):
        return Path(name)
    from articles.urls import canonical
    from pipeline.importing.downloads import downloaded

    def show(done: int, total: int) -> None:
        tell(f"Downloading: {done // _MEGABYTE} of {total // _MEGABYTE or '?'} MB")

    return downloaded(config, canonical(name), show)


def _line(report: "ImportReport") -> str:
    read, size = sum(file.read for file in report.files), sum(file.size for file in report.files)
    share = f"{100 * read // size} % read" if size else "read"
    return f"Importing: {share}, {report.counts.total()} records, {report.settled} pages cleaned"


def show_imported(report: "ImportReport", *, dry_run: bool) -> None:
    """Print the sum of all records, then what became of the pages that were loaded now."""
    from broadsheet.terminal import say, table
    from pipeline.importing.imported import sums
    from pipeline.report import loaded

    table(("records", "count", ""), sums(report))
    for detail in report.details:
        say(f"unreadable: {detail}", style="yellow")
    if dry_run:
        say("Nothing was imported: this was a dry run.")
    else:
        say()
        table(("loaded now", "count", ""), loaded(report.loaded))
