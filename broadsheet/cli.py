"""The command `broadsheet`. Commands import what they need when they are called, so that each starts fast."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from articles.errors import (
    ArchiveUnavailableError,
    BroadsheetError,
    IndexUnavailableError,
    LedgerUnavailableError,
    QueryError,
)
from broadsheet import __version__
from broadsheet.commands import (
    admin,
    collect,
    completeness,
    edits_made,
    find,
    forgetting,
    inspection,
    past,
    replay,
    safety,
    scheduling,
    teaching_sites,
    watching,
)
from broadsheet.output import guarded

app = typer.Typer(
    name="broadsheet",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"broadsheet {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[
        Path, typer.Option("--config", "-c", help="Configuration file.", envvar="BROADSHEET_CONFIG")
    ] = Path("broadsheet.toml"),
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version.")
    ] = False,
) -> None:
    """Crawl news sites, keep every raw page, extract the articles, and search them.

    Example: broadsheet init
    Example: broadsheet add https://www.example.org/
    Example: broadsheet run
    Example: broadsheet search ferry --sort newest
    """
    context.obj = config


for command in (
    collect.init,
    collect.add,
    collect.sources,
    collect.remove,
    collect.rename,
    collect.run,
    collect.retry,
    find.search,
    find.show,
    edits_made.history,
    edits_made.prove,
    inspection.explain,
    inspection.templates,
    inspection.check,
    teaching_sites.teach,
    teaching_sites.sites,
    inspection.status,
    find.export,
    forgetting.delete,
    forgetting.deleted,
    replay.reclean,
    replay.rebuild,
    safety.backup,
    safety.restore,
    safety.move,
    inspection.health,
    watching.notify,
    watching.metrics,
    completeness.coverage,
    inspection.doctor,
    inspection.maintain,
    scheduling.schedule,
    scheduling.deploy,
    collect.demo,
):
    app.command()(command)
app.command()(past.backfill)
app.command("dead-letters")(inspection.dead_letters)
app.command("import")(past.import_past)
app.add_typer(admin.app, name="index")


_PASSING = (ArchiveUnavailableError, IndexUnavailableError, LedgerUnavailableError)


def main() -> None:
    """Run the command line; an error is one message on standard error and exit code 1.

    If index, bucket or the server with the ledger are temporarily unavailable, the code is 75 (EX_TEMPFAIL of sysexits.h): try
    again later. If the reader
    of a pipe is gone, nothing is printed, and the code is 141.
    """
    try:
        with guarded():
            app()
    except QueryError as error:
        from articles.urls import masked

        line, before = (
            masked(text.replace("\n", " ")) for text in (error.query, error.query[: error.position])
        )
        pointer = f"\n  {line[:200]}\n  {' ' * len(before)}^" if len(before) <= 200 else ""
        _complain(f"{error}{pointer}")
        sys.exit(1)
    except BroadsheetError as error:
        _complain(str(error))
        sys.exit(os.EX_TEMPFAIL if isinstance(error, _PASSING) else 1)


def _complain(message: str) -> None:
    from articles.display import printable
    from articles.urls import masked

    with suppress(OSError):  # the exit code says it, too
        typer.echo(f"broadsheet: {printable(masked(message))}", err=True)
