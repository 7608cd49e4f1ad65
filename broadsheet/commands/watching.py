"""The commands for who watches a collection from elsewhere: notify, metrics."""

from pathlib import Path
from typing import Annotated

import typer

from broadsheet.commands.options import configured


def notify(
    context: typer.Context,
    test: Annotated[bool, typer.Option("--test", help="Send a test message to everybody.")] = False,
) -> None:
    """Tell those in [notify] what changed since they were told last, as each run does at its end.

    Exit code 1 if somebody could not be told.

    Example: broadsheet notify --test
    """
    from broadsheet.terminal import say
    from pipeline.telling.tell import said, tell, try_out

    config = configured(context)
    done = try_out(config) if test else tell(config)
    for telling in done:
        say(said(telling), style="red" if telling.error else "")
    if not done:
        say("There is nothing to tell.")
    if any(telling.error for telling in done):
        raise typer.Exit(1)


def metrics(
    context: typer.Context,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File that is replaced in one step (default: standard output)."),
    ] = None,
) -> None:
    """Print figures for Prometheus: how each source is doing, what waits, and how the last run went.

    Example: broadsheet metrics --output /var/lib/node_exporter/broadsheet.prom
    """
    import sys

    from crawlers.clock import now
    from pipeline.health.metric_families import exposed, write

    config = configured(context)
    if output:
        write(config, now(), output)
    else:
        sys.stdout.buffer.write(exposed(config, now()))
