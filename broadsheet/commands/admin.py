"""`broadsheet index`: the articles' index made, looked at, filled anew and removed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from articles.errors import ConfigError
from broadsheet.commands.options import configured

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

app = typer.Typer(
    help="The index: rebuild; and, in Elasticsearch, create, check, drop, which the embedded one does not need.",
    no_args_is_help=True,
)


@contextmanager
def _server(context: typer.Context) -> Iterator[tuple["Elasticsearch", str]]:
    """A connection and the configured alias."""
    from contextlib import closing

    from pipeline.indexes import connection

    config = configured(context)
    if config.index.backend != "elasticsearch":
        raise ConfigError(
            f'{config.path} has [index] backend = "{config.index.backend}", which needs no such commands; '
            'they are for backend = "elasticsearch".'
        )
    with closing(connection(config)) as client:
        yield client, config.index.alias


@app.command()
def create(context: typer.Context) -> None:
    """Make templates, index and alias where there are none yet."""
    from broadsheet.terminal import say

    with _server(context) as (client, alias):
        from index.elastic.mapping import create as make

        say(f"The alias {alias} stands for {make(client, alias)}.")


@app.command()
def check(context: typer.Context) -> None:
    """Say what is wrong with the index; exit code 1 if anything is."""
    from broadsheet.terminal import say

    with _server(context) as (client, alias):
        from index.elastic.mapping import check as look

        problems = look(client, alias)
    for problem in problems:
        say(problem, style="red")
    if problems:
        raise typer.Exit(1)
    say(f"The index behind {alias} is as it should be.")


@app.command()
def drop(
    context: typer.Context, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False
) -> None:
    """Delete the index with every article in it; `index rebuild` fills it anew from the archive."""
    from broadsheet.terminal import say

    with _server(context) as (client, alias):
        from index.elastic.mapping import drop as delete

        if not yes:
            typer.confirm(f"Delete every index of the alias {alias}?", abort=True)
        gone = delete(client, alias)
    say(f"Deleted {', '.join(gone)}." if gone else f"There was no index of the alias {alias}.")


@app.command()
def rebuild(context: typer.Context) -> None:
    """Fill a new index from ledger and archive, by today's rules, and put it in the present one's place.

    Searches go on meanwhile; on Elasticsearch, runs too.
    """
    from broadsheet.terminal import console, say
    from pipeline.maintenance.new_index import reindex

    with console.status("Filling a new index") as status:
        done = reindex(
            configured(context), lambda added: status.update(f"Filling a new index: {added} articles")
        )
    say(f"The new index is in place: {done.articles} articles, {done.changed} of them changed.")
    if done.rejected:
        say(f"{done.rejected} that were articles are none any more; `broadsheet explain URL` says why.")
