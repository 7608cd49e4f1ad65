"""The commands for schedules: schedule and deploy."""

import os
from typing import Annotated

import typer

from broadsheet.commands.options import configured


def schedule(
    context: typer.Context,
    port: Annotated[
        int, typer.Option("--port", help="Port of Prefect's UI and API.", min=1, max=65535)
    ] = 4200,
) -> None:
    """Run everything on schedule until Ctrl-C, with Prefect's UI to watch it.

    Example: broadsheet schedule
    """
    from broadsheet.terminal import say
    from flows.service import serve

    serve(configured(context), port, say)


def deploy(
    context: typer.Context,
    pool: Annotated[
        str, typer.Option("--pool", help="Work pool whose workers execute the runs.")
    ] = "broadsheet",
) -> None:
    """Register the schedules on the Prefect server that PREFECT_API_URL names.

    Example: broadsheet deploy --pool news
    """
    from articles.errors import ConfigError, UrlError
    from articles.urls import host
    from broadsheet.terminal import console, say

    config = configured(context)
    try:
        host(os.environ.get("PREFECT_API_URL") or "http://127.0.0.1")
    except UrlError as error:  # Prefect could not even be imported
        raise ConfigError(f"PREFECT_API_URL: {error}") from error
    with console.status("Asking the server"):
        from flows.deployments import deploy as register_all

        registered = register_all(config, pool)
    for name in registered.present:
        say(f"scheduled: {name}")
    for name in registered.automations:
        say(f"automation: {name}")
    for name in registered.removed:
        say(f"removed: {name}")
    say(
        f"Runs need a worker on the machine with {config.path} and its data: prefect worker start --pool {pool}"
    )
