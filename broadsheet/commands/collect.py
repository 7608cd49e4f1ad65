"""The commands that collect: init, add, sources, remove, run, demo."""

from pathlib import Path
from typing import Annotated

import typer

from articles.errors import ConfigError, StorageError
from broadsheet.commands.options import Json, configured


def init(context: typer.Context) -> None:
    """Begin a broadsheet.toml with every setting explained."""
    from broadsheet.terminal import say
    from pipeline.configuration.config_file import template

    path: Path = context.obj
    if path.exists():
        raise ConfigError(f"{path} is there already; edit it, or name another file with --config.")
    try:
        path.write_text(template(), encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.") from error
    say(f"Wrote {path}. Put your contact into user_agent, then: broadsheet add URL")


def add(
    context: typer.Context,
    urls: Annotated[
        list[str] | None, typer.Argument(help="Feeds, or sites that declare their feeds.")
    ] = None,
    origin: Annotated[
        str, typer.Option("--from", help="A file or URL that lists them: one a line, or OPML.")
    ] = "",
) -> None:
    """Add sources: a feed's URL, or a site whose pages declare one."""
    from broadsheet.terminal import console, say
    from pipeline.configuration.config_file import add_sources
    from pipeline.sources import addresses, find

    config = configured(context)
    if not urls and not origin:
        raise ConfigError("Name a URL, or a list with --from.")
    with console.status("Looking for feeds"):
        named = [*(urls or []), *(addresses(config, origin) if origin else [])]
        found = find(config, named)
    if found.new:
        add_sources(config.path, list(found.new))
    for source in found.new[:20]:
        say(f"added {source.name}: {', '.join(source.feeds)}")
    if len(found.new) > 20:
        say(f"... and {len(found.new) - 20} more")
    for feed in found.known:
        say(f"known already: {feed}")
    for address, reason in found.problems:
        say(f"not added: {address} {reason}", style="yellow")
    if found.new:
        sources = "source" if len(found.new) == 1 else "sources"
        say(f"{len(found.new)} {sources} added to {config.path}. Next: broadsheet run")
    elif found.problems:
        raise ConfigError("No source was added.")


def sources(context: typer.Context, as_json: Json = False) -> None:
    """List the sources and how their feeds are doing."""
    from broadsheet.terminal import print_json, table, when
    from pipeline.status import feeds

    rows = feeds(configured(context))
    if as_json:
        print_json(rows)
    else:
        table(
            ("source", "feed", "last fetch (UTC)", "status", "entries", "error"),
            [
                (r["source"], r["url"], when(r["at"]), r["status"] or "", r["entries"], r["error"])
                for r in rows
            ],
        )


def remove(
    context: typer.Context, names: Annotated[list[str], typer.Argument(help="Names of sources.")]
) -> None:
    """Remove sources from broadsheet.toml; what was collected from them stays."""
    from broadsheet.terminal import say
    from pipeline.configuration.config_file import remove_sources
    from pipeline.run import choose

    config = configured(context)
    choose(config, tuple(names))
    remove_sources(config.path, set(names))
    say(f"Removed {', '.join(names)}. What was collected from there stays searchable.")


def run(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help="Names of sources; all without.")] = None,
    as_json: Json = False,
) -> None:
    """Crawl, clean and index: everything that is due."""
    from dataclasses import asdict

    from broadsheet.funnel import show_funnel, watch
    from broadsheet.terminal import print_json
    from pipeline.run import run as run_now

    config = configured(context)
    with watch(quiet=as_json) as progress:
        report = run_now(config, tuple(names or ()), progress)
    if as_json:
        print_json(asdict(report))
    else:
        show_funnel(report)


def demo(
    folder: Annotated[Path, typer.Argument(help="Where to leave the demo's data.")] = Path("demo"),
) -> None:
    """Crawl a sample newsroom on this machine, twice, and search it."""
    from broadsheet.demo import demo as play

    play(folder)
