"""The commands that process the archive again: reclean, rebuild."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from articles.errors import ConfigError
from broadsheet.commands.find import day
from broadsheet.commands.options import Json, configured

if TYPE_CHECKING:
    from pipeline.maintenance.reprocess import Recleaned

_LINES = 12  # of one example
_STYLES = {"+": "green", "-": "red"}


def reclean(
    context: typer.Context,
    since: Annotated[
        str, typer.Option(help="Only pages fetched on or after this day (UTC), such as 2026-11-23.")
    ] = "",
    source: Annotated[list[str] | None, typer.Option(help="Only this source; can be repeated.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    extractor: Annotated[
        Literal["auto", "container", "trafilatura"] | None,
        typer.Option(
            help="With --dry-run: what would change if this found the text, whatever is configured."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Clean the archived pages again with the current rules, show what changes, and save it.

    Example: broadsheet reclean --dry-run --since 2026-11-01
    Example: broadsheet reclean --dry-run --source example.org --extractor trafilatura
    """
    from broadsheet.terminal import console, print_json
    from pipeline.configuration.config import choose
    from pipeline.maintenance.reprocess import reclean as clean_again

    if extractor and not dry_run:
        raise ConfigError(
            f'--extractor {extractor} is only for --dry-run; to clean with it, put `extractor = "{extractor}"` into '
            "[clean] or a source of broadsheet.toml, then run `broadsheet reclean`."
        )
    config = configured(context)
    if extractor:
        config = config.preferring(extractor)
    names = tuple(source or ())
    if names:
        choose(config, names)
    with console.status("Cleaning") as status:
        report = clean_again(
            config,
            since=day(since, "--since"),
            sources=names,
            dry_run=dry_run,
            progress=lambda so_far: status.update(
                f"Cleaning: {so_far.captures} pages, {so_far.changed} changed"
            ),
        )
    if as_json:
        print_json(
            {
                "captures": report.captures,
                "changed": report.changed,
                "words_gained": report.words_gained,
                "words_lost": report.words_lost,
                "dead_letters": report.dead_letters,
                "kinds": dict(report.kinds),
                "examples": {
                    kind: [{"url": each.url, "diff": list(each.diff)} for each in examples]
                    for kind, examples in report.examples.items()
                },
            }
        )
    else:
        show_recleaned(report, dry_run=dry_run)


def show_recleaned(report: "Recleaned", *, dry_run: bool) -> None:
    """Print how many pages changed, by kind of change, with the first examples of each."""
    from broadsheet.terminal import say, table

    for kind, examples in report.examples.items():
        say(f"{kind} ({report.kinds[kind]})", style="bold")
        for example in examples:
            say(f"  {example.url}", style="dim")
            for line in example.diff[:_LINES]:
                say(f"  {line}", style=_STYLES.get(line[:1], ""))
            if len(example.diff) > _LINES:
                say(f"  ... and {len(example.diff) - _LINES} more lines", style="dim")
        say()
    table(("change", "pages"), report.kinds.most_common())
    done = "would change" if dry_run else "changed"
    say(f"{report.captures} pages cleaned again, {report.changed} {done}.")
    if report.changed:
        say(f"Words of lead and body: {report.words_gained} gained, {report.words_lost} lost.")
    if report.dead_letters:
        say(
            f"The index refused {report.dead_letters}; `broadsheet explain URL` says why.",
            style="red",
        )


def rebuild(context: typer.Context) -> None:
    """Rebuild the ledger and the index from the archive.

    Example: broadsheet rebuild
    """
    from broadsheet.funnel import watch
    from broadsheet.terminal import say
    from pipeline.maintenance.rebuild import rebuild as rebuild_now

    with watch() as progress:
        result = rebuild_now(configured(context), progress)
    if not result.carried_over:
        say(
            "The old ledger could not be read: what it alone knew is forgotten (docs/how-to.md).",
            style="yellow",
        )
    for damage in result.damages:
        say(damage, style="red")
    counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(result.outcomes.items()))
    say(f"Rebuilt from {result.captures} captures: {counts or 'none'}.")
