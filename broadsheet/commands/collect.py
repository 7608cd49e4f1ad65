"""The commands that collect: init, add, sources, remove, rename, run, demo."""

from pathlib import Path
from typing import Annotated, Any

import typer

from articles.errors import ConfigError, LockedError, StorageError
from broadsheet.commands.options import Json, configured


def init(context: typer.Context) -> None:
    """Create a broadsheet.toml with every setting explained.

    Example: broadsheet init
    """
    from broadsheet.terminal import say
    from pipeline.configuration.config_file import template

    path: Path = context.obj
    if path.exists():
        raise ConfigError(f"{path} already exists; edit it, or choose another file with --config.")
    try:
        path.write_text(template(), encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.") from error
    say(f"Created {path}. Put your contact address into user_agent, then: broadsheet add URL")


def add(
    context: typer.Context,
    urls: Annotated[list[str] | None, typer.Argument(help="URLs of sites, or of feeds and sitemaps.")] = None,
    origin: Annotated[
        str, typer.Option("--from", help="File or URL with a list of them: one per line, or OPML.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be added.")] = False,
) -> None:
    """Add sources: feeds, sitemaps, or sites, of which every way in is tried.

    Example: broadsheet add https://www.example.org/ https://blog.example.org/feed.xml
    Example: broadsheet add --from subscriptions.opml
    """
    from broadsheet.adding_shown import show_added, show_tried
    from broadsheet.terminal import console
    from pipeline.adding.sources import addresses, find
    from pipeline.configuration.config_file import add_sources

    config = configured(context)
    if not urls and not origin:
        raise ConfigError("Give a URL, or a list with --from.")
    with console.status("Looking for feeds and sitemaps"):
        named = [*(urls or []), *(addresses(config, origin) if origin else [])]
        found = find(config, named)
    if found.new and not dry_run:
        add_sources(config.path, list(found.new))
    show_tried(found)
    show_added(found, config.path, dry_run=dry_run)
    if found.problems and not found.new:
        raise ConfigError("No source was added.")


def sources(
    context: typer.Context,
    failing: Annotated[bool, typer.Option("--failing", help="Only sources in trouble.")] = False,
    sort: Annotated[
        str, typer.Option(help="Sort by name, verdict, new, silent, rejected, delay or failures.")
    ] = "name",
    lists: Annotated[bool, typer.Option("--lists", help="Show each feed, sitemap and section.")] = False,
    as_json: Json = False,
) -> None:
    """Show how each source is doing: its verdict, its last new article, and what a week brings.

    With --json, or --lists, the last fetch of each feed.

    Example: broadsheet sources
    Example: broadsheet sources --failing --sort silent
    """
    from broadsheet.health_shown import SORTS, show_score_card, summed
    from broadsheet.terminal import print_json, say
    from crawlers.clock import now
    from pipeline.health.checkup import examine, unknown
    from pipeline.status import feeds

    config, at = configured(context), now()
    if sort not in SORTS:
        raise ConfigError(f"Sources are sorted by {', '.join(SORTS)}; there is no `{sort}`.")
    rows = feeds(config)
    if as_json:
        print_json(rows)
        return
    if lists:
        _show_lists(rows)
    else:
        health = (
            examine(config, config.sources, at) if config.ledger.exists() else unknown(config.sources, at)
        )
        shown = health.troubled if failing else health.sources
        show_score_card(sorted(shown, key=SORTS[sort]), at)
        say(summed(health), style="bold")
    for r in rows:
        if r["moved_to"]:
            say(
                f"feed of {r['source']}: {r['url']} has moved to {r['moved_to']}; change it in broadsheet.toml",
                style="yellow",
            )


def _show_lists(rows: list[dict[str, Any]]) -> None:
    from broadsheet.terminal import table, when

    table(
        ("source", "feed", "last fetch (UTC)", "status", "entries", "error"),
        [(r["source"], r["url"], when(r["at"]), r["status"] or "", r["entries"], r["error"]) for r in rows],
    )


def remove(context: typer.Context, names: Annotated[list[str], typer.Argument(help="Source names.")]) -> None:
    """Remove sources from broadsheet.toml; what was collected from them stays.

    Example: broadsheet remove example.org
    """
    from broadsheet.terminal import say
    from pipeline.configuration.config import choose
    from pipeline.configuration.config_file import remove_sources

    config = configured(context)
    choose(config, tuple(names))
    remove_sources(config.path, set(names))
    say(f"Removed {', '.join(names)}. Articles already collected stay searchable.")


def rename(
    context: typer.Context,
    old: Annotated[str, typer.Argument(help="The source's present name.")],
    new: Annotated[str, typer.Argument(help="Its new name.")],
) -> None:
    """Give a source another name, in broadsheet.toml and in all that was collected from it.

    If it is interrupted, the same command goes on. It also brings together what a name changed by hand has parted.

    Example: broadsheet rename example.org examiner
    """
    from broadsheet.terminal import console, say
    from pipeline.maintenance.renaming import rename as rename_source

    config = configured(context)
    with console.status("Renaming"):
        done = rename_source(config, old, new)
    where = f" in {config.path}" if done.in_file else ""
    say(f"{old} is called {new} now{where}, with {done.captures} captures and {done.articles} articles.")


def run(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help="Source names (default: all).")] = None,
    ask_robots: Annotated[
        bool, typer.Option("--ask-robots", help="Ask every robots.txt again, also those asked within a day.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Crawl, clean and index everything that is due.

    Ends with the health of its sources, and with the exit code of `broadsheet health`; tells those in [notify] what changed.

    Example: broadsheet run
    Example: broadsheet run example.org --json
    """
    from dataclasses import asdict
    from functools import partial

    from broadsheet.funnel import show_funnel, watch
    from broadsheet.health_shown import as_json as health_as_json
    from broadsheet.health_shown import show_health
    from broadsheet.terminal import print_json, say
    from crawlers.clock import now
    from pipeline.configuration.config import choose
    from pipeline.health.checkup import examine
    from pipeline.health.observed import RunSeen, observe
    from pipeline.run import run as run_now
    from pipeline.run import run_asking_robots
    from pipeline.sites.rule_watch import stopped
    from pipeline.telling.tell import announce

    config, started = configured(context), now()
    chosen = [source.name for source in choose(config, tuple(names or ()))]
    try:
        with watch(quiet=as_json) as progress:
            report = (run_asking_robots if ask_robots else run_now)(config, tuple(names or ()), progress)
    except LockedError:
        raise
    except Exception:
        announce(config, say=partial(typer.echo, err=True))
        raise
    whole = examine(config, config.sources, now())
    health = whole.of(chosen)
    told: list[str] = []
    if not report.others_go_on:
        announce(config, good=True, health=whole, say=told.append)
    rules = stopped(config, now())
    missed = observe(config, RunSeen(start=started, end=now(), report=report), whole)
    if as_json:
        found = [
            {"site": each.site, "rule": each.rule.name, "change": each.change, "advice": each.advice}
            for each in rules
        ]
        print_json({**asdict(report), "health": health_as_json(health), "told": told, "stopped_rules": found})
    else:
        show_funnel(report)
        if report.others_go_on:
            say(
                "Other workers go on: the last of them judges what all have loaded, and says how the sources are."
            )
            return
        show_health(health, now())
        for line in told:
            say(line)
        for each in rules:
            say(each.advice, style="yellow")
    if missed:
        typer.echo(f"broadsheet: {missed}", err=True)
    if health.code and not report.others_go_on:
        raise typer.Exit(health.code)


def demo(
    folder: Annotated[Path, typer.Argument(help="Folder for the demo's data.")] = Path("demo"),
) -> None:
    """Crawl a sample newsroom on this machine, twice, and search it.

    Example: broadsheet demo
    """
    from broadsheet.demo import demo as play

    play(folder)
