"""`broadsheet index`: create, check, drop and rebuild the index of articles."""

from typing import TYPE_CHECKING, Annotated

import typer

from articles.errors import ConfigError
from broadsheet.commands.options import configured

if TYPE_CHECKING:
    from index.backend_record import ByHand, Place

app = typer.Typer(
    help="Rebuild the index; for Elasticsearch also create, check and drop it.\n\nExample: broadsheet index rebuild",
    no_args_is_help=True,
)


def _by_hand(context: typer.Context) -> tuple["ByHand", "Place"]:
    """What a person can do to the configured index, and where it is."""
    from index.backends import BACKENDS
    from pipeline import indexes

    config = configured(context)
    by_hand = indexes.backend(config).by_hand
    if by_hand is None:
        choices = " or ".join(f'"{name}"' for name, backend in BACKENDS.items() if backend.by_hand)
        raise ConfigError(
            f'{config.path} has [index] backend = "{config.index.backend}", which does not need these commands; '
            f"they are for backend = {choices}."
        )
    return by_hand, indexes.place(config)


@app.command()
def create(context: typer.Context) -> None:
    """Create index templates, index and alias, and those of the journal, if they do not exist yet.

    Example: broadsheet index create
    """
    from broadsheet.terminal import say

    by_hand, place = _by_hand(context)
    for alias, name in by_hand.create(place).items():
        say(f"The alias {alias} names {name}.")


@app.command()
def check(context: typer.Context) -> None:
    """Check the index and list what is wrong; exit code 1 if anything is.

    Example: broadsheet index check
    """
    from broadsheet.terminal import say

    by_hand, place = _by_hand(context)
    problems = by_hand.check(place)
    for problem in problems:
        say(problem, style="red")
    if problems:
        raise typer.Exit(1)
    say(f"No problems found in the index of {place.alias}.")


@app.command()
def drop(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Delete the journal, and the index with every article; `index rebuild` fills a new one from the archive.

    Example: broadsheet index drop
    """
    from broadsheet.terminal import say

    by_hand, place = _by_hand(context)
    if not yes:
        typer.confirm(f"Delete every index of the alias {place.alias}, and its journal?", abort=True)
    deleted = by_hand.drop(place)
    say(f"Deleted {', '.join(deleted)}." if deleted else f"The alias {place.alias} had no index.")


@app.command()
def rebuild(
    context: typer.Context,
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin anew, even where one was left half-filled.")
    ] = False,
    discard: Annotated[
        bool, typer.Option("--discard", help="Only throw away one that was left half-filled.")
    ] = False,
) -> None:
    """Fill a new index from ledger and archive, with the current rules, and replace the present one with it.

    Searches keep working meanwhile; with Elasticsearch, so do runs. One that was interrupted is gone on with.

    Example: broadsheet index rebuild
    """
    from broadsheet.terminal import console, say
    from pipeline.maintenance import new_index

    config = configured(context)
    if discard:
        found = new_index.discard(config)
        say(f"Thrown away: {', '.join(found)}." if found else "No index was left half-filled.")
        return
    with console.status("Filling a new index") as status:
        done = new_index.reindex(
            config,
            lambda so_far: status.update(
                f"Filling a new index: {so_far.articles} of about {so_far.of} articles"
            ),
            tell=say,
            restart=restart,
        )
    say(f"The new index is in place: {done.articles} articles, {done.changed} of them changed.")
    if done.rejected:
        say(f"{done.rejected} articles are now rejected; `broadsheet explain URL` says why.")
