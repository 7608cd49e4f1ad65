"""The command that asks whether the collection is complete: coverage."""

from datetime import timedelta
from typing import Annotated

import typer

from articles.errors import ConfigError
from broadsheet.commands.find import day
from broadsheet.commands.options import Json, configured


def coverage(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="Source name (default: all).")] = "",
    since: Annotated[
        str, typer.Option(help="First day (UTC), such as 2026-11-23 (default: the last seven days).")
    ] = "",
    until: Annotated[str, typer.Option(help="Last day, inclusive (default: today).")] = "",
    probe: Annotated[
        bool,
        typer.Option("--probe", help="Read sitemap and front page of SOURCE once, as a second catch."),
    ] = False,
    links: Annotated[
        bool, typer.Option("--links", help="Read the links of the archived articles of SOURCE, too.")
    ] = False,
    missing: Annotated[
        bool, typer.Option("--missing", help="List the pages that are named and not had, with reasons.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Estimate how many articles there are, by source and day, and how much of that is in the collection.

    Example: broadsheet coverage
    Example: broadsheet coverage example.org --since 2026-11-01 --until 2026-11-07
    Example: broadsheet coverage example.org --probe --missing
    """
    from broadsheet.coverage_shown import as_json as coverage_as_json
    from broadsheet.coverage_shown import show_coverage, show_missing, show_probed
    from broadsheet.terminal import console, print_json, say
    from crawlers.clock import now
    from pipeline.configuration.config import choose
    from pipeline.coverage.archived_links import read_links
    from pipeline.coverage.covering import chosen_days, cover
    from pipeline.coverage.second_catch import probe as read_lists

    config = configured(context)
    if not source and (probe or links):
        raise ConfigError("--probe and --links read much: name the source to read.")
    last = day(until, "--until")
    days = chosen_days(day(since, "--since"), last and last + timedelta(days=1), now())
    chosen = choose(config, (source,) if source else ())
    for each in chosen if probe else ():
        with console.status("Reading sitemap and front page"):
            probed = read_lists(config, each)
        if not as_json:
            show_probed(probed)
    for each in chosen if links else ():
        with console.status("Reading archived articles"):
            read, named = read_links(config, each, days)
        if not as_json:
            say(f"{each.name}: {read} archived articles link to {named} pages.")
    found = cover(config, chosen, days)
    if as_json:
        print_json(coverage_as_json(found))
    elif missing:
        show_missing(found)
    else:
        show_coverage(found)
